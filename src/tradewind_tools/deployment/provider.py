"""Finds Terraform's AWS provider on this machine, so that it need not be downloaded each time."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Final

PROVIDER: Final = Path("registry.terraform.io/hashicorp/aws")
"""Its public address, and so its folder in any mirror and in any plugin cache."""

CACHE: Final = "TF_PLUGIN_CACHE_DIR"
"""The environment variable that names a plugin cache."""

_OWN_FOLDERS = (".terraform.d/plugins", ".terraform.d/plugin-cache", ".local/share/terraform/plugins")
_SHARED_FOLDERS = ("/usr/local/share/terraform/plugins", "/usr/share/terraform/plugins")
_NO_FILES = {"proc", "sys"}


def places(environment: Mapping[str, str] = os.environ, home: Path | None = None) -> Iterator[Path]:
    """Folders that may hold providers: the plugin cache, Terraform's own places, then the machine's add-on packages."""
    if cache := environment.get(CACHE):
        yield Path(cache)
    yield from ((home or Path.home()) / folder for folder in _OWN_FOLDERS)
    yield from map(Path, _SHARED_FOLDERS)
    yield from _add_on_packages()


def find_mirror(candidates: Iterable[Path] | None = None) -> Path | None:
    """The first folder with a version of the provider in it; None where Terraform has to ask the registry."""
    return next(filter(_holds_provider, places() if candidates is None else candidates), None)


def settings(mirror: Path) -> str:
    """Terraform's own settings: the AWS provider from `mirror`, others as ever."""
    return f"""\
provider_installation {{
  filesystem_mirror {{
    path    = "{mirror.as_posix()}"
    include = ["{PROVIDER.as_posix()}"]
  }}
  direct {{
    exclude = ["{PROVIDER.as_posix()}"]
  }}
}}
"""


def _holds_provider(folder: Path) -> bool:
    try:
        return any(folder.joinpath(PROVIDER).iterdir())
    except OSError:
        return False


def _add_on_packages() -> Iterator[Path]:
    """Every folder two levels below the root: where packages that belong to no system are put."""
    tops = (top for top in Path("/").iterdir() if top.name not in _NO_FILES)
    return chain.from_iterable(map(_folders, sorted(tops)))


def _folders(top: Path) -> list[Path]:
    try:
        return sorted(path for path in top.iterdir() if path.is_dir())
    except OSError:
        return []
