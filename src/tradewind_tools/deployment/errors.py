"""What can go wrong while Terraform works, each as one clear line that says what to do."""

from __future__ import annotations


class DeploymentError(Exception):
    """Something a person can act on."""


class TerraformMissing(DeploymentError):
    """There is no program of this name."""

    def __init__(self) -> None:
        super().__init__("Terraform is not on the PATH. Install version 1.11 or newer: https://developer.hashicorp.com")


class ProviderMissing(DeploymentError):
    """Terraform's provider for AWS is neither on this machine nor to be had from the registry."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            "Terraform cannot get its AWS provider. Without access to the registry, put it into ~/.terraform.d/plugins "
            f"as `terraform providers mirror` lays it out, or name its folder in TF_PLUGIN_CACHE_DIR.\n{reason}"
        )


class TerraformFailed(DeploymentError):
    """Terraform refused, or could not make something; the text is its own."""

    def __init__(self, command: str, reason: str) -> None:
        self.reason = reason
        super().__init__(f"terraform {command} failed:\n{reason}")


class Leftover(DeploymentError):
    """Something that Terraform made was there after it had destroyed everything."""

    def __init__(self, names: list[str]) -> None:
        super().__init__("Still there after terraform destroy:\n" + "\n".join(f"  {name}" for name in names))


class Drift(DeploymentError):
    """A second plan, right after an apply, would change something."""

    def __init__(self, resources: list[str]) -> None:
        super().__init__("A second apply would change:\n" + "\n".join(f"  {name}" for name in resources))


class TestsFailed(DeploymentError):
    """The shop that Terraform made does not do what it should."""

    __test__ = False

    def __init__(self) -> None:
        super().__init__("The end-to-end tests failed against the shop that Terraform made.")
