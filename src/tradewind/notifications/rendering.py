"""From an email template and its context to a mail, in HTML and in plain text."""

from __future__ import annotations

from collections.abc import Iterator
from email.utils import formataddr
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from tradewind.aws.mailer import Mail
from tradewind.notifications import wording
from tradewind.notifications.email_templates import EMAIL_TEMPLATES, EmailTemplate, TemplateContext
from tradewind.settings import Settings

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).with_name("templates")
COMPILED = TEMPLATES / "compiled.zip"
"""In a package alone, in place of the templates: the Python modules that Jinja makes of them."""

_SHARED = ("layout.html", "parts.html", "parts.txt")
"""What the templates of emails are made of."""


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
        html=template_environment().get_template(f"{template.name}.html").render(values),
        text=template_environment().get_template(f"{template.name}.txt").render(values),
        unsubscribe_url=unsubscribe_url,
    )


def render_subject(template: EmailTemplate, context: TemplateContext, settings: Settings) -> str:
    return template.subject.format(shop=settings.shop_name, order_id=context.order_id)


def load_templates() -> None:
    """Load every template: a worker sends mails of all kinds."""
    for name in _template_names():
        template_environment().get_template(name)


@cache
def template_environment() -> Environment:
    """How the templates are compiled and rendered."""
    from jinja2 import (  # noqa: PLC0415 - heavy
        ChoiceLoader,
        Environment,
        FileSystemLoader,
        ModuleLoader,
        StrictUndefined,
        select_autoescape,
    )

    environment = Environment(
        loader=ChoiceLoader([ModuleLoader(COMPILED), FileSystemLoader(TEMPLATES)]),
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


def _template_names() -> Iterator[str]:
    yield from _SHARED
    for template in EMAIL_TEMPLATES.values():
        yield from (f"{template.name}.html", f"{template.name}.txt")
