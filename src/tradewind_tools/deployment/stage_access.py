"""The composition root of the commands: a stage, the person who works on it, and what they use."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3
import typer
from rich.console import Console

from tradewind_tools.deployment.account import Identity, identify, session_for
from tradewind_tools.deployment.errors import Declined, NotDeployed, NoTerminal, TableProtected
from tradewind_tools.deployment.records import S3Records
from tradewind_tools.deployment.remote import RemoteStage
from tradewind_tools.deployment.shift import Shift
from tradewind_tools.deployment.stage import Stage, find
from tradewind_tools.deployment.terraform import Listener
from tradewind_tools.deployment.traffic import CloudWatchAlarms, LambdaTraffic
from tradewind_tools.localcloud.narrator import Narrator

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TableDescriptionTypeDef
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class StageAccess:
    """A stage, with credentials for its account."""

    stage: Stage
    session: boto3.Session
    identity: Identity
    console: Console
    narrator: Narrator

    @classmethod
    def enter(cls, name: str) -> StageAccess:
        """Check the credentials, and print the stage, the account and the person.

        Raises UnknownStage, StageNotConfigured, StageMisconfigured, NoCredentials, WrongAccount and others.
        """
        stage = find(name)
        session = session_for(stage)
        console = Console(stderr=True, highlight=False, soft_wrap=True)
        identity = identify(session, stage)
        where = f"Stage {stage.name}: account {identity.account}, {stage.place.region}, as {identity.name}"
        console.print(where, markup=False)
        return cls(stage, session, identity, console, Narrator(console))

    @property
    def s3(self) -> S3Client:
        return self.session.client("s3")

    def print_line(self, line: str) -> None:
        self.console.print(line, markup=False)

    def terraform(self, listener: Listener = lambda _: None) -> RemoteStage:
        """Terraform, initialised with the stage's state."""
        remote = RemoteStage(self.stage, listener=listener, warn=self.print_line)
        with self.narrator.step("terraform init"):
            remote.prepare()
        return remote

    def shift(self) -> Shift:
        return Shift(
            stage=self.stage.name,
            by=self.identity.name,
            traffic=LambdaTraffic(self.session),
            records=S3Records(self.s3, self.stage),
            alarms=CloudWatchAlarms(self.session, self.stage.watched_alarms),
            print_line=self.print_line,
        )

    def ask(self, question: str, *, yes: bool) -> None:
        """Ask for a confirmation. Raises Declined, NoTerminal."""
        if yes:
            return
        _require_terminal("Say --yes if you have seen what it will do.")
        if not typer.confirm(question, err=True):
            raise Declined

    def ask_for_name(self, question: str) -> None:
        """Ask for the stage's name as a confirmation. Raises Declined, NoTerminal."""
        _require_terminal("A stage is removed by a person alone.")
        if typer.prompt(question, err=True) != self.stage.name:
            raise Declined

    def ask_for_password(self) -> str:
        """Ask for a password, twice, without an echo. Raises NoTerminal."""
        _require_terminal("Put the password into the environment, as ADMIN_PASSWORD.")
        password: str = typer.prompt("Password", err=True, hide_input=True, confirmation_prompt=True)
        return password

    def require_table(self) -> None:
        """Raises NotDeployed."""
        if self._table() is None:
            raise NotDeployed(self.stage.name)

    def require_unprotected_table(self) -> None:
        """Raises TableProtected, unless there is no table."""
        table = self._table()
        if table and table.get("DeletionProtectionEnabled"):
            raise TableProtected(self.stage.name, self.stage.table, self.stage.place.region)

    def _table(self) -> TableDescriptionTypeDef | None:
        dynamodb = self.session.client("dynamodb")
        try:
            return dynamodb.describe_table(TableName=self.stage.table)["Table"]
        except dynamodb.exceptions.ResourceNotFoundException:
            return None


def _require_terminal(instead: str) -> None:
    if not sys.stdin.isatty():
        raise NoTerminal(instead)
