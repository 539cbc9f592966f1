"""Terraform as a program: one configuration, its variables, and its commands."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from tradewind_tools.deployment import provider
from tradewind_tools.deployment.errors import Interrupted, ProviderMissing, TerraformFailed, TerraformMissing

PARALLEL: Final = 10
"""Terraform's own default: at AWS more would only be throttled."""

_CHANGES = 2
_ERROR = "Error: "
_NO_PROVIDER = ("Failed to query available provider packages", "Failed to install provider")
_SETTINGS = "TF_CLI_CONFIG_FILE"
_WARNING = re.compile(r"^Warning: (?P<title>.+)\n\n(?P<text>(?:.+(?:\n|\Z))+)", re.MULTILINE)
_STOPPING = "Stopping: Terraform finishes what it has begun, so that its state knows of it. Please wait."

Listener = Callable[[str], None]


class Terraform:
    """A configuration in `folder`. What Terraform keeps of its own goes to `data`, each line it says to `listener`.

    `variables` win over those of `variables_file`, which need not be there.
    `warn` hears what nobody should miss, such as that it is being stopped. Every command raises TerraformMissing, and
    Interrupted when somebody stops it.
    """

    def __init__(
        self,
        folder: Path,
        data: Path,
        variables: Mapping[str, Any] | None = None,
        *,
        variables_file: Path | None = None,
        parallel: int = PARALLEL,
        listener: Listener = lambda _: None,
        warn: Listener = lambda _: None,
    ) -> None:
        self._folder = folder
        self._data = data
        self._variables = variables or {}
        self._variables_file = variables_file
        self._parallel = parallel
        self._listener = listener
        self._warn = warn
        self.warnings: list[str] = []
        """What the last command warned of, a line each."""

    def init(self, *options: str) -> None:
        """Load the provider and set up the state. Raises TerraformMissing, ProviderMissing, TerraformFailed."""
        try:
            self._run("init", *options)
        except TerraformFailed as failure:
            if any(sign in failure.reason for sign in _NO_PROVIDER):
                raise ProviderMissing(failure.reason) from failure
            raise

    def validate(self) -> None:
        """Check the configuration. Raises TerraformFailed."""
        self._run("validate")

    def plan(self, file: Path | None = None, *, refresh: bool = True) -> bool:
        """Whether an apply would change anything; the plan goes to `file`. Raises TerraformFailed.

        Without `refresh` the state is believed, and AWS not asked how things are.
        """
        kept = [] if file is None else [f"-out={file}"]
        believing = [] if refresh else ["-refresh=false"]
        options = ["-detailed-exitcode", *kept, *believing, *self._working()]
        return self._run("plan", *options, fine={0, _CHANGES}) == _CHANGES

    def changes(self) -> list[str]:
        """What an apply would do, as `update aws_lambda_function.this`. Raises TerraformFailed."""
        file = self._data / "changes.tfplan"
        if not self.plan(file):
            return []
        found = (
            f"{'/'.join(each['change']['actions'])} {each['address']}" for each in self.shown(file)["resource_changes"]
        )
        return [change for change in found if not change.startswith(("no-op ", "read "))]

    def shown(self, file: Path) -> dict[str, Any]:
        """A plan as JSON. Raises TerraformFailed."""
        plan: dict[str, Any] = json.loads(self._read("show", "-json", str(file)))
        return plan

    def text(self, file: Path) -> str:
        """A plan as people read it. Raises TerraformFailed."""
        return self._read("show", str(file))

    def unlock(self, lock: str) -> None:
        """Remove the lock of somebody who cannot. Raises TerraformFailed."""
        self._run("force-unlock", "-force", lock)

    def apply(self) -> None:
        """Make everything as it is written. Raises TerraformFailed."""
        self._run("apply", "-auto-approve", *self._working())

    def apply_plan(self, file: Path) -> None:
        """Do what was planned, and nothing else. Raises TerraformFailed."""
        self._run("apply", f"-parallelism={self._parallel}", str(file))

    def destroy(self, *options: str) -> None:
        """Remove everything. Raises TerraformFailed."""
        self._run("destroy", "-auto-approve", *self._working(), *options)

    def output(self) -> dict[str, Any]:
        """The outputs' values by their names. Raises TerraformFailed."""
        outputs = json.loads(self._read("output", "-json"))
        return {name: output["value"] for name, output in outputs.items()}

    def _working(self) -> list[str]:
        ours = self._kept("variables.tfvars.json", json.dumps(self._variables))
        theirs = self._variables_file
        files = [theirs, ours] if theirs and theirs.exists() else [ours]
        return [f"-parallelism={self._parallel}", *(f"-var-file={file}" for file in files)]

    def _kept(self, name: str, text: str) -> Path:
        self._data.mkdir(parents=True, exist_ok=True)
        file = self._data / name
        file.write_text(text)
        return file

    def _run(self, command: str, *options: str, fine: frozenset[int] | set[int] = frozenset({0})) -> int:
        """Run a command that speaks to people, and pass on what it says."""
        with self._started(command, "-no-color", *options, stderr=subprocess.STDOUT) as process:
            said = self._heard_out(process)
        self.warnings = warnings(said)
        if process.returncode not in fine:
            raise TerraformFailed(command, reason(said))
        return process.returncode

    def _read(self, command: str, *options: str) -> str:
        """Run a command that answers in JSON."""
        with self._started(command, "-no-color", *options, stderr=subprocess.PIPE) as process:
            answer, complaint = process.communicate()
        if process.returncode:
            raise TerraformFailed(command, reason(complaint))
        return answer

    def _heard_out(self, process: subprocess.Popen[str]) -> str:
        """All that it says. Whoever is interrupted asks it to stop, and waits: killed, it would leave the state locked,
        and things that no state knows.
        """
        try:
            return "".join(self._heard(line) for line in process.stdout or ())
        except KeyboardInterrupt:
            process.send_signal(signal.SIGINT)
            self._warn(_STOPPING)
            for line in process.stdout or ():
                self._heard(line)
            raise Interrupted from None

    def _heard(self, line: str) -> str:
        self._listener(line.rstrip())
        return line

    def _started(self, command: str, *options: str, stderr: int) -> subprocess.Popen[str]:
        program = shutil.which("terraform")
        if program is None:
            raise TerraformMissing
        return subprocess.Popen(  # noqa: S603 - Terraform, with our own configuration
            [program, f"-chdir={self._folder}", command, *options],
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            process_group=0,  # a terminal's Ctrl-C reaches us alone; two would make Terraform drop everything
        )

    def _environment(self) -> dict[str, str]:
        own = {"TF_IN_AUTOMATION": "1", "TF_INPUT": "0", "CHECKPOINT_DISABLE": "1", "TF_DATA_DIR": str(self._data)}
        return {**os.environ, **own, **self._settings()}

    def _settings(self) -> dict[str, str]:
        """Settings of the person's own stand; a mirror is used where there are none.

        A mirror that is the plugin cache, too, is a mirror alone: Terraform refuses to install a folder to itself.
        """
        chosen = os.environ.get(_SETTINGS)
        if chosen and Path(chosen).is_file():
            return {}
        mirror = provider.find_mirror()
        text = "" if mirror is None else provider.settings(mirror)
        settings = {_SETTINGS: str(self._kept("settings.tfrc", text))}
        return settings | {provider.CACHE: ""} if mirror == _plugin_cache() else settings


def _plugin_cache() -> Path | None:
    folder = os.environ.get(provider.CACHE)
    return Path(folder) if folder else None


def warnings(said: str) -> list[str]:
    """Terraform's warnings, a line each: the title, and the first thing that is said to it."""
    found = _WARNING.finditer("\n".join(_unframed(said)))
    return [f"Warning: {each['title']}. {' '.join(each['text'].split())}" for each in found]


def reason(said: str) -> str:
    """What Terraform complains of, without what it said before; the end of it all when it does not say."""
    lines = _unframed(said)
    first = next((number for number, line in enumerate(lines) if line.startswith(_ERROR)), max(0, len(lines) - 20))
    return "\n".join(lines[first:]).strip()


def _unframed(said: str) -> list[str]:
    return [line.lstrip("│╷╵ ").rstrip() for line in said.splitlines()]
