"""Letters to mails: each in HTML and in plain text, from the templates beside this module."""

from __future__ import annotations

from email.utils import formataddr
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from tradewind.aws.mailer import Mail
from tradewind.notifications import wording
from tradewind.notifications.letters import Letter, Matter
from tradewind.shop import Settings

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).with_name("templates")


def mail(letter: Letter, matter: Matter, settings: Settings) -> Mail:
    """The mail that tells `matter`; raises jinja2.UndefinedError when a template names what `matter` does not have."""
    told = {
        **matter.facts,
        "to": matter.to,
        "subject": subject(letter, matter, settings),
        "shop_name": settings.shop_name,
        "shop_address": settings.shop_address,
        "paid": wording.paid(settings.payment_provider),
        "shop_url": settings.shop_url,
        "shop_mail": settings.mail_from,
    }
    return Mail(
        sender=formataddr((settings.shop_name, settings.mail_from)),
        recipient=matter.to.email,
        subject=told["subject"],
        html=_templates().get_template(f"{letter.template}.html").render(told),
        text=_templates().get_template(f"{letter.template}.txt").render(told),
    )


def subject(letter: Letter, matter: Matter, settings: Settings) -> str:
    return letter.subject.format(shop=settings.shop_name, order_id=matter.order_id)


@cache
def _templates() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape  # noqa: PLC0415 - heavy

    templates = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
        lstrip_blocks=True,
    )
    templates.filters |= {
        "amount": wording.amount,
        "day": wording.day,
        "minute": wording.minute,
        "one_line": wording.one_line,
    }
    return templates
