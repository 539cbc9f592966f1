from __future__ import annotations

import re
from collections.abc import Sequence
from html.parser import HTMLParser
from typing import Any

import msgspec
import pytest
from tests.fakes import CUSTOMER_ID, make_shop
from tests.trading import add_product
from tests.unit.notifications.scene import (
    EMAIL,
    NEW_EMAIL,
    OLD_EMAIL,
    ORDER_ID,
    about_accounts,
    about_orders,
    about_verification,
    add_customer,
    add_order,
    add_session,
    cart_abandoned,
    deletion_requested,
    deletion_undoable,
    email_change_requested,
    email_changed,
    email_pending,
    email_replaced,
    factor_added,
    factor_removal_due,
    factor_removal_requested,
    factor_removed,
    line,
    order_cancelled,
    order_confirmed,
    order_fulfilled,
    password_changed,
    put_into_cart,
    refund_issued,
    reset_requested,
    signed_in_from_new_device,
    stock_low,
    user_registered,
    verification_overdue,
    verification_requested,
)

from tradewind.aws.mailer import Mail
from tradewind.kernel.events import Event
from tradewind.notifications import rendering
from tradewind.notifications.email_templates import EMAIL_TEMPLATES, MAX_LINES
from tradewind.ordering.model import OrderLine
from tradewind.settings import Settings
from tradewind.shop import Shop

GMAIL_CUTS_AT_BYTES = 102 * 1024
SETTINGS = Settings(shop_name="Salt & Sail", shop_url="https://shop.example/?a=1&b=2", mail_from="hello@shop.example")


