"""The operations on dead letters, for administrators."""

from __future__ import annotations

from tradewind.aws.queues import QueueMessage, Queues
from tradewind.edge.http import Empty, Request, endpoint
from tradewind.kernel.caller import Permission
from tradewind.ops.errors import NothingToRedrive, QueueNotFound
from tradewind.ops.messages import DeadLetterMessage, DeadLetterQueue, DeadLetters, QueuePath, RedriveResult
from tradewind.ops.model import DEAD_LETTERS, RedriveTarget, event_in, source_of
from tradewind.shop import Shop

MAX_MOVED = 100
"""Messages that one call moves: a poisoned one that dies again at once must not go round for ever."""


@endpoint(permission=Permission.OPERATIONS, connects_to=("queues",))
def list_dead_letters(_request: Request[Empty, Empty], shop: Shop) -> DeadLetters:
    """List dead letters.

    What could not be handled: how much of it, since when, and up to ten messages of each queue.
    """
    return DeadLetters([_queue_view(queue, shop.queues) for queue in DEAD_LETTERS])


@endpoint(
    permission=Permission.OPERATIONS,
    params=QueuePath,
    errors=(QueueNotFound, NothingToRedrive),
    connects_to=("queues",),
)
def redrive_dead_letters(request: Request[Empty, QueuePath], shop: Shop) -> RedriveResult:
    """Redrive dead letters.

    Sends up to a hundred messages back to where they came from. Handling one twice does no harm.
    """
    queue = request.params.queue
    _check_redrivable(queue)
    moved = 0
    while moved < MAX_MOVED and (messages := shop.queues.receive(queue)):
        for message in messages:
            _send_back(message, queue, shop)
        moved += len(messages)
    request.log.add(queue=queue, moved=moved)
    return RedriveResult(queue, moved, shop.queues.count(queue))


def _check_redrivable(queue: str) -> None:
    """Raises QueueNotFound or NothingToRedrive."""
    if queue not in DEAD_LETTERS:
        raise QueueNotFound(f"There is no dead-letter queue {queue!r}.")
    if DEAD_LETTERS[queue] is RedriveTarget.NONE:
        raise NothingToRedrive("These jobs run again by their schedule; there is nothing to send back.")


def _send_back(message: QueueMessage, queue: str, shop: Shop) -> None:
    """Sent before it is deleted: a crash between the two sends it twice, and never loses it."""
    shop.queues.send(source_of(queue), message.body)
    shop.queues.delete(queue, message)


def _queue_view(queue: str, queues: Queues) -> DeadLetterQueue:
    waiting = queues.count(queue)
    sample = queues.peek(queue) if waiting else []
    return DeadLetterQueue(
        queue=queue,
        waiting=waiting,
        redrive_target=DEAD_LETTERS[queue],
        oldest_at=min((message.sent_at for message in sample), default=None),
        sample=[_view(message) for message in sample],
    )


def _view(message: QueueMessage) -> DeadLetterMessage:
    event = event_in(message.body)
    return DeadLetterMessage(
        message_id=message.message_id,
        sent_at=message.sent_at,
        type=event.type if event else None,
        event_id=event.event_id if event else None,
        about=event.aggregate_id if event else None,
        correlation_id=event.correlation_id if event else None,
    )
