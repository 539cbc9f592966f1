"""`./dev plan | deploy | smoke | rollback | destroy`, and `bootstrap`, `admin`, `unlock`, which are needed once."""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import typer

from tradewind_tools.deployment.account import explain_aws_errors
from tradewind_tools.deployment.errors import NothingToTakeBack
from tradewind_tools.deployment.leftovers import remove_layers
from tradewind_tools.deployment.remote import Plan, RemoteStage, ensure_package, is_committed, latest_versions
from tradewind_tools.deployment.smoke import Smoke
from tradewind_tools.deployment.stage_access import StageAccess

StageName = Annotated[str, typer.Argument(metavar="STAGE", help="dev, prod …", show_default=False)]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
Command = Callable[[str], None]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Show the output of Terraform.")]


def plan(
    stage: StageName,
    *,
    refresh: Annotated[
        bool,
        typer.Option(help="Compare the state with AWS; without it, the permission to read the state is enough."),
    ] = True,
) -> None:
    """Show what a deployment would change, and change nothing."""
    with explain_aws_errors():
        site = StageAccess.enter(stage)
        remote = site.terraform()
        _package(site)
        _print_plan(site, _make_plan(site, remote, refresh=refresh))


def deployment_to(stage: str) -> Callable[..., None]:
    """The command `./dev deploy <stage>`."""

    def deploy(
        *,
        yes: Yes = False,
        smoke: Annotated[bool, typer.Option(help="Run the smoke test afterwards.")] = True,
        despite_alarms: Annotated[bool, typer.Option("--despite-alarms", help="Even if alarms ring.")] = False,
        verbose: Verbose = False,
    ) -> None:
        with explain_aws_errors():
            _deploy(StageAccess.enter(stage), yes=yes, smoke=smoke, despite_alarms=despite_alarms, verbose=verbose)

    deploy.__doc__ = f"Show what will change in {stage}, ask, apply it, and shift the traffic."
    return deploy


def smoke(
    stage: StageName,
    *,
    order: Annotated[
        bool | None, typer.Option("--order/--no-order", help="Place an order, too. Default: except in prod.")
    ] = None,
    payment_token: Annotated[str, typer.Option(help="Another than the stage's file says.")] = "",
    url: Annotated[
        str | None, typer.Option(help="The address of the API, …/v1, while its own name is not known in DNS.")
    ] = None,
) -> None:
    """Run the smoke test: what a customer does, step by step, with times."""
    with explain_aws_errors():
        site = StageAccess.enter(stage)
        outputs = site.terraform().outputs()
        _smoke(site, {**outputs, "api_url": url or outputs["api_url"]}, order=order, payment_token=payment_token)


def rollback(
    stage: StageName,
    *,
    yes: Yes = False,
    of: Annotated[str, typer.Option(help="Only if the last release is of this commit.")] = "",
) -> None:
    """Shift all traffic back to the versions before the last release."""
    with explain_aws_errors():
        site = StageAccess.enter(stage)
        _roll_back(site, of, yes=yes)


def destroy(stage: StageName, *, verbose: Verbose = False) -> None:
    """Destroy a stage with everything in it."""
    with explain_aws_errors():
        site = StageAccess.enter(stage)
        site.require_unprotected_table()
        _handle_sigterm()
        remote = site.terraform(site.print_line if verbose else lambda _: None)
        _package(site)
        site.ask_for_name(f"Orders, accounts, everything of {stage} will be gone. Type its name to go on")
        with site.narrator.step("terraform destroy"):
            remote.destroy()
            remove_layers(site.session, site.stage)
        site.shift().records.forget()
    days = "Its secrets can be brought back for as long as secret_recovery_days says; the state's bucket is left."
    site.print_line(f"Stage {stage} is gone. {days}")


def bootstrap(stage: StageName) -> None:
    """Create the bucket of Terraform's state, or configure it again."""
    from tradewind_tools.deployment.bootstrap import make_state_bucket  # noqa: PLC0415 - once in a shop's life

    with explain_aws_errors():
        site = StageAccess.enter(stage)
        is_new = make_state_bucket(site.s3, site.stage)
    site.print_line(
        f"{site.stage.place.state_bucket}: {'made' if is_new else 'was there'}; versions, encrypted, private."
    )


