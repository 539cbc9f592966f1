from __future__ import annotations

from random import Random

from tradewind.settings import Settings
from tradewind_tools.simulation.account_scenario import AccountScenario, Act, draw_accounts

SCENARIOS = [draw_accounts(Random(seed)) for seed in range(3_000)]


def test_some_histories_have_account_holders() -> None:
    lived = [scenario for scenario in SCENARIOS if scenario.lives]
    assert 0.15 < len(lived) / len(SCENARIOS) < 0.25
    assert any(len(scenario.lives) > 1 for scenario in lived)
    assert any(scenario.guests for scenario in lived)


def test_every_act_occurs() -> None:
    acts = {act for scenario in SCENARIOS for life in scenario.lives for moment in life.moments for act in moment.acts}
    assert acts == set(Act)


def test_the_same_seed_gives_the_same_lives() -> None:
    assert [draw_accounts(Random(seed)) for seed in range(3_000)] == SCENARIOS


def test_other_settings_stay_as_they_are() -> None:
    scenario = AccountScenario(access_token_seconds=60, sign_in_attempts_limit=4, retention_years=0)
    applied = scenario.apply(Settings(low_stock=7))
    assert (applied.low_stock, applied.access_token_seconds) == (7, 60)
    assert (applied.sign_in_attempts_limit, applied.retention_years) == (4, 0)
