from __future__ import annotations

import re
from collections.abc import Sequence
from html.parser import HTMLParser

import msgspec
import pytest
from tests.fakes import CUSTOMER_ID, make_shop
from tests.unit.notifications.scene import (
    EMAIL,
    ORDER_ID,
    about_accounts,
    about_orders,
    about_verification,
    add_customer,
    add_order,
    cart_abandoned,
    line,
    order_cancelled,
    order_confirmed,
    order_fulfilled,
    password_changed,
    put_into_cart,
    refund_issued,
    user_registered,
    verification_overdue,
    verification_requested,
)

from tradewind.aws.mailer import Mail
from tradewind.kernel.events import Event
from tradewind.notifications import rendering
from tradewind.notifications.letters import LETTERS, MAX_LINES
from tradewind.ordering.model import OrderLine
from tradewind.shop import Settings, Shop

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


def mail_about_cart(shop: Shop, first_name: str = "Ada") -> Mail:
    add_customer(shop.table, first_name=first_name, emailVerified=True)
    letter = LETTERS["CartAbandoned"]
    return rendering.mail(letter, letter.load(cart_abandoned(), shop), SETTINGS)


def mail_for(event: Event, lines: Sequence[OrderLine] = (), *, currency: str = "USD", first_name: str = "Ada") -> Mail:
    shop = make_shop(settings=SETTINGS)
    add_customer(shop.table, first_name=first_name)
    add_order(shop.table, lines, currency)
    letter = LETTERS[event.type]
    return rendering.mail(letter, letter.load(event, shop), SETTINGS)


def both_texts(mail: Mail) -> list[str]:
    """What a person reads, on one line each; the sign of multiplication as the plain text writes it."""
    return [Reader(mail.html).text.replace("\u00d7", "x"), " ".join(mail.text.split())]


def test_every_letter_has_a_html_and_a_plain_template() -> None:
    names = {letter.template for letter in LETTERS.values()}
    for name in names:
        assert (rendering.TEMPLATES / f"{name}.html").is_file()
        assert (rendering.TEMPLATES / f"{name}.txt").is_file()


@pytest.mark.parametrize(
    ("event", "subject"),
    [
        (user_registered(), "Welcome to Salt & Sail"),
        (order_confirmed(), f"Your Salt & Sail order {ORDER_ID} is confirmed"),
        (order_cancelled(), f"Your Salt & Sail order {ORDER_ID} was cancelled"),
        (order_fulfilled(), f"Your Salt & Sail order {ORDER_ID} is on its way"),
        (refund_issued(), f"A refund for your Salt & Sail order {ORDER_ID}"),
        (password_changed(), "Your Salt & Sail password was changed"),
        (verification_requested(), "Confirm your address for Salt & Sail"),
        (verification_overdue(), "Is this your address? Please confirm it for Salt & Sail"),
    ],
)
def test_a_mail_goes_from_the_shop_to_the_customer(event: Event, subject: str) -> None:
    mail = mail_for(event, [line()])
    assert (mail.sender, mail.recipient, mail.subject) == ("Salt & Sail <hello@shop.example>", EMAIL, subject)


@pytest.mark.parametrize("event", [*about_accounts(), *about_orders()])
def test_a_mail_greets_by_name_and_leads_to_the_shop_alone(event: Event) -> None:
    mail = mail_for(event, [line()])
    assert all("Ada" in text and "Salt & Sail" in text for text in both_texts(mail))
    assert {link.partition("&verify=")[0] for link in Reader(mail.html).links} == {SETTINGS.shop_url}
    assert f"{SETTINGS.shop_url}\n" in mail.text


@pytest.mark.parametrize("event", [user_registered(), *about_verification()])
def test_both_forms_have_the_link_that_verifies(event: Event) -> None:
    mail = mail_for(event)
    [link] = [link for link in Reader(mail.html).links if "verify=" in link]
    assert link in mail.text.split()
    assert all("two days" in text for text in both_texts(mail))


