"""What differs between stages."""

from __future__ import annotations

import os
from typing import Annotated

import msgspec
from msgspec import Meta


class Settings(msgspec.Struct, frozen=True):
    """Read from the function's environment, once."""

    stage: str = "local"
    table_name: str = "tradewind-local"
    currency: str = "USD"
    cors_origin: str = "*"
    """The origins whose pages may read answers, with commas between them; or `*`."""
    bus_name: str = "tradewind-local"
    mail_from: str = "shop@tradewind.example"
    mail_configuration_set: str = ""
    """SES's name for where it reports what becomes of a mail; empty: nowhere."""
    shop_name: str = "Tradewind"
    shop_address: str = ""
    access_token_seconds: Annotated[int, Meta(ge=60, le=86_400)] = 900
    """How long an access token is valid."""
    staff_second_factor_required: bool = False
    """Whether staff and administrators without a second factor may do no more than to set one up."""
    shop_url: str = "http://localhost:8080"
    api_url: str = ""
    """Where the world reaches the API: links that mail programs call by themselves lead there. Empty: no such links."""
    payment_provider: str = "fake"
    stripe_url: str = "https://api.stripe.com"
    state_machine_arn: str = "arn:aws:states:us-east-1:000000000000:stateMachine:tradewind-local-checkout-orchestrator"
    open_orders_limit: int = 10
    """How many unpaid orders a customer may have; of this limit and of those below, 0 is none."""
    held_units_limit: int = 250
    """How many units the unpaid orders of a customer may hold, all together."""
    payment_attempts_limit: int = 10
    """How many payments of a customer may be without success within an hour."""
    address_attempts_limit: int = 30
    """The same of all who call from one address."""
    sign_in_attempts_limit: int = 50
    """How many attempts to sign in may be wrong within an hour from one address."""
    low_stock: int = 5
    """The inventory team is told of a product when so few units of it are available."""
    inventory_mail: str = ""
    """Where the mails to the inventory team go; empty: to `mail_from`."""
    answer_hours: int = 72
    """How long a payment method that answers later may take: the stock is held as long."""
    unverified_answer_hours: int = 3
    """The same for a customer whose email address is not verified."""
    retention_years: Annotated[int, Meta(ge=0, le=30)] = 8
    """How long orders that were paid stay whole after the end of their year, when their account is deleted."""
    origin_secret_sha256: str = ""
    """The hash, in hex, of what the distribution in front sends as `x-origin-verify`; empty where there is none."""

    @classmethod
    def from_environment(cls) -> Settings:
        """Raises msgspec.ValidationError."""
        given = {name: os.environ.get(name.upper()) for name in cls.__struct_fields__}
        return msgspec.convert({name: value for name, value in given.items() if value is not None}, cls, strict=False)

    def secret_name(self, purpose: str) -> str:
        """`tradewind/<stage>/<purpose>`: how the blueprint names secrets."""
        return f"tradewind/{self.stage}/{purpose}"
