"""Documents as YAML for people: keys in the order given, strings of several lines as blocks, no aliases."""

from __future__ import annotations

from typing import Any

import yaml

_WIDTH = 120


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - PyYAML's own signature
        return True


def text(document: dict[str, Any]) -> str:
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)