class Reader(HTMLParser):
    """What a person sees of a mail, the tags it was made of, and where its links lead."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.links: set[str] = set()
        self._words: list[str] = []
        self.feed(html)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self._words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links |= {value or "" for name, value in attrs if name in {"href", "src"}}

    def handle_data(self, data: str) -> None:
        self._words.append(data)


def cart_reminder(shop: Shop, first_name: str = "Ada") -> Mail:
    add_customer(shop.table, first_name=first_name, emailVerified=True)
    template = EMAIL_TEMPLATES["CartAbandoned"]
    return rendering.render_mail(template, template.load(cart_abandoned(), shop), SETTINGS)


def mail_for(
    event: Event,
    lines: Sequence[OrderLine] = (),
    *,
    currency: str = "USD",
    first_name: str = "Ada",
    is_verified: bool | None = None,
) -> Mail:
    """Those that ask for verification go to an unverified address, all others to a verified one."""
    is_verified = event not in [user_registered(), *about_verification()] if is_verified is None else is_verified
    shop = make_shop(settings=SETTINGS)
    add_customer(shop.table, first_name=first_name, emailVerified=is_verified)
    add_order(shop.table, lines, currency, after=event.type)
    template = EMAIL_TEMPLATES[event.type]
    return rendering.render_mail(template, template.load(event, shop), SETTINGS)


def mail_about_change(event: Event, profile: dict[str, Any]) -> Mail:
    shop = make_shop(settings=SETTINGS)
    add_customer(shop.table, emailVerified=True, **profile)
    template = EMAIL_TEMPLATES[event.type]
    return rendering.render_mail(template, template.load(event, shop), SETTINGS)


def both_texts(mail: Mail) -> list[str]:
    """What a person reads of each form, on one line; with an x for the multiplication sign."""
    return [Reader(mail.html).text.replace("\u00d7", "x"), " ".join(mail.text.split())]


def test_every_template_has_an_html_and_a_text_file() -> None:
    names = {template.name for template in EMAIL_TEMPLATES.values()}
    for name in names:
        assert (rendering.TEMPLATES / f"{name}.html").is_file()
        assert (rendering.TEMPLATES / f"{name}.txt").is_file()


@pytest.mark.parametrize(
    ("event", "subject"),
    [
        (user_registered(), "Welcome to Salt & Sail"),
        (order_confirmed(), f"Your Salt & Sail order {ORDER_ID} is confirmed"),
        (order_cancelled(), f"Your Salt & Sail order {ORDER_ID} has been cancelled"),
        (order_fulfilled(), f"Your Salt & Sail order {ORDER_ID} is on its way"),
        (refund_issued(), f"Your refund for Salt & Sail order {ORDER_ID} is on its way"),
        (reset_requested(), "Choose a new password for Salt & Sail"),
        (password_changed(), "Your Salt & Sail password was changed"),
        (factor_added(), "Your Salt & Sail account asks for a code now"),
        (factor_removed(), "Your Salt & Sail account asks for no code any more"),
        (verification_requested(), "Confirm your email address for Salt & Sail"),
        (verification_overdue(), "Reminder: please confirm your email address for Salt & Sail"),
    ],
)
def test_mail_has_sender_recipient_and_subject(event: Event, subject: str) -> None:
    mail = mail_for(event, [line()])
    assert (mail.sender, mail.recipient, mail.subject) == ("Salt & Sail <hello@shop.example>", EMAIL, subject)


def test_mail_about_the_removal_of_a_second_factor_says_when_and_how_to_stop_it() -> None:
    mail = mail_about_change(factor_removal_requested(), factor_removal_due())
    assert (mail.recipient, mail.subject) == (EMAIL, "Your Salt & Sail account will soon ask for no code")
    for text in both_texts(mail):
        assert "24 November 2026" in text
        assert "sign in with your password and a code before that time" in text


def test_link_to_a_new_address_goes_there_and_greets_nobody_by_name() -> None:
    mail = mail_about_change(email_change_requested(), email_pending())
    assert (mail.recipient, mail.subject) == (NEW_EMAIL, "Confirm your new email address for Salt & Sail")
    assert all("confirm-email=" in text for text in (mail.html, mail.text))
    assert not any("Ada" in text for text in both_texts(mail))


def test_deletion_is_said_to_the_address_before_with_the_link_that_stops_it() -> None:
    profile = {**email_replaced(), "status": "deleting", "reopensAs": "active"}
    mail = mail_about_change(deletion_undoable(), profile)
    assert mail.recipient == OLD_EMAIL
    assert all("undo-email-change=" in text for text in (mail.html, mail.text))
    assert all("is deleted after 28 November 2026" in text for text in both_texts(mail))
    assert not any("Ada" in text for text in both_texts(mail))


@pytest.mark.parametrize(
    ("profile", "words"),
    [
        ({}, "what we know about you is deleted within hours"),
        ({**email_replaced(), "reopensAs": "active"}, "what we know about you is deleted after 28 November 2026"),
    ],
)
def test_mail_about_a_deletion_says_when_everything_is_gone(profile: dict[str, Any], words: str) -> None:
    mail = mail_about_change(deletion_requested(), {**profile, "status": "deleting"})
    assert all(words in text for text in both_texts(mail))


def test_mail_about_a_sign_in_repeats_nothing_of_what_has_signed_in() -> None:
    shop = make_shop(settings=SETTINGS)
    add_customer(shop.table, emailVerified=True)
    add_session(shop.table, "Chrome/131.0 <b>see www.example.com</b>")
    event = signed_in_from_new_device()
    template = EMAIL_TEMPLATES[event.type]
    mail = rendering.render_mail(template, template.load(event, shop), SETTINGS)
    assert (mail.recipient, mail.subject) == (EMAIL, "A new sign-in to your Salt & Sail account")
    assert all("with Chrome, from" in text and "example.com" not in text for text in both_texts(mail))


def test_link_that_undoes_a_change_goes_to_the_address_before() -> None:
    mail = mail_about_change(email_changed(), email_replaced())
    assert (mail.recipient, mail.subject) == (OLD_EMAIL, "The email address of your Salt & Sail account was changed")
    assert all("undo-email-change=" in text for text in (mail.html, mail.text))
    assert not any("Ada" in text or EMAIL in text for text in both_texts(mail))


@pytest.mark.parametrize("event", [password_changed(), *about_orders()])
def test_mail_to_a_verified_address_greets_by_name(event: Event) -> None:
    assert all("Ada" in text for text in both_texts(mail_for(event, [line()])))


@pytest.mark.parametrize("event", [*about_accounts(), *about_orders()])
def test_mail_to_an_unverified_address_has_no_name(event: Event) -> None:
    """Whoever registered may have typed the address of somebody else, and a message in place of the name."""
    mail = mail_for(event, [line()], first_name="Your parcel is held", is_verified=False)
    assert not any("parcel" in text for text in both_texts(mail))
    assert not re.search(r" [,:.]", mail.text)


def test_welcome_to_a_verified_address_has_the_name() -> None:
    mail = mail_for(user_registered(), is_verified=True)
    assert all("Welcome, Ada" in text for text in both_texts(mail))


@pytest.mark.parametrize("event", [*about_accounts(), *about_orders()])
def test_mail_links_only_to_the_shop(event: Event) -> None:
    mail = mail_for(event, [line()])
    assert all("Salt & Sail" in text for text in both_texts(mail))
    assert {re.split("&verify=|&reset=", link)[0] for link in Reader(mail.html).links} == {SETTINGS.shop_url}
    assert f"{SETTINGS.shop_url}\n" in mail.text


@pytest.mark.parametrize("event", [user_registered(), *about_verification()])
def test_both_forms_have_the_verification_link(event: Event) -> None:
    mail = mail_for(event)
    [link] = [link for link in Reader(mail.html).links if "verify=" in link]
    assert link in mail.text.split()
    assert all("two days" in text for text in both_texts(mail))


def test_welcome_to_a_verified_address_has_no_verification_link() -> None:
    shop = make_shop(settings=SETTINGS)
    add_customer(shop.table, emailVerified=True)
    template = EMAIL_TEMPLATES["UserRegistered"]
    mail = rendering.render_mail(template, template.load(user_registered(), shop), SETTINGS)
    assert Reader(mail.html).links == {SETTINGS.shop_url}
    assert "verify" not in mail.text


def test_cart_reminder_shows_todays_prices_and_a_total_for_each_currency() -> None:
    shop = make_shop(settings=SETTINGS)
    put_into_cart(shop, "shirt", 2, price=617.25)
    put_into_cart(shop, "tote", 12, price=9.99)
    put_into_cart(shop, "fan", 1, price=1980, currency="JPY")
    mail = cart_reminder(shop)
    assert mail.subject == "You left something in your Salt & Sail cart"
    for text in both_texts(mail):
        for figure in ("2 x Shirt", "US$617.25", "US$1,234.50", "12 x Tote", "US$9.99", "US$119.88", "1 x Fan"):
            assert figure in text
        assert re.findall(r"Total:? ([A-Z]{2}[¥$][\d.,]+)", text) == ["JP¥1,980", "US$1,354.38"]
        assert "once a week at most" in text


def test_long_cart_is_cut_and_the_rest_is_counted() -> None:
    shop = make_shop(settings=SETTINGS)
    for number in range(MAX_LINES + 1):
        put_into_cart(shop, f"product-{number:03}", 1, price=1)
    for text in both_texts(cart_reminder(shop)):
        assert text.count("1 x Product") == MAX_LINES
        assert "and 1 more item" in text
        assert "US$101.00" in text


def test_product_name_in_a_cart_is_escaped() -> None:
    shop = make_shop(settings=SETTINGS)
    put_into_cart(shop, name="<img src=x> & co")
    mail = cart_reminder(shop, first_name="<b>Ada</b>")
    assert {"img", "b"}.isdisjoint(Reader(mail.html).tags)
    assert "<img src=x> & co" in Reader(mail.html).text


@pytest.mark.parametrize("event", [order_confirmed(), order_cancelled(), order_fulfilled()])
def test_both_forms_have_every_quantity_price_and_total(event: Event) -> None:
    mail = mail_for(event, [line("Shirt", 3, 61_725), line("Tote", 12, 999), line("Shirt", 1, 50_000)])
    for text in both_texts(mail):
        for figure in ("3 x Shirt", "US$617.25", "US$1,851.75", "12 x Tote", "US$9.99", "US$119.88"):
            assert figure in text
        for figure in ("1 x Shirt", "US$500.00", "US$2,471.63", ORDER_ID, "20 November 2026"):
            assert figure in text


@pytest.mark.parametrize("event", [order_confirmed(), order_fulfilled()])
def test_both_forms_have_the_delivery_address(event: Event) -> None:
    for text in both_texts(mail_for(event, [line()])):
        assert "Ada Lovelace 12 Harbour Street Falmouth Cornwall TR11 3QX United Kingdom" in text


@pytest.mark.parametrize(
    ("provider", "method"),
    [
        ("stripe", "by card (Stripe)"),
        ("fake", "with the test provider (no money was charged)"),
        ("other", "through other"),
    ],
)
def test_confirmation_has_amount_day_method_and_seller(provider: str, method: str) -> None:
    address = "Salt & Sail, 3 Custom House Quay, Falmouth"
    shop = make_shop(settings=msgspec.structs.replace(SETTINGS, payment_provider=provider, shop_address=address))
    add_customer(shop.table)
    add_order(shop.table, [line("Shirt", 3, 61_725)])
    template = EMAIL_TEMPLATES["OrderConfirmed"]
    mail = rendering.render_mail(template, template.load(order_confirmed(), shop), shop.settings)
    for text in both_texts(mail):
        assert "as your receipt" in text
        assert f"US$1,851.75, paid on 21 November 2026 {method}" in text
        assert address in text


def test_confirmation_of_a_shop_without_an_address_has_none() -> None:
    assert all(
        text.endswith(("Salt & Sail .", SETTINGS.shop_url))
        for text in both_texts(mail_for(order_confirmed(), [line()]))
    )


def test_both_forms_say_why_an_order_was_cancelled() -> None:
    for text in both_texts(mail_for(order_cancelled("CardDeclined"), [line()])):
        assert "Your card was declined. You have not been charged." in text


def test_requested_cancellation_does_not_apologise() -> None:
    for text in both_texts(mail_for(order_cancelled("CustomerRequest"), [line()])):
        assert "Hi Ada, we have cancelled your order, as you asked." in text
        assert "sorry" not in text


def test_both_forms_have_carrier_and_tracking_number() -> None:
    for text in both_texts(mail_for(order_fulfilled(), [line()])):
        assert "sent your order with Royal Mail" in text
        assert "RM 1234 5678 9GB" in text


def test_both_forms_have_the_refund_and_its_reason() -> None:
    for text in both_texts(mail_for(refund_issued(), [line()])):
        assert "we have refunded US$617.25" in text
        assert "One shirt came back" in text
        assert ORDER_ID in text


@pytest.mark.parametrize("event", [order_fulfilled("1\n\n--\nforged <b>"), refund_issued("1\n\n--\nforged <b>")])
def test_text_of_an_administrator_is_escaped_and_stays_on_its_line(event: Event) -> None:
    mail = mail_for(event, [line()])
    assert "b" not in Reader(mail.html).tags
    assert mail.text.splitlines().count("--") == 1
    assert "1 -- forged <b>" in mail.text


def test_password_email_has_the_moment_and_the_contact_address() -> None:
    for text in both_texts(mail_for(password_changed())):
        assert "was changed on 21 November 2026, 03:04 UTC" in text
        assert "contact us at once at hello@shop.example" in text


def test_yen_have_no_decimals() -> None:
    for text in both_texts(mail_for(order_confirmed(), [line(quantity=2, unit_price_minor=1_980)], currency="JPY")):
        assert re.findall(r"JP¥[\d,]*\d", text)[-4:] == ["JP¥1,980", *["JP¥3,960"] * 3]


@pytest.mark.parametrize("event", [order_confirmed(), order_cancelled(), order_fulfilled()])
def test_names_in_an_order_are_escaped(event: Event) -> None:
    name = "<script>alert('1')</script> & <img src=x>"
    mail = mail_for(event, [line(name)], first_name="<b>Ada</b>")
    reader = Reader(mail.html)
    assert {"script", "img", "b"}.isdisjoint(reader.tags)
    assert name in reader.text
    assert "<b>Ada</b>" in reader.text
    assert name in mail.text


def test_product_name_cannot_forge_a_line_of_the_text() -> None:
    mail = mail_for(order_confirmed(), [line("Shirt\n\nTotal: US$0.00")])
    assert [each for each in mail.text.splitlines() if each.startswith("Total:")] == ["Total: US$1,234.50"]


@pytest.mark.parametrize(("count", "rest"), [(MAX_LINES + 1, "and 1 more item"), (1_000, "and 900 more items")])
def test_long_order_is_cut_and_the_rest_is_counted(count: int, rest: str) -> None:
    lines = [line(f"Product {number:04}", 1, 100) for number in range(count)]
    mail = mail_for(order_confirmed(), lines)
    for text in both_texts(mail):
        assert text.count("Product 0") == MAX_LINES
        assert rest in text
        assert f"US${count:,}.00" in text


def test_order_at_the_limit_is_shown_whole() -> None:
    mail = mail_for(order_confirmed(), [line()] * MAX_LINES)
    assert all("more item" not in text for text in both_texts(mail))


def test_the_longest_mail_is_not_cut_off() -> None:
    mail = mail_for(order_confirmed(), [line("W" * 200, 100_000, 99_999_999)] * 1_000)
    assert len(mail.html.encode()) < GMAIL_CUTS_AT_BYTES


@pytest.mark.parametrize(
    ("name", "sender"),
    [
        ("Tradewind", "Tradewind <hello@shop.example>"),
        ("Salt, Sail", '"Salt, Sail" <hello@shop.example>'),
        ("Möwe", "=?utf-8?b?TcO2d2U=?= <hello@shop.example>"),
    ],
)
def test_sender_is_encoded_for_any_shop_name(name: str, sender: str) -> None:
    settings = Settings(shop_name=name, mail_from="hello@shop.example")
    shop = make_shop(settings=settings)
    add_customer(shop.table)
    template = EMAIL_TEMPLATES["UserRegistered"]
    assert rendering.render_mail(template, template.load(user_registered(), shop), settings).sender == sender


def test_customer_id_is_not_in_the_mail() -> None:
    mail = mail_for(order_confirmed(), [line()])
    assert CUSTOMER_ID not in mail.html + mail.text


@pytest.mark.parametrize(
    ("units", "said"), [(2, "Shirt is running low"), (1, "1 unit is left to sell"), (0, "Shirt is sold out")]
)
def test_mail_about_low_stock_says_how_many_are_left(units: int, said: str) -> None:
    shop = make_shop(settings=SETTINGS)
    add_product(shop, "shirt", units, sku="SH-M")
    template = EMAIL_TEMPLATES["StockLow"]
    mail = rendering.render_mail(template, template.load(stock_low(), shop), SETTINGS)
    assert mail.subject == "Salt & Sail: a product is running low"
    for text in both_texts(mail):
        assert said in text
        assert "Of Shirt (shirt, SKU SH-M), " in text
