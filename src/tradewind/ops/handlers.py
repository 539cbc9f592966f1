"""The operations on dead letters, for administrators."""

from __future__ import annotations

from collections.abc import Callable

from tradewind.aws.http import Endpoint, Nothing, Request, endpoint
from tradewind.kernel.caller import Role
from tradewind.kernel.errors import Unavailable
from tradewind.ops.errors import NothingToRedrive, QueueNotFound
from tradewind.ops.messages import DeadLetterQueueView, DeadLettersView, DeadLetterView, QueuePath, Redriven
from tradewind.ops.model import DEAD_LETTERS, Letter, WayBack, event_in, source_of
from tradewind.ops.queues import Queues, sqs
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
        while moved < MAX_MOVED and (letters := of_stage.take(queue)):
            for letter in letters:
                _send_back(letter, queue, of_stage, bus(shop.settings.bus_name))
                of_stage.delete(queue, letter)
            moved += len(letters)
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


def _send_back(letter: Letter, queue: str, queues: Queues, bus: Bus) -> None:
    """Sent before it is deleted: a crash between the two sends it twice, and never loses it. Raises BusRefused."""
    event = event_in(letter)
    if DEAD_LETTERS[queue] is WayBack.QUEUE:
        queues.send(source_of(queue), letter.body)
    elif event is None or bus.put([entry(event)]) != [None]:
        raise BusRefused(f"The bus did not take the message {letter.message_id}.")


def _queue_view(queue: str, queues: Queues) -> DeadLetterQueueView:
    waiting = queues.waiting(queue)
    sample = queues.look(queue) if waiting else []
    return DeadLetterQueueView(
        queue=queue,
        waiting=waiting,
        way_back=DEAD_LETTERS[queue],
        oldest_at=min((letter.sent_at for letter in sample), default=None),
        sample=[_view(letter) for letter in sample],
    )


def _view(letter: Letter) -> DeadLetterView:
    event = event_in(letter)
    return DeadLetterView(
        message_id=letter.message_id,
        sent_at=letter.sent_at,
        type=event.type if event else None,
        event_id=event.event_id if event else None,
        about=event.aggregate_id if event else None,
        correlation_id=event.correlation_id if event else None,
    )
