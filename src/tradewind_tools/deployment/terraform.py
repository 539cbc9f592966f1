"""Runs Terraform: one configuration, its variables, and its commands."""

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
    """A configuration in `folder`. Terraform keeps its own files in `data`; `listener` gets each line of its output.

    `variables` win over those of `variables_file`, which need not be there.
    `warn` gets what nobody should miss, such as that Terraform is stopping. Every command raises TerraformMissing, and
    Interrupted when it is stopped.
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
        """The warnings of the last command, a line each."""

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

        Without `refresh` the state is neither compared with AWS nor locked.
        """
        out = [] if file is None else [f"-out={file}"]
        no_refresh = [] if refresh else ["-refresh=false", "-lock=false"]
        options = ["-detailed-exitcode", *out, *no_refresh, *self._change_options()]
        return self._run("plan", *options, fine={0, _CHANGES}) == _CHANGES

    def changes(self) -> list[str]:
        """What an apply would do, as `update aws_lambda_function.this`. Raises TerraformFailed."""
        file = self._data / "changes.tfplan"
        if not self.plan(file):
            return []
        found = (
            f"{'/'.join(each['change']['actions'])} {each['address']}"
            for each in self.show_json(file)["resource_changes"]
        )
        return [change for change in found if not change.startswith(("no-op ", "read "))]

    def show_json(self, file: Path) -> dict[str, Any]:
        """A plan as JSON. Raises TerraformFailed."""
        plan: dict[str, Any] = json.loads(self._read("show", "-json", str(file)))
        return plan

    def show_text(self, file: Path) -> str:
        """A plan as text. Raises TerraformFailed."""
        return self._read("show", str(file))

    def unlock(self, lock: str) -> None:
        """Remove a lock of the state. Raises TerraformFailed."""
        self._run("force-unlock", "-force", lock)

    def apply(self) -> None:
        """Apply the configuration. Raises TerraformFailed."""
        self._run("apply", "-auto-approve", *self._change_options())

    def apply_plan(self, file: Path) -> None:
        """Apply a plan, and nothing else. Raises TerraformFailed."""
        self._run("apply", f"-parallelism={self._parallel}", str(file))

    def destroy(self, *options: str) -> None:
        """Destroy everything. Raises TerraformFailed."""
        self._run("destroy", "-auto-approve", *self._change_options(), *options)

    def output(self) -> dict[str, Any]:
        """The outputs' values by their names. Raises TerraformFailed."""
        outputs = json.loads(self._read("output", "-json"))
        return {name: output["value"] for name, output in outputs.items()}

    def _change_options(self) -> list[str]:
        ours = self._write_file("variables.tfvars.json", json.dumps(self._variables))
        theirs = self._variables_file
        files = [theirs, ours] if theirs and theirs.exists() else [ours]
        return [f"-parallelism={self._parallel}", *(f"-var-file={file}" for file in files)]

    def _write_file(self, name: str, text: str) -> Path:
        self._data.mkdir(parents=True, exist_ok=True)
        file = self._data / name
        file.write_text(text)
        return file

    def _run(self, command: str, *options: str, fine: frozenset[int] | set[int] = frozenset({0})) -> int:
        """Run a command, and pass on its output."""
        with self._start(command, "-no-color", *options, stderr=subprocess.STDOUT) as process:
            said = self._read_output(process)
        self.warnings = warnings(said)
        if process.returncode not in fine:
            raise TerraformFailed(command, reason(said))
        return process.returncode

    def _read(self, command: str, *options: str) -> str:
        """Run a command, and return its output."""
        with self._start(command, "-no-color", *options, stderr=subprocess.PIPE) as process:
            answer, complaint = process.communicate()
        if process.returncode:
            raise TerraformFailed(command, reason(complaint))
        return answer

    def _read_output(self, process: subprocess.Popen[str]) -> str:
        """Read all output. An interrupt is handed on, and Terraform finishes: killed, it would leave the state locked,
        and resources that the state does not know.
        """
        try:
            return "".join(self._pass_on(line) for line in process.stdout or ())
        except KeyboardInterrupt:
            process.send_signal(signal.SIGINT)
            self._warn(_STOPPING)
            for line in process.stdout or ():
                self._pass_on(line)
            raise Interrupted from None

    def _pass_on(self, line: str) -> str:
        self._listener(line.rstrip())
        return line

    def _start(self, command: str, *options: str, stderr: int) -> subprocess.Popen[str]:
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
        """The user's own settings are kept; a mirror of the provider is used where there are none.

        A mirror that is the plugin cache, too, is a mirror alone: Terraform refuses to install a folder to itself.
        """
        chosen = os.environ.get(_SETTINGS)
        if chosen and Path(chosen).is_file():
            return {}
        mirror = provider.find_mirror()
        text = "" if mirror is None else provider.settings(mirror)
        settings = {_SETTINGS: str(self._write_file("settings.tfrc", text))}
        return settings | {provider.CACHE: ""} if mirror == _plugin_cache() else settings


def _plugin_cache() -> Path | None:
    folder = os.environ.get(provider.CACHE)
    return Path(folder) if folder else None


def warnings(said: str) -> list[str]:
    """Terraform's warnings, a line each: the title, and the first paragraph."""
    found = _WARNING.finditer("\n".join(_strip_frames(said)))
    return [f"Warning: {each['title']}. {' '.join(each['text'].split())}" for each in found]


def reason(said: str) -> str:
    """Terraform's error message, without the output before it; the end of the output if there is none."""
    lines = _strip_frames(said)
    first = next((number for number, line in enumerate(lines) if line.startswith(_ERROR)), max(0, len(lines) - 20))
    return "\n".join(lines[first:]).strip()


def _strip_frames(said: str) -> list[str]:
    return [line.lstrip("│╷╵ ").rstrip() for line in said.splitlines()]
