"""Nobody is signed out by a rotation, whichever functions sign and verify with whatever they have in their caches.

Each environment of a function has a process with a cache, behind it the extension with another, and a clock that is
wrong by up to two minutes. Keys are rotated by the real steps, as late as they may be.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import pytest
from tests.fakes import FakeClock
from tests.unit.rotation.fake_vault import FakeVault

from tradewind.aws.secrets import ExtensionSecrets, Secret, find_signing_key, list_verifying_keys
from tradewind.kernel.keys import CACHED_SECONDS, IN_USE_WITHIN_SECONDS, WAIT_SECONDS
from tradewind.rotation.steps import Version, create, finish

NAME = "tradewind/local/jwt-key"
EXTENSION_KEEPS = timedelta(minutes=5)
DAY = 86_400
"""As long as a token lives; two rotations are further apart."""


class SkewedClock:
    """A clock that is wrong by some seconds."""

    def __init__(self, clock: FakeClock, seconds: float) -> None:
        self._clock = clock
        self._wrong = timedelta(seconds=seconds)

    def now(self) -> datetime:
        return self._clock.now() + self._wrong

    def entropy(self, size: int) -> bytes:
        return self._clock.entropy(size)

    def sleep(self, seconds: float) -> None:
        self._clock.sleep(seconds)


class Environment:
    """Where one function runs: its process, and the extension beside it."""

    def __init__(self, vault: FakeVault, clock: FakeClock, wrong_seconds: float = 0) -> None:
        self._vault = vault
        self._true_clock = clock
        self._kept: dict[str, tuple[datetime, Secret]] = {}
        self.clock = SkewedClock(clock, wrong_seconds)
        self.secrets = ExtensionSecrets(self.clock, self._extension)

    def signs(self) -> str:
        """The version of the key that it signs with."""
        return find_signing_key(self.secrets, NAME, self.clock).version_id

    def verifies(self, version_id: str) -> bool:
        return any(key.version_id == version_id for key in list_verifying_keys(self.secrets, NAME))

    def _extension(self, _name: str, stage: str) -> Secret | None:
        """It keeps what there is, and asks again for what there is not."""
        now = self._true_clock.now()
        kept = self._kept.get(stage)
        if kept and now - kept[0] < EXTENSION_KEEPS:
            return kept[1]
        version_id = self._vault.stages.get(stage)
        if version_id is None:
            return None
        self._kept[stage] = (now, Secret(self._vault.values[version_id], version_id))
        return self._kept[stage][1]


class World:
    """One secret, and the environments that use it."""

    def __init__(self, wrong_seconds: Sequence[float] = (0, 0)) -> None:
        self.clock = FakeClock()
        self.vault = FakeVault()
        self.environments = [Environment(self.vault, self.clock, seconds) for seconds in wrong_seconds]
        self._signed: dict[str, datetime] = {}

    def rotate(self, version_id: str) -> None:
        self.begin_rotation(version_id)
        self.end_rotation(version_id)

    def begin_rotation(self, version_id: str) -> None:
        create(Version(NAME, version_id), self.vault, self.clock)

    def end_rotation(self, version_id: str) -> None:
        finish(Version(NAME, version_id), self.vault, self.clock)

    def sign(self, caller: Environment) -> None:
        self._signed[caller.signs()] = self.clock.now()

    def refused(self, caller: Environment) -> set[str]:
        """The versions of valid tokens that the environment knows nothing of."""
        valid = {version for version, when in self._signed.items() if self.clock.now() - when < timedelta(seconds=DAY)}
        return {version for version in valid if not caller.verifies(version)}


@pytest.mark.parametrize("seed", range(25))
def test_no_valid_token_is_refused(seed: int) -> None:
    """Whatever happens around three rotations: signing, verifying, forged tokens, short and long silences."""
    chance = random.Random(seed)
    world = World([chance.uniform(-120, 120) for _ in range(3)])
    for number in range(3):
        world.clock.advance(2 * DAY)
        live(world, chance, seconds=chance.uniform(0, 2 * WAIT_SECONDS))
        world.begin_rotation(f"version {number}")
        live(world, chance, seconds=chance.choice([0, IN_USE_WITHIN_SECONDS]))
        world.end_rotation(f"version {number}")
        live(world, chance, seconds=2 * WAIT_SECONDS)


def live(world: World, chance: random.Random, seconds: float) -> None:
    """Calls of all kinds for so many seconds, in the environments that are not asleep."""
    awake = chance.sample(world.environments, k=chance.randint(1, len(world.environments)))
    for pause in pauses(chance, seconds):
        world.clock.advance(pause)
        caller = chance.choice(awake)
        match chance.choice(["sign", "verify", "forge"]):
            case "sign":
                world.sign(caller)
            case "verify":
                assert world.refused(caller) == set()
            case _:
                assert not caller.verifies("forged")


def pauses(chance: random.Random, seconds: float) -> Iterator[float]:
    """Short and long ones, which together last no longer."""
    while (pause := chance.expovariate(1 / chance.choice([5, 60]))) < seconds:
        seconds -= pause
        yield pause


def test_new_key_is_used_after_its_waiting_time() -> None:
    world = World()
    world.environments[0].signs()
    world.rotate("second")
    world.clock.advance(WAIT_SECONDS - 1)
    assert world.environments[0].signs() == "first"
    world.clock.advance(CACHED_SECONDS)
    assert world.environments[0].signs() == "second"


def test_new_process_after_a_rotation_signs_with_a_key_that_all_know() -> None:
    world = World()
    world.rotate("second")
    assert world.environments[0].signs() == "first"


def test_previous_key_is_known_although_the_extension_caches_an_older_one() -> None:
    """The two values are kept apart, and may be of different ages."""
    world = World()
    verifier = world.environments[0]
    world.rotate("second")
    world.clock.advance(DAY)
    assert verifier.verifies("second")
    world.clock.advance(EXTENSION_KEEPS.total_seconds() - 60)
    assert verifier.verifies("first")
    world.rotate("third")
    world.clock.advance(61)
    assert verifier.verifies("second")


@pytest.mark.parametrize("rotations", [1, 2])
def test_leaked_key_is_worthless_after_two_rotations(rotations: int) -> None:
    world = World()
    for number in range(rotations):
        world.rotate(f"version {number}")
    world.clock.advance(CACHED_SECONDS + EXTENSION_KEEPS.total_seconds())
    assert world.environments[0].verifies("first") is (rotations == 1)
