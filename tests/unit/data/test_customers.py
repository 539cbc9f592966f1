from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tradewind_tools.data.customers import Customer, address_of, customer_of
from tradewind_tools.data.online_retail import Invoice


def invoice(customer: str = "", country: str = "United Kingdom") -> Invoice:
    return Invoice("536365", datetime(2010, 12, 1, tzinfo=UTC), customer, country)


def test_a_customer_number_has_an_account() -> None:
    assert customer_of(invoice("17850")) == Customer("customer-17850@online-retail.example", "Customer 17850")


def test_the_walk_ins_of_a_country_share_an_account() -> None:
    assert customer_of(invoice()) == Customer("walk-in-united-kingdom@online-retail.example", "Walk-in United Kingdom")
    assert customer_of(invoice(country="")).email == "walk-in-not-recorded@online-retail.example"


@pytest.mark.parametrize(
    ("country", "code"), [("United Kingdom", "GB"), ("EIRE", "IE"), ("RSA", "ZA"), ("Unspecified", "GB"), ("", "GB")]
)
def test_the_address_has_the_country_and_owns_up_to_the_rest(country: str, code: str) -> None:
    address = address_of(invoice("17850", country))
    assert (address.country, address.name, address.street) == (code, "Customer 17850", "not recorded")
