"""The customers of invoices: an account for each customer number, and one for the walk-ins of each country."""

from __future__ import annotations

from typing import NamedTuple

from tradewind.kernel.countries import find_country
from tradewind_tools.data.messages import ShippingAddress
from tradewind_tools.data.online_retail import Invoice
from tradewind_tools.data.product_ids import slug

_DOMAIN = "online-retail.example"
_NOT_RECORDED = "not recorded"
_SHOPS_OWN_COUNTRY = "GB"

COUNTRY_CODES = {
    "australia": "AU",
    "austria": "AT",
    "bahrain": "BH",
    "belgium": "BE",
    "bermuda": "BM",
    "botswana": "BW",
    "brazil": "BR",
    "canada": "CA",
    "channel islands": "JE",
    "cyprus": "CY",
    "czech republic": "CZ",
    "denmark": "DK",
    "eire": "IE",
    "finland": "FI",
    "france": "FR",
    "germany": "DE",
    "greece": "GR",
    "hong kong": "HK",
    "iceland": "IS",
    "israel": "IL",
    "italy": "IT",
    "japan": "JP",
    "korea": "KR",
    "lebanon": "LB",
    "lithuania": "LT",
    "malta": "MT",
    "netherlands": "NL",
    "nigeria": "NG",
    "norway": "NO",
    "poland": "PL",
    "portugal": "PT",
    "rsa": "ZA",
    "saudi arabia": "SA",
    "singapore": "SG",
    "spain": "ES",
    "sweden": "SE",
    "switzerland": "CH",
    "thailand": "TH",
    "united arab emirates": "AE",
    "united kingdom": "GB",
    "usa": "US",
    "west indies": "JM",
}
"""The data set's countries as ISO 3166-1 codes; Jersey and Jamaica stand for the two regions it names."""


class Customer(NamedTuple):
    email: str
    name: str


def customer_of(invoice: Invoice) -> Customer:
    """Return the account an invoice belongs to."""
    if invoice.customer:
        return Customer(f"customer-{invoice.customer.lower()}@{_DOMAIN}", f"Customer {invoice.customer}")
    country = invoice.country or _NOT_RECORDED
    return Customer(f"walk-in-{slug(country).lower()}@{_DOMAIN}", f"Walk-in {country}")


def address_of(invoice: Invoice) -> ShippingAddress:
    """Return where the order goes: the data set records the country alone, or none, and then it is the shop's own."""
    code = COUNTRY_CODES.get(invoice.country.casefold(), _SHOPS_OWN_COUNTRY)
    rules = find_country(code)
    return ShippingAddress(
        name=customer_of(invoice).name,
        street=_NOT_RECORDED,
        city=_NOT_RECORDED,
        region=_NOT_RECORDED,
        postal_code=rules.example if rules else "",
        country=code,
    )
