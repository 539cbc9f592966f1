"""A stage at AWS, and the file that says where it is: `infra/terraform/environments/<stage>/stage.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import msgspec

from tradewind_tools.blueprint.alarms import ALARMS, Alarm, Severity
from tradewind_tools.deployment.errors import StageMisconfigured, StageNotConfigured, UnknownStage
from tradewind_tools.deployment.smoke import APPROVED
from tradewind_tools.exports.cloudformation.names import LOCAL
from tradewind_tools.exports.cloudformation.names import Stage as Names
from tradewind_tools.places import PROJECT

ENVIRONMENTS: Final = PROJECT / "infra" / "terraform" / "environments"
FILE: Final = "stage.toml"
EXAMPLE: Final = "stage.toml.example"

_TELLS_OF_CODE: Final = ("checkout-failures", "dead-")


class Canary(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How new versions get traffic: `first_percent` of it for `watch_minutes`, then all; 0 minutes: all at once."""

    first_percent: Annotated[int, msgspec.Meta(ge=1, le=99)] = 10
    watch_minutes: Annotated[float, msgspec.Meta(ge=0, le=120)] = 10


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the file says; `smoke_payment_token` is what an order that tries the shop is paid with."""

    account: Annotated[str, msgspec.Meta(pattern=r"^\d{12}$")]
    region: Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")]
    state_bucket: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
    release: Canary = Canary()
    smoke_payment_token: str = APPROVED


@dataclass(frozen=True)
class Stage:
    """A stage, the folder of its Terraform configuration, and where it is."""

    name: str
    folder: Path
    place: Place

    @property
    def names(self) -> Names:
        return Names(self.name)

    @property
    def table(self) -> str:
        return self.names.shop

    @property
    def is_production(self) -> bool:
        return self.name == "prod"

    @property
    def record_key(self) -> str:
        """Where in the bucket of the state the last release is told."""
        return f"tradewind/{self.name}.release.json"

    @property
    def watched_alarms(self) -> list[str]:
        """Alarms that tell of broken code within minutes."""
        return [self.names.of(alarm.name) for alarm in ALARMS if _tells_of_code(alarm)]


def known(environments: Path = ENVIRONMENTS) -> list[str]:
    """The stages that can be at AWS."""
    return sorted(file.parent.name for file in environments.glob("*/main.tf") if file.parent.name != LOCAL)


def find(name: str, environments: Path = ENVIRONMENTS) -> Stage:
    """Raises UnknownStage, StageNotConfigured, StageMisconfigured."""
    if name not in known(environments):
        raise UnknownStage(name, known(environments))
    folder = environments / name
    return Stage(name, folder, _place(folder))


def _place(folder: Path) -> Place:
    file = folder / FILE
    try:
        return msgspec.convert(tomllib.loads(file.read_text()), Place)
    except FileNotFoundError:
        raise StageNotConfigured(_shown(file), _shown(folder / EXAMPLE)) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as reason:
        raise StageMisconfigured(_shown(file), str(reason), _shown(folder / EXAMPLE)) from None


def _shown(path: Path) -> Path:
    return path.relative_to(PROJECT) if path.is_relative_to(PROJECT) else path


def _tells_of_code(alarm: Alarm) -> bool:
    return alarm.severity is Severity.CRITICAL or alarm.name.startswith(_TELLS_OF_CODE)
