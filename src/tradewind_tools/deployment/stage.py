"""A stage at AWS, and the file that says where it is: `infra/terraform/stages/<stage>.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Annotated, Final

import msgspec

from tradewind_tools.blueprint.alarms import ALARMS, Alarm, Severity
from tradewind_tools.deployment.errors import StageMisconfigured, StageNotConfigured, UnknownStage
from tradewind_tools.deployment.smoke import APPROVED
from tradewind_tools.exports.cloudformation.names import LOCAL, StageNames
from tradewind_tools.places import PROJECT

STAGES: Final = PROJECT / "infra" / "terraform" / "stages"
"""The Terraform configuration of every stage, with each stage's own files beside it."""

_EXAMPLE = ".example"
_FALLBACK = "dev"

_ALARMS_OF_BROKEN_CODE: Final = ("checkout-failures", "dead-")


class Canary(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How new versions get traffic: `first_percent` of it for `watch_minutes`, then all; 0 minutes: all at once."""

    first_percent: Annotated[int, msgspec.Meta(ge=1, le=99)] = 10
    watch_minutes: Annotated[float, msgspec.Meta(ge=0, le=120)] = 10


class StageFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The contents of a stage's file; `smoke_payment_token` pays for the order of the smoke test."""

    account: Annotated[str, msgspec.Meta(pattern=r"^\d{12}$")]
    region: Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")]
    state_bucket: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
    release: Canary = Canary()
    smoke_payment_token: str = APPROVED


@dataclass(frozen=True)
class Stage:
    """A stage, the folder of the Terraform configuration and of the stage's files, and where it is."""

    name: str
    folder: Path
    place: StageFile

    @property
    def names(self) -> StageNames:
        return StageNames(self.name)

    @property
    def table(self) -> str:
        return self.names.shop

    @property
    def is_production(self) -> bool:
        return self.name == "prod"

    @property
    def variables_file(self) -> Path:
        """What the stage gives to Terraform's variables; Terraform itself says what is missing without it."""
        return self.folder / f"{self.name}.tfvars"

    @property
    def state_key(self) -> str:
        """Where in its bucket Terraform keeps the state."""
        return f"tradewind/{self.name}.tfstate"

    @property
    def record_key(self) -> str:
        """The key of the record of the last release, in the bucket of the state."""
        return f"tradewind/{self.name}.release.json"

    @property
    def watched_alarms(self) -> list[str]:
        """Alarms that show broken code within minutes."""
        return [self.names.of(alarm.name) for alarm in ALARMS if _shows_broken_code(alarm)]


def list_stages(folder: Path = STAGES) -> list[str]:
    """The stages that can be at AWS: those with a file that says where, or an example of one."""
    files = chain(folder.glob("*.toml"), folder.glob(f"*.toml{_EXAMPLE}"))
    return sorted({file.name.partition(".")[0] for file in files} - {LOCAL})


def find(name: str, folder: Path = STAGES) -> Stage:
    """Raises UnknownStage, StageNotConfigured, StageMisconfigured."""
    if name not in list_stages(folder):
        raise UnknownStage(name, list_stages(folder))
    return Stage(name, folder, _place(folder / f"{name}.toml"))


def find_example(file: Path) -> Path:
    """The example of a stage's file: its own, or that of dev where a stage brings none."""
    own = file.with_name(f"{file.name}{_EXAMPLE}")
    return own if own.exists() else file.with_name(f"{_FALLBACK}{file.suffix}{_EXAMPLE}")


def show_path(path: Path) -> Path:
    """The path as somebody in the project's folder would type it."""
    return path.relative_to(PROJECT) if path.is_relative_to(PROJECT) else path


def _place(file: Path) -> StageFile:
    try:
        return msgspec.convert(tomllib.loads(file.read_text()), StageFile)
    except FileNotFoundError:
        raise StageNotConfigured(show_path(file), show_path(find_example(file))) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as reason:
        raise StageMisconfigured(show_path(file), str(reason), show_path(find_example(file))) from None


def _shows_broken_code(alarm: Alarm) -> bool:
    """An alarm on the whole account would let another stage take a release of this one back."""
    return alarm.is_of_stage and (alarm.severity is Severity.CRITICAL or alarm.name.startswith(_ALARMS_OF_BROKEN_CODE))
