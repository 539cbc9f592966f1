"""What can go wrong with an export."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tradewind_tools.errors import Refusal

MANIFEST = "manifest.json"
"""What `./dev package` writes beside the archives."""


class NotPackaged(Refusal):
    """There is no package whose files a template could name."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"There is no {MANIFEST} in {folder}. Build the package first: ./dev package")


class UnknownBlock(Exception):
    """The page asks for a generated block that does not exist."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(f"There is no generated block {name!r}. There are: {', '.join(known)}.")


class UnknownReference(Exception):
    """The template refers to something that the Terraform modules have no name for."""

    def __init__(self, logical: str, attribute: str) -> None:
        super().__init__(f"Terraform has no name for {attribute or 'the reference'} of {logical}")


class NameUnknown(Exception):
    """A stack refers to something in another one that it has no name for."""

    def __init__(self, logical: str, attribute: str) -> None:
        super().__init__(f"No other stack can refer to {attribute or 'the identifier'} of {logical}")


class NoRoom(Refusal):
    """The templates would be more than AWS takes."""

    def __init__(self, excesses: Iterable[str]) -> None:
        super().__init__(f"{'; '.join(excesses)}. Divide the service: docs/exports.md says how far each goes.")


class PathTooDeep(Exception):
    """A path has more segments than the Terraform module has levels."""

    def __init__(self, path: str, most_segments: int) -> None:
        super().__init__(
            f"{path} has more than {most_segments} segments: give infra/terraform/modules/api-gateway one more level"
        )
