"""What a measurement needs on disk: the package unpacked, Lambda's runtime client, and the reference functions."""

from __future__ import annotations

import hashlib
import io
import platform
import shutil
import subprocess
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tradewind_tools.bench.errors import NotMeasurable, require_linux
from tradewind_tools.bench.function_process import Launch
from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.locks import hold_lock
from tradewind_tools.packaging import interpreter
from tradewind_tools.packaging.building import build
from tradewind_tools.packaging.interpreter import Interpreter, unpack
from tradewind_tools.packaging.wheels import Architecture
from tradewind_tools.places import BUILD, PROJECT

FOLDER: Final = BUILD / "bench"
_BENCH: Final = PROJECT / "bench"
_REQUIREMENTS: Final = PROJECT / "requirements"
_HANDLERS: Final = {function.name: function.handler for function in FUNCTIONS}
_STAMP: Final = "tradewind-stamp"
_SHOWN_LINES = 8
_BUNDLES: Final = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt")


@dataclass(frozen=True, slots=True)
class Workbench:
    """Knows how to start a function of ours, of the reference, or the bare one, by name.

    `installed` holds what pip has installed, and outlives a run.
    """

    python: Interpreter
    folder: Path
    installed: Path = FOLDER

    @classmethod
    def prepare(cls, folder: Path = FOLDER) -> Workbench:
        """Build the package for this machine and what it is measured against. Raises PackagingError."""
        bench = cls(interpreter.find(), folder)
        require_linux()
        build([_here()], target=folder / "package")
        _unpack(folder / "package" / f"layer-{_here()}.zip", folder / "layer")
        shutil.rmtree(folder / "functions", ignore_errors=True)
        for requirements in ("lambda", "bench"):
            bench.install(requirements)
        bench.compile_reference()
        bench.lay_out_certificates()
        return bench

    def ours(self, function: str, environment: Mapping[str, str]) -> Launch:
        """A function of the shop, from its own archive, which is unpacked at the first time."""
        code = self.folder / "functions" / function
        if not code.exists():
            _unpack(self.folder / "package" / "functions" / f"{function}.zip", code)
        libraries = (self.folder / "layer" / "python", self.installed / "lambda")
        return self._launch(_HANDLERS[function], code, libraries, environment)

    def reference(self, handler: str, environment: Mapping[str, str]) -> Launch:
        """A function as it is usually written."""
        code = self.folder / "code" / "reference"
        return self._launch(handler, code, (self.installed / "bench",), environment)

    def bare(self) -> Launch:
        """A function that does nothing."""
        return self._launch("bare.handle", self.folder / "code", (self.installed / "lambda",), {})

    def _launch(self, handler: str, code: Path, libraries: tuple[Path, ...], environment: Mapping[str, str]) -> Launch:
        trusting = {**environment, "SSL_CERT_DIR": str(self._certificates)}
        return Launch(handler, code, libraries, trusting, self.python.executable)

    @property
    def _certificates(self) -> Path:
        return self.folder / "certificates"

    def lay_out_certificates(self) -> None:
        """Amazon Linux has the roots in one file; DynamoDB's client would read each of the hundreds that Debian has."""
        shutil.rmtree(self._certificates, ignore_errors=True)
        self._certificates.mkdir()
        bundle = next(filter(Path.exists, map(Path, _BUNDLES)), None)
        if bundle:
            (self._certificates / "ca-bundle.crt").symlink_to(bundle)

    def install(self, requirements: str) -> None:
        """Install a requirements file into a folder of its own, unless that has been done. Raises NotMeasurable."""
        listed, target = _REQUIREMENTS / f"{requirements}.txt", self.installed / requirements
        fingerprint = hashlib.sha256(listed.read_bytes() + self.python.version.encode()).hexdigest()
        with hold_lock(target.with_suffix(".lock")):
            if _read(target / _STAMP) != fingerprint:
                self._install(listed, target)
                (target / _STAMP).write_text(fingerprint)

    def _install(self, listed: Path, target: Path) -> None:
        shutil.rmtree(target, ignore_errors=True)
        command = [self.python.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps"]
        command += ["--disable-pip-version-check", "--root-user-action=ignore", "--only-binary=:all:"]
        done = subprocess.run(  # noqa: S603 - pip, for pinned hashes
            [*command, "--target", str(target), "-r", str(listed)], check=False, capture_output=True, text=True
        )
        if done.returncode:
            reason = "\n".join(done.stderr.splitlines()[-_SHOWN_LINES:])
            raise NotMeasurable(f"requirements/{listed.name} could not be installed:\n{reason}")

    def compile_reference(self) -> None:
        """The reference and the bare function get their bytecode, too."""
        files = {path.relative_to(_BENCH).as_posix(): path.read_bytes() for path in _BENCH.rglob("*.py")}
        shutil.rmtree(self.folder / "code", ignore_errors=True)
        unpack(files | self.python.compile_all(files), self.folder / "code")


def _here() -> Architecture:
    """The architecture of this machine. Raises NotMeasurable."""
    for architecture in Architecture:
        if architecture.machine == platform.machine():
            return architecture
    raise NotMeasurable(f"Lambda has no {platform.machine()}")


def _unpack(archive: Path, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    with zipfile.ZipFile(io.BytesIO(archive.read_bytes())) as packed:
        packed.extractall(folder)


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""
