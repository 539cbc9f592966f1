"""localstripe at 127.0.0.1 alone, where its own entry listens on every address: `localstripe_server.py PORT`."""

from __future__ import annotations

import sys

from aiohttp import web
from localstripe.resources import Store
from localstripe.server import app

Store.dump_to_disk = lambda _store: None
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None)
