from __future__ import annotations

from collections.abc import Iterator

import pytest

from tradewind_tools.localcloud.cloud import LocalCloud


@pytest.fixture(scope="session")
def bare_cloud() -> Iterator[LocalCloud]:
    """A local cloud with nothing deployed; a test names what it makes after itself."""
    with LocalCloud() as cloud:
        yield cloud
