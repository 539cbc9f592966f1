from __future__ import annotations

import msgspec
import pytest

from tradewind.settings import Settings


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAGE", "prod")
    monkeypatch.setenv("TABLE_NAME", "tradewind-prod")
    monkeypatch.setenv("CURRENCY", "GBP")
    settings = Settings.from_environment()
    assert (settings.stage, settings.table_name, settings.currency) == ("prod", "tradewind-prod", "GBP")
    assert settings.shop_name == Settings().shop_name


def test_secret_is_named_after_its_stage() -> None:
    assert Settings(stage="prod").secret_name("token-key") == "tradewind/prod/token-key"


def test_numbers_come_from_the_environment_and_must_be_some(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPEN_ORDERS_LIMIT", "0")
    monkeypatch.setenv("ANSWER_HOURS", "48")
    settings = Settings.from_environment()
    assert (settings.open_orders_limit, settings.answer_hours) == (0, 48)
    monkeypatch.setenv("ANSWER_HOURS", "two days")
    with pytest.raises(msgspec.ValidationError):
        Settings.from_environment()
