"""`./dev deploy`: deploys the shop with Terraform."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from tradewind_tools.deployment.commands import deployment_to
from tradewind_tools.deployment.local import LocalStage
from tradewind_tools.deployment.stage import list_stages
from tradewind_tools.deployment.trial import run_end_to_end_tests
from tradewind_tools.localcloud.cloud import LocalCloud
from tradewind_tools.localcloud.narrator import Narrator

deploy_app = typer.Typer(help="Deploy the shop with Terraform.", no_args_is_help=True, add_completion=False)


@deploy_app.callback()
def deploy() -> None:
    """Deploy the shop with Terraform."""


@deploy_app.command()
def local(
    *,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show the output of Terraform.")] = False,
    tests: Annotated[bool, typer.Option(help="Run the end-to-end tests against it.")] = True,
) -> None:
    """Apply the Terraform modules to a local cloud of its own, test the shop there, and destroy it."""
    narrator = Narrator()
    listener = Console(highlight=False, markup=False).print if verbose else _ignore
    with tempfile.TemporaryDirectory(prefix="tradewind-") as folder, LocalCloud() as cloud:
        stage = LocalStage(cloud, Path(folder), listener)
        with narrator.step("terraform init, validate"):
            stage.prepare()
        with narrator.step("terraform apply"):
            stage.terraform.apply()
        with narrator.step("terraform plan: nothing to change"):
            stage.check_is_stable()
        if tests:
            run_end_to_end_tests(cloud)
        with narrator.step("terraform destroy: nothing left"):
            stage.destroy()


for _stage in list_stages():
    deploy_app.command(_stage)(deployment_to(_stage))


def _ignore(_: str) -> None:
    return None
