"""`./dev up` with the small shop: `up.py FOLDER PORT [fresh] [detach]`."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from tests.integration.localcloud.small_shop import SmallShop

from tradewind_tools.errors import Refusal
from tradewind_tools.localcloud import lifecycle
from tradewind_tools.localcloud.state import StateFolder

signal.signal(signal.SIGHUP, signal.SIG_DFL)  # a terminal of its own, even where the tests run under nohup
folder, port, *words = sys.argv[1:]
try:
    lifecycle.up(
        StateFolder(Path(folder)), SmallShop(), port=int(port), fresh="fresh" in words, detach="detach" in words
    )
except Refusal as reason:
    sys.exit(f"dev: {reason}")
