"""Where the parts are put together: what a handler may reach, with its production default."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING, Any

import msgspec

from tradewind.aws.secrets import ExtensionSecrets, Secrets
from tradewind.aws.table import DynamoTable, Table
from tradewind.kernel.clock import Clock, SystemClock
from tradewind.settings import Settings

if TYPE_CHECKING:
    from tradewind.aws.bus import Bus
    from tradewind.aws.mailer import Mailer
    from tradewind.aws.queues import Queues
    from tradewind.aws.sms import SmsSender
    from tradewind.aws.state_machine import StateMachine
    from tradewind.aws.stream import Stream
    from tradewind.aws.vault import Vault
    from tradewind.payments.provider import PaymentProvider


class Shop:
    """What a handler may reach. Tests give fakes for any of the parts.

    Those below the constructor are made when they are first used: a function loads only what it needs.
    """

    def __init__(self, *, clock: Clock, secrets: Secrets, settings: Settings, table: Table | None = None) -> None:
        self.clock = clock
        self.secrets = secrets
        self.settings = settings
        if table is not None:
            self.table = table

    def with_table(self, table: Table) -> Shop:
        """The same shop, whose table is reached in another way."""
        from copy import copy  # noqa: PLC0415 - only where one of the shop's people changes something

        shop = copy(self)
        shop.table = table
        return shop

    @cached_property
    def table(self) -> Table:
        return DynamoTable(self.settings.table_name, self.clock)

    @cached_property
    def bus(self) -> Bus:
        from tradewind.aws import bus, sdk  # noqa: PLC0415 - as the class says; likewise below

        return bus.EventBridgeBus(self.settings.bus_name, sdk.connect("events"))

    @cached_property
    def queues(self) -> Queues:
        from tradewind.aws import queues, sdk  # noqa: PLC0415

        return queues.SqsQueues(self.settings.stage, sdk.connect("sqs"))

    @cached_property
    def stream(self) -> Stream:
        from tradewind.aws import sdk, stream  # noqa: PLC0415

        return stream.DynamoStream(sdk.connect("dynamodbstreams"))

    @cached_property
    def mailer(self) -> Mailer:
        from tradewind.aws import mailer, sdk  # noqa: PLC0415

        return mailer.SesMailer(sdk.connect("sesv2"), self.settings.mail_configuration_set)

    @cached_property
    def sms(self) -> SmsSender:
        from tradewind.aws import sdk, sms  # noqa: PLC0415

        return sms.SnsSmsSender(sdk.connect("sns"))

    @cached_property
    def state_machine(self) -> StateMachine:
        from tradewind.aws import sdk, state_machine  # noqa: PLC0415

        return state_machine.ExpressStateMachine(self.settings.state_machine_arn, sdk.connect("stepfunctions", sdk.RUN))

    @cached_property
    def vault(self) -> Vault:
        from tradewind.aws import sdk, vault  # noqa: PLC0415

        return vault.SecretsManagerVault(sdk.connect("secretsmanager"))

    @cached_property
    def provider(self) -> PaymentProvider:
        from tradewind.payments.providers import provider  # noqa: PLC0415

        return provider(self.settings, self.secrets, self.clock, lambda: self.table)


@cache
def production() -> Shop:
    """The shop of this process, made at its first call."""
    clock = SystemClock()
    return Shop(clock=clock, secrets=ExtensionSecrets(clock), settings=Settings.from_environment())


def connect_in_init(*ports: str) -> None:
    """Make the clients of ports while Lambda initialises the function: with a whole CPU, and before any request waits.

    Elsewhere they are made at their first use. Secrets wait for the first request: in INIT the extension is not ready.
    https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
    """
    prepare_in_init(*(partial(_connect, port) for port in ports))


def prepare_types(*types: type[Any]) -> None:
    """Let msgspec read the fields of messages and records while Lambda initialises the function, not at the first."""
    prepare_in_init(*(partial(msgspec.json.Decoder, each) for each in types))


def prepare_in_init(*preparations: Callable[[], object]) -> None:
    """Do while Lambda initialises the function what its first request would do otherwise.

    INIT has a whole CPU, a request the share of one that the function's memory buys: at 256 MB a seventh.
    """
    if "AWS_LAMBDA_INITIALIZATION_TYPE" in os.environ:
        for prepare in preparations:
            prepare()


def _connect(port: str) -> None:
    getattr(production(), port)
