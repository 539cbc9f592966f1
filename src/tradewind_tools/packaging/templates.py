"""The templates of emails as bytecode: Jinja takes longer to compile them than a mail to be written and sent.

They are modules in an archive, where Jinja's ModuleLoader finds them by a hash of their names; it is packed with the
function, so it is not packed itself. https://jinja.palletsprojects.com/en/stable/api/#jinja2.ModuleLoader
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from tradewind.notifications.rendering import COMPILED, TEMPLATES, template_environment
from tradewind_tools.packaging.archive import make_zip
from tradewind_tools.packaging.interpreter import Interpreter

_FOLDER = f"tradewind/notifications/{TEMPLATES.name}"


def compile_templates(own: Mapping[str, bytes], python: Interpreter) -> dict[str, bytes]:
    """Our own code, `own`, with the bytecode of the templates in place of them."""
    sources = {name: content for name, content in own.items() if PurePosixPath(name).parent.as_posix() == _FOLDER}
    modules = dict(_to_python(PurePosixPath(name).name, content.decode()) for name, content in sources.items())
    bytecode = python.compile_all(modules, is_bare=True)
    flat = {f"{PurePosixPath(name).name.partition('.')[0]}.pyc": content for name, content in bytecode.items()}
    archive = make_zip(flat, is_packed=False)
    rest = {name: content for name, content in own.items() if name not in sources}
    return {**rest, f"{_FOLDER}/{COMPILED.name}": archive}


def _to_python(name: str, source: str) -> tuple[str, bytes]:
    """The file that Jinja looks for, and what is in it."""
    from jinja2 import ModuleLoader  # noqa: PLC0415 - heavy, and nothing else of packaging needs it

    module = template_environment().compile(source, name, raw=True, defer_init=True)
    return ModuleLoader.get_module_filename(name), module.encode()
