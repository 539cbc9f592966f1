from __future__ import annotations

import threading
from pathlib import Path

from tradewind_tools.locks import hold_lock


def test_second_holder_waits_for_the_first(tmp_path: Path) -> None:
    path, order = tmp_path / "folder" / "lock", list[str]()

    def hold_second() -> None:
        with hold_lock(path):
            order.append("second")

    second = threading.Thread(target=hold_second)
    with hold_lock(path):
        second.start()
        second.join(0.05)
        order.append("first")
    second.join()
    assert order == ["first", "second"]
