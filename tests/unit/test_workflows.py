"""The workflows of GitHub Actions, as far as they can be tried without GitHub."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

FOLDER = Path(__file__).resolve().parents[2] / ".github"
WORKFLOWS = sorted((FOLDER / "workflows").glob("*.yml"))
TOOLS = Path(sys.executable).parent
PINNED = re.compile(r"uses: (?P<action>[\w/.-]+)@(?P<commit>[0-9a-f]{40}) # v(?P<version>\d+\.\d+\.\d+)$")

Workflow = dict[Any, Any]


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def jobs(path: Path) -> dict[str, Workflow]:
    found: dict[str, Workflow] = yaml.safe_load(text(path))["jobs"]
    return found


def scripts() -> Iterator[str]:
    for path in WORKFLOWS:
        for job in jobs(path).values():
            yield from (step["run"] for step in job.get("steps", ()) if "run" in step)


def run(*command: str, given: str | None = None) -> None:
    finished = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr


def test_github_understands_every_workflow() -> None:
    tool = str(TOOLS / "check-jsonschema")
    run(tool, "--builtin-schema", "vendor.github-workflows", *map(str, WORKFLOWS))
    run(tool, "--builtin-schema", "vendor.dependabot", str(FOLDER / "dependabot.yml"))


def test_an_attacker_finds_no_way_in() -> None:
    run(str(TOOLS / "zizmor"), "--offline", "--no-progress", "--persona=pedantic", str(FOLDER))


@pytest.mark.parametrize("script", sorted(set(scripts())))
def test_a_shell_understands_every_script(script: str) -> None:
    as_the_runner_does = f"set -e\n{script}"
    run(str(TOOLS / "shellcheck"), "--shell=bash", "-", given=as_the_runner_does)


def test_every_action_is_pinned_by_its_commit_and_by_one_only() -> None:
    used = [line for path in WORKFLOWS for line in text(path).splitlines() if "uses: " in line and "./" not in line]
    pins = [PINNED.search(line.strip().removeprefix("- ")) for line in used]
    assert None not in pins
    commits: dict[str, set[str]] = {}
    for pin in filter(None, pins):
        owner, name = pin["action"].split("/")[:2]
        commits.setdefault(f"{owner}/{name}", set()).add(pin["commit"])
    assert commits
    assert all(len(known) == 1 for known in commits.values())


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_every_job_has_an_end_and_no_more_rights_than_it_says(path: Path) -> None:
    assert yaml.safe_load(text(path))["permissions"] == {}
    for job in jobs(path).values():
        assert "permissions" in job
        assert "timeout-minutes" in job or "uses" in job
        assert "write-all" not in str(job["permissions"])


def test_only_what_signs_or_takes_a_role_may_ask_for_an_identity() -> None:
    known = ((path.stem, name, job["permissions"]) for path in WORKFLOWS for name, job in jobs(path).items())
    asking = {(workflow, name) for workflow, name, rights in known if "id-token" in rights}
    deploying = {("deploy", "dev"), ("deploy", "prod"), ("stage", "deploy")}
    assert asking == {("plan", "plan"), ("release", "publish"), *deploying}


def test_each_stage_is_planned_by_the_role_of_its_own_account() -> None:
    legs = jobs(FOLDER / "workflows" / "plan.yml")["plan"]["strategy"]["matrix"]["include"]
    roles = {leg["stage"]: leg["role"] for leg in legs}
    assert roles == {"dev": "${{ vars.AWS_PLAN_ROLE_ARN_DEV }}", "prod": "${{ vars.AWS_PLAN_ROLE_ARN_PROD }}"}


def test_production_comes_after_dev_and_has_an_environment_of_its_own() -> None:
    deploy, stage = jobs(FOLDER / "workflows" / "deploy.yml"), jobs(FOLDER / "workflows" / "stage.yml")
    assert deploy["prod"]["needs"] == "dev"
    assert stage["deploy"]["environment"] == "${{ inputs.stage }}"


def test_a_stage_that_waits_for_approval_holds_up_no_other() -> None:
    deploy, stage = (yaml.safe_load(text(FOLDER / "workflows" / f"{name}.yml")) for name in ("deploy", "stage"))
    assert deploy["concurrency"]["group"] == "deploy-${{ github.sha }}"
    assert stage["jobs"]["deploy"]["concurrency"]["group"] == "deploy-${{ inputs.stage }}"


def test_what_fails_or_is_cancelled_after_it_was_deployed_is_taken_back() -> None:
    steps = jobs(FOLDER / "workflows" / "stage.yml")["deploy"]["steps"]
    last = steps[-1]
    assert last["run"] == './dev rollback "$STAGE" --yes --of "$GITHUB_SHA"'
    assert "failure() || cancelled()" in last["if"]