def admin(
    stage: StageName,
    email: Annotated[str, typer.Argument(help="The administrator's address.")],
    *,
    password: Annotated[str | None, typer.Option(envvar="ADMIN_PASSWORD", help="Asked for if it is not given.")] = None,
) -> None:
    """Create an administrator; an existing account gets the role and the password."""
    from tradewind_tools.deployment.admin import create_stage_admin  # noqa: PLC0415 - loads the shop's identity

    with explain_aws_errors():
        site = StageAccess.enter(stage)
        site.require_table()
        chosen = password or site.ask_for_password()
        site.print_line(f"{email} is an administrator: {create_stage_admin(site.session, site.stage, email, chosen)}")


def unlock(
    stage: StageName,
    lock: Annotated[str, typer.Argument(help="The lock's id, from the error message.")],
    *,
    yes: Yes = False,
) -> None:
    """Remove the lock of the state that a killed process left behind."""
    with explain_aws_errors():
        site = StageAccess.enter(stage)
        remote = site.terraform()
        site.ask("Are you sure that no other process works on this stage?", yes=yes)
        remote.unlock(lock)
    site.print_line("The lock is gone. Look at the plan before you deploy.")


def _handle_sigterm() -> None:
    """Handle SIGTERM, as of a cancelled workflow, like Ctrl-C: Terraform finishes, and the traffic is shifted back."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def _deploy(site: StageAccess, *, yes: bool, smoke: bool, despite_alarms: bool, verbose: bool) -> None:
    _handle_sigterm()
    remote = site.terraform(site.print_line if verbose else lambda _: None)
    site.shift().need_quiet()
    commit = _package(site)
    planned = _make_plan(site, remote)
    _print_plan(site, planned)
    if planned.changes:
        site.ask(f"Change {site.stage.name} like that?", yes=yes)
        with site.narrator.step("terraform apply"):
            remote.apply()
    outputs = remote.outputs()
    _shift(site, outputs, commit, despite_alarms=despite_alarms)
    if smoke:
        _smoke(site, outputs)
    typer.echo(outputs["api_url"])


def _shift(site: StageAccess, outputs: Mapping[str, Any], commit: str, *, despite_alarms: bool) -> None:
    canary = site.stage.place.release
    release = site.shift().forward(latest_versions(outputs), commit, canary, despite_alarms=despite_alarms)
    if release is None:
        site.print_line("Every function's newest version has its traffic already.")
    else:
        site.print_line(f"✓ New versions live: {len(release.moves)}. The way back: ./dev rollback {site.stage.name}")


def _smoke(
    site: StageAccess, outputs: Mapping[str, Any], *, order: bool | None = None, payment_token: str = ""
) -> None:
    orders = not site.stage.is_production if order is None else order
    token = payment_token or site.stage.place.smoke_payment_token
    key = next(iter(outputs.get("api_keys", {}).values()), None)
    Smoke(outputs["api_url"], site.print_line, payment_token=token if orders else None, api_key=key).run()


def _roll_back(site: StageAccess, of: str, *, yes: bool) -> None:
    shift = site.shift()
    last = shift.to_take_back()
    if of and not (last and last.is_of(of)):
        site.print_line(f"There is no release of {of[:12]} to take back. Nothing was changed.")
        return
    if last is None:
        raise NothingToTakeBack(site.stage.name)
    site.print_line(f"{last.title} moved:")
    for name, move in sorted(last.moves.items()):
        site.print_line(f"  {name}: back to version {move.before} from {move.after}")
    site.ask("Give all traffic back to the versions before?", yes=yes)
    shift.back()
    site.print_line("✓ All traffic is back.")


def _package(site: StageAccess) -> str:
    with site.narrator.step("Packaging"):
        commit = ensure_package()
    if not is_committed(commit):
        site.print_line("Warning: there are changes that are not committed, and they are in this package.")
    return commit


def _make_plan(site: StageAccess, remote: RemoteStage, *, refresh: bool = True) -> Plan:
    with site.narrator.step("terraform plan"):
        return remote.plan(refresh=refresh)


def _print_plan(site: StageAccess, planned: Plan) -> None:
    typer.echo(planned.text)
    for warning in planned.warnings:
        site.print_line(warning)
    if planned.outside:
        site.print_line(
            "Changed outside of Terraform since the last deployment; where the plan names it, it is put back:"
        )
        for thing in planned.outside:
            site.print_line(f"  {thing}")
