"""What a function of the shop may raise: what it declares for a caller to try again. Anything else is a fault of ours.

Also where a repetition heals it: it rings, and it hides what is really wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from tradewind.aws.mailer import MailRefused
from tradewind.aws.secrets import SecretUnavailable
from tradewind.aws.state_machine import RunFailed
from tradewind.aws.table import TableBusy
from tradewind.identity.errors import Unauthorized
from tradewind.kernel.errors import RetryLater
from tradewind.outbox.errors import EventsRefused
from tradewind.payments.errors import ProviderTimeout
from tradewind_tools.simulation.api_gateway import AUTHORIZER
from tradewind_tools.simulation.errors import CallRefused, ResponseLost

_OF_THE_SHOP = (TableBusy, SecretUnavailable, ProviderTimeout, MailRefused, EventsRefused, RunFailed, RetryLater)
_OF_THE_SDK = (CallRefused, ResponseLost)
"""Stand for what boto3 raises when a service does not answer."""


def find_violations(lines: Iterable[str], raised: Iterable[tuple[str, Exception]]) -> Iterator[str]:
    """`lines` are those of the shop's log about exceptions; `raised` is what functions raised, by their names."""
    for name, error in raised:
        is_refusal = name == AUTHORIZER and isinstance(error, Unauthorized)
        if not is_refusal and not isinstance(error, (*_OF_THE_SHOP, *_OF_THE_SDK)):
            yield f"{name} raised {type(error).__name__}: {error}"
    for line in lines:
        logged = msgspec.json.decode(line)
        if logged["message"] not in _declared_names():
            yield f"{logged['event']} met {logged['message']}: {logged['metadata'].get('fault')}"


def _declared_names() -> set[str]:
    """By name, as the log has it; errors derived from a declared one count, too."""
    return {kind.__name__ for declared in (*_OF_THE_SHOP, *_OF_THE_SDK) for kind in _family(declared)}


def _family(kind: type[Exception]) -> Iterator[type[Exception]]:
    yield kind
    for each in kind.__subclasses__():
        yield from _family(each)
