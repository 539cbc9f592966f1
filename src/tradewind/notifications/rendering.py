"""From an email template and its context to a mail, in HTML and in plain text."""

from __future__ import annotations

from email.utils import formataddr
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from tradewind.aws.mailer import Mail
from tradewind.notifications import wording
from tradewind.notifications.email_templates import EmailTemplate, TemplateContext
from tradewind.settings import Settings

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).with_name("templates")


def render_mail(
    template: EmailTemplate, context: TemplateContext, settings: Settings, unsubscribe_url: str = ""
) -> Mail:
    """Render a mail, of which `unsubscribe_url` turns off the kind.

    Raises jinja2.UndefinedError when the template names what the context does not have.
    """
    name = wording.one_line(context.recipient.greeting_name)
    values = {
        **context.values,
        "addressee": f" {name}" if name else "",
        "subject": render_subject(template, context, settings),
        "shop_name": settings.shop_name,
        "shop_address": settings.shop_address,
        "payment_method": wording.payment_method(settings.payment_provider),
        "shop_url": settings.shop_url,
        "shop_mail": settings.mail_from,
        "unsubscribe_url": unsubscribe_url,
    }
    return Mail(
        sender=formataddr((settings.shop_name, settings.mail_from)),
        recipient=context.recipient.email,
        subject=values["subject"],
        html=_environment().get_template(f"{template.name}.html").render(values),
        text=_environment().get_template(f"{template.name}.txt").render(values),
        unsubscribe_url=unsubscribe_url,
    )


def render_subject(template: EmailTemplate, context: TemplateContext, settings: Settings) -> str:
    return template.subject.format(shop=settings.shop_name, order_id=context.order_id)


def load_templates() -> None:
    """Compile every template: a worker sends mails of all kinds."""
    environment = _environment()
    for name in environment.list_templates():
        environment.get_template(name)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape  # noqa: PLC0415 - heavy

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "address_lines": wording.address_lines,
        "amount": wording.amount,
        "day": wording.day,
        "minute": wording.minute,
        "one_line": wording.one_line,
    }
    return environment
