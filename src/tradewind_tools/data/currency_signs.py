"""The signs that people put beside amounts, and the currencies each may mean (ISO 4217 codes)."""

from __future__ import annotations

from typing import Final

from tradewind.kernel.money import MINOR_DIGITS

_DOLLARS = (
    "USD AUD BBD BMD BND BSD BZD CAD FJD GYD HKD JMD KYD LRD NAD NZD SBD SGD SRD TTD TWD XCD ARS CLP COP DOP MXN UYU"
)
_MEANINGS = {
    "$": _DOLLARS,
    "us$": "USD",
    "u$s": "USD",
    "a$": "AUD",
    "au$": "AUD",
    "c$": "CAD",
    "ca$": "CAD",
    "nz$": "NZD",
    "hk$": "HKD",
    "s$": "SGD",
    "mx$": "MXN",
    "nt$": "TWD",
    "r$": "BRL",
    "£": "GBP EGP FKP GIP SHP",
    "€": "EUR",
    "¥": "JPY CNY",
    "￥": "JPY CNY",
    "円": "JPY",
    "元": "CNY",
    "kr": "SEK NOK DKK ISK",
    "kr.": "SEK NOK DKK ISK",
    ":-": "SEK NOK",
    "zł": "PLN",
    "kč": "CZK",
    "ft": "HUF",
    "lei": "RON",
    "fr": "CHF XOF XAF XPF",
    "fr.": "CHF XOF XAF XPF",
    "sfr.": "CHF",
    "₹": "INR",
    "rs": "INR LKR MUR NPR PKR SCR",
    "rs.": "INR LKR MUR NPR PKR SCR",
    "₩": "KRW",
    "₺": "TRY",
    "tl": "TRY",
    "₽": "RUB",
    "₴": "UAH",
    "₪": "ILS",
    "₫": "VND",
    "฿": "THB",
    "₱": "PHP",
    "₦": "NGN",
    "rm": "MYR",
    "rp": "IDR",
    "r": "ZAR",
    "dhs": "AED MAD",
}
_BY_SIGN: Final = {sign: frozenset(codes.split()) for sign, codes in _MEANINGS.items()}


def currencies_of(sign: str) -> frozenset[str]:
    """Return the currencies that a sign or a code may mean; none when it is neither."""
    code = sign.upper()
    if code in MINOR_DIGITS:
        return frozenset((code,))
    code = code.strip("$£€")
    return frozenset((code,)) if code in MINOR_DIGITS else _BY_SIGN.get(sign.casefold(), frozenset())
