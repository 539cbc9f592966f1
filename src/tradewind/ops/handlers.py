"""The operations on dead letters, for administrators."""

from __future__ import annotations

from collections.abc import Callable

from tradewind.aws.queues import QueueMessage, Queues, sqs
from tradewind.edge.http import Endpoint, Nothing, Request, endpoint
from tradewind.kernel.caller import Role
from tradewind.kernel.errors import Unavailable
from tradewind.ops.errors import NothingToRedrive, QueueNotFound
from tradewind.ops.messages import DeadLetterQueueView, DeadLettersView, DeadLetterView, QueuePath, Redriven
from tradewind.ops.model import DEAD_LETTERS, WayBack, event_in, source_of
from tradewind.outbox.public import Bus, entry, event_bridge
from tradewind.shop import Shop

MAX_MOVED = 100
"""Messages that one call moves: a poisoned one that dies again at once must not go round for ever."""


class BusRefused(Unavailable):
    """The bus did not take an event; it and what follows stay where they are."""


def listing(queues: Callable[[str], Queues]) -> Endpoint[Nothing, Nothing, DeadLettersView]:
    """Make the operation that shows what waits."""

    @endpoint(role=Role.ADMIN)
    def list_dead_letters(_request: Request[Nothing, Nothing], shop: Shop) -> DeadLettersView:
        """Show what could not be handled: how much of it, since when, and ten messages of each queue."""
        of_stage = queues(shop.settings.stage)
        return DeadLettersView([_queue_view(queue, of_stage) for queue in DEAD_LETTERS])

    return list_dead_letters


def redriving(queues: Callable[[str], Queues], bus: Callable[[str], Bus]) -> Endpoint[Nothing, QueuePath, Redriven]:
    """Make the operation that sends messages back."""

    @endpoint(role=Role.ADMIN, params=QueuePath, errors=(QueueNotFound, NothingToRedrive, BusRefused))
    def redrive(request: Request[Nothing, QueuePath], shop: Shop) -> Redriven:
        """Send up to a hundred dead letters back to where they came from; handling one twice does no harm."""
        queue, of_stage = request.params.queue, queues(shop.settings.stage)
        _check_redrivable(queue)
        moved = 0
        while moved < MAX_MOVED and (messages := of_stage.take(queue)):
            for message in messages:
                _send_back(message, queue, of_stage, bus(shop.settings.bus_name))
                of_stage.delete(queue, message)
            moved += len(messages)
        request.journal.note(queue=queue, moved=moved)
        return Redriven(queue, moved, of_stage.waiting(queue))

    return redrive


list_dead_letters = listing(sqs)
redrive = redriving(sqs, event_bridge)


def _check_redrivable(queue: str) -> None:
    """Raises QueueNotFound or NothingToRedrive."""
    if queue not in DEAD_LETTERS:
        raise QueueNotFound(f"There is no dead-letter queue {queue!r}.")
    if DEAD_LETTERS[queue] is WayBack.NONE:
        raise NothingToRedrive("These jobs run again by their schedule; there is nothing to send back.")


def _send_back(message: QueueMessage, queue: str, queues: Queues, bus: Bus) -> None:
    """Sent before it is deleted: a crash between the two sends it twice, and never loses it. Raises BusRefused."""
    event = event_in(message.body)
    if DEAD_LETTERS[queue] is WayBack.QUEUE:
        queues.send(source_of(queue), message.body)
    elif event is None or bus.put([entry(event)]) != [None]:
        raise BusRefused(f"The bus did not take the message {message.message_id}.")


def _queue_view(queue: str, queues: Queues) -> DeadLetterQueueView:
    waiting = queues.waiting(queue)
    sample = queues.look(queue) if waiting else []
    return DeadLetterQueueView(
        queue=queue,
        waiting=waiting,
        way_back=DEAD_LETTERS[queue],
        oldest_at=min((message.sent_at for message in sample), default=None),
        sample=[_view(message) for message in sample],
    )


def _view(message: QueueMessage) -> DeadLetterView:
    event = event_in(message.body)
    return DeadLetterView(
        message_id=message.message_id,
        sent_at=message.sent_at,
        type=event.type if event else None,
        event_id=event.event_id if event else None,
        about=event.aggregate_id if event else None,
        correlation_id=event.correlation_id if event else None,
    )
