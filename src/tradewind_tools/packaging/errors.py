"""What can go wrong in packaging, each as one clear line that says what to do."""

from __future__ import annotations

from collections.abc import Iterable

from tradewind_tools.errors import Refusal


class PackagingError(Refusal):
    """Something a person can act on."""


class NoInterpreter(PackagingError):
    """Bytecode is of one version of Python, and only that version writes it."""

    def __init__(self, version: str) -> None:
        super().__init__(
            f"There is no Python {version} here to compile for Lambda. Install it (pyenv install {version}, "
            f"uv python install {version}), or package without bytecode, for a trial: ./dev package --source-only"
        )


class ModuleMissing(PackagingError):
    """A function needs a module that does not exist."""

    def __init__(self, importer: str, name: str) -> None:
        super().__init__(f"{importer} needs the module {name}, which does not exist")


class DownloadFailed(PackagingError):
    """pip could not fetch the wheels that the requirements pin."""

    def __init__(self, architecture: str, output: str) -> None:
        super().__init__(f"The dependencies for {architecture} could not be downloaded:\n{output}")


class NoLicence(PackagingError):
    """A wheel brings no licence text: it must not be passed on."""

    def __init__(self, wheel: str) -> None:
        super().__init__(f"{wheel} brings no licence text, so it cannot be part of the layer")


class NotImportable(PackagingError):
    """A packaged function does not load from its own zip and the layer."""

    def __init__(self, function: str, output: str) -> None:
        super().__init__(f"The package of {function} does not load:\n{output}")


class PackageTooLarge(PackagingError):
    """A package is over its budget; the text names each with its largest files."""

    def __init__(self, findings: Iterable[str]) -> None:
        super().__init__("Over the budget:\n" + "\n".join(f"  {finding}" for finding in findings))