def test_who_is_verified_already_is_welcomed_without_a_link() -> None:
    shop = make_shop(settings=SETTINGS)
    add_customer(shop.table, emailVerified=True)
    letter = LETTERS["UserRegistered"]
    mail = rendering.mail(letter, letter.load(user_registered(), shop), SETTINGS)
    assert Reader(mail.html).links == {SETTINGS.shop_url}
    assert "verify" not in mail.text


def test_a_cart_is_shown_at_todays_prices_with_a_total_for_each_currency() -> None:
    shop = make_shop(settings=SETTINGS)
    put_into_cart(shop, "shirt", 2, price=617.25)
    put_into_cart(shop, "tote", 12, price=9.99)
    put_into_cart(shop, "fan", 1, price=1980, currency="JPY")
    mail = mail_about_cart(shop)
    assert mail.subject == "Your Salt & Sail cart is still here"
    for text in both_texts(mail):
        for figure in ("2 x Shirt", "617.25 USD", "1,234.50 USD", "12 x Tote", "9.99 USD", "119.88 USD", "1 x Fan"):
            assert figure in text
        assert re.findall(r"Total:? ([\d.,]+ [A-Z]{3})", text) == ["1,980 JPY", "1,354.38 USD"]
        assert "once a week at most" in text


def test_a_long_cart_shows_its_beginning_and_counts_the_rest() -> None:
    shop = make_shop(settings=SETTINGS)
    for number in range(MAX_LINES + 1):
        put_into_cart(shop, f"product-{number:03}", 1, price=1)
    for text in both_texts(mail_about_cart(shop)):
        assert text.count("1 x Product") == MAX_LINES
        assert "and 1 more line" in text
        assert "101.00 USD" in text


def test_a_product_in_a_cart_is_text_never_markup() -> None:
    shop = make_shop(settings=SETTINGS)
    put_into_cart(shop, name="<img src=x> & co")
    mail = mail_about_cart(shop, first_name="<b>Ada</b>")
    assert {"img", "b"}.isdisjoint(Reader(mail.html).tags)
    assert "<img src=x> & co" in Reader(mail.html).text


@pytest.mark.parametrize("event", [order_confirmed(), order_cancelled(), order_fulfilled()])
def test_both_forms_hold_every_figure(event: Event) -> None:
    mail = mail_for(event, [line("Shirt", 3, 61_725), line("Tote", 12, 999), line("Shirt", 1, 50_000)])
    for text in both_texts(mail):
        for figure in ("3 x Shirt", "617.25 USD", "1,851.75 USD", "12 x Tote", "9.99 USD", "119.88 USD"):
            assert figure in text
        for figure in ("1 x Shirt", "500.00 USD", "2,471.63 USD", ORDER_ID, "20 November 2026"):
            assert figure in text


@pytest.mark.parametrize("event", [order_confirmed(), order_fulfilled()])
def test_both_forms_say_where_the_order_goes(event: Event) -> None:
    for text in both_texts(mail_for(event, [line()])):
        assert "Ada Lovelace 12 Harbour Street TR11 3QX Falmouth Cornwall GB" in text


@pytest.mark.parametrize(
    ("provider", "how"),
    [("stripe", "by card, through Stripe"), ("fake", "no money has moved"), ("other", "through other")],
)
def test_a_confirmation_is_a_receipt(provider: str, how: str) -> None:
    seat = "Salt & Sail, 3 Custom House Quay, Falmouth"
    shop = make_shop(settings=msgspec.structs.replace(SETTINGS, payment_provider=provider, shop_address=seat))
    add_customer(shop.table)
    add_order(shop.table, [line("Shirt", 3, 61_725)])
    letter = LETTERS["OrderConfirmed"]
    mail = rendering.mail(letter, letter.load(order_confirmed(), shop), shop.settings)
    for text in both_texts(mail):
        assert "it is your receipt" in text
        assert re.search(f"1,851.75 USD on 21 November 2026, [a-zA-Z,: ]*{how}", text)
        assert seat in text


def test_a_shop_without_a_seat_names_none() -> None:
    assert all(
        text.endswith(("Salt & Sail .", SETTINGS.shop_url))
        for text in both_texts(mail_for(order_confirmed(), [line()]))
    )


