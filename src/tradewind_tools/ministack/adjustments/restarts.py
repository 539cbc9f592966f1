"""State across a stop and a start: our own snapshots, messages that are delivered again, mails that stay."""

from __future__ import annotations

from types import ModuleType
from typing import Any


def disable_saving(app: ModuleType) -> None:
    """Disable MiniStack's own saving, file by file at an orderly stop: our snapshots are whole, and survive a crash."""
    app.save_all = lambda _services: None  # type: ignore[attr-defined]


def redeliver_received_messages(sqs: ModuleType) -> None:
    """Deliver messages again at once that consumers had received at a stop: nobody works on them any more."""
    load = sqs.load_persisted_state

    def load_and_show(data: dict[str, Any]) -> None:
        load(data)
        for queue in list(sqs._queues._data.values()):  # noqa: SLF001 - no API knows who received what
            for message in queue["messages"]:
                if message.get("receive_count"):  # what is only delayed goes on waiting
                    message["visible_at"] = 0

    sqs.load_persisted_state = load_and_show  # type: ignore[attr-defined]


def keep_sent_mails(ses: ModuleType) -> None:
    """Keep sent mails, which MiniStack forgets at a stop: people look for them after a restart."""
    get_state, load, mails = ses.get_state, ses.load_persisted_state, "_sent_emails"

    def get_state_with_mails() -> dict[str, Any]:
        return {**get_state(), mails: ses._sent_emails}  # noqa: SLF001 - no API gives mails back

    def load_with_mails(data: dict[str, Any]) -> None:
        load(data)
        ses._sent_emails.update(data.get(mails, {}))  # noqa: SLF001

    ses.get_state, ses.load_persisted_state = get_state_with_mails, load_with_mails  # type: ignore[attr-defined]
