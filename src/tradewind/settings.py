"""What differs between stages."""

from __future__ import annotations

import os

import msgspec


class Settings(msgspec.Struct, frozen=True):
    """Read from the function's environment, once."""

    stage: str = "local"
    table_name: str = "tradewind-local"
    currency: str = "USD"
    cors_origin: str = "*"
    """The origins whose pages may read answers, with commas between them; or `*`."""
    bus_name: str = "tradewind-local"
    mail_from: str = "shop@tradewind.example"
    shop_name: str = "Tradewind"
    shop_address: str = ""
    shop_url: str = "http://localhost:8080"
    payment_provider: str = "fake"
    stripe_url: str = "https://api.stripe.com"
    state_machine_arn: str = "arn:aws:states:us-east-1:000000000000:stateMachine:tradewind-local-checkout-orchestrator"

    @classmethod
    def from_environment(cls) -> Settings:
        given = {name: os.environ.get(name.upper()) for name in cls.__struct_fields__}
        return cls(**{name: value for name, value in given.items() if value is not None})

    def secret_name(self, purpose: str) -> str:
        """`tradewind/<stage>/<purpose>`: how the blueprint names secrets."""
        return f"tradewind/{self.stage}/{purpose}"