def test_both_forms_say_why_an_order_was_cancelled() -> None:
    for text in both_texts(mail_for(order_cancelled("CardDeclined"), [line()])):
        assert "Your card was declined. Nothing was charged." in text


def test_what_a_customer_asked_for_is_no_reason_to_apologise() -> None:
    for text in both_texts(mail_for(order_cancelled("CustomerRequest"), [line()])):
        assert "Ada, as you asked, we have cancelled your order." in text
        assert "sorry" not in text


def test_both_forms_say_how_the_order_travels() -> None:
    for text in both_texts(mail_for(order_fulfilled(), [line()])):
        assert "handed your order to Royal Mail" in text
        assert "RM 1234 5678 9GB" in text


def test_both_forms_say_what_is_given_back_and_why() -> None:
    for text in both_texts(mail_for(refund_issued(), [line()])):
        assert "we have sent 617.25 USD back" in text
        assert "One shirt came back" in text
        assert ORDER_ID in text


@pytest.mark.parametrize("event", [order_fulfilled("1\n\n--\nforged <b>"), refund_issued("1\n\n--\nforged <b>")])
def test_what_an_administrator_wrote_is_one_line_of_text(event: Event) -> None:
    mail = mail_for(event, [line()])
    assert "b" not in Reader(mail.html).tags
    assert mail.text.splitlines().count("--") == 1
    assert "1 -- forged <b>" in mail.text


def test_a_changed_password_is_told_with_its_moment_and_whom_to_write_to() -> None:
    for text in both_texts(mail_for(password_changed())):
        assert "was changed on 21 November 2026, 03:04 UTC" in text
        assert "Write to us at once: hello@shop.example" in text


def test_yen_have_no_decimals() -> None:
    for text in both_texts(mail_for(order_confirmed(), [line(quantity=2, unit_price_minor=1_980)], currency="JPY")):
        assert re.findall(r"[\d.,]+ JPY", text)[-4:] == ["1,980 JPY", *["3,960 JPY"] * 3]


@pytest.mark.parametrize("event", [order_confirmed(), order_cancelled(), order_fulfilled()])
def test_a_product_name_is_text_never_markup(event: Event) -> None:
    name = "<script>alert('1')</script> & <img src=x>"
    mail = mail_for(event, [line(name)], first_name="<b>Ada</b>")
    reader = Reader(mail.html)
    assert {"script", "img", "b"}.isdisjoint(reader.tags)
    assert name in reader.text
    assert "<b>Ada</b>" in reader.text
    assert name in mail.text


def test_a_name_cannot_forge_a_line_of_the_plain_text() -> None:
    mail = mail_for(order_confirmed(), [line("Shirt\n\nTotal: 0.00 USD")])
    assert [each for each in mail.text.splitlines() if each.startswith("Total:")] == ["Total: 1,234.50 USD"]


@pytest.mark.parametrize(("count", "words"), [(MAX_LINES + 1, "and 1 more line"), (1_000, "and 900 more lines")])
def test_a_long_order_shows_its_beginning_and_counts_the_rest(count: int, words: str) -> None:
    lines = [line(f"Product {number:04}", 1, 100) for number in range(count)]
    mail = mail_for(order_confirmed(), lines)
    for text in both_texts(mail):
        assert text.count("Product 0") == MAX_LINES
        assert words in text
        assert f"{count:,}.00 USD" in text


def test_an_order_that_is_shown_whole_counts_no_rest() -> None:
    mail = mail_for(order_confirmed(), [line()] * MAX_LINES)
    assert all("more line" not in text for text in both_texts(mail))


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
def test_any_name_of_a_shop_makes_a_sound_sender(name: str, sender: str) -> None:
    settings = Settings(shop_name=name, mail_from="hello@shop.example")
    shop = make_shop(settings=settings)
    add_customer(shop.table)
    letter = LETTERS["UserRegistered"]
    assert rendering.mail(letter, letter.load(user_registered(), shop), settings).sender == sender


def test_a_mail_does_not_show_the_customers_id() -> None:
    mail = mail_for(order_confirmed(), [line()])
    assert CUSTOMER_ID not in mail.html + mail.text
