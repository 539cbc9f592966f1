from __future__ import annotations

import idna
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tradewind.identity.email_addresses import fold_email, normalise_email
from tradewind.identity.errors import InvalidEmail
from tradewind.identity.model import EMAIL_MAX_LENGTH


@pytest.mark.parametrize(
    ("written", "known_as"),
    [
        ("ada@example.com", "ada@example.com"),
        ("  Ada.Lovelace@Example.COM \n", "ada.lovelace@example.com"),
        ("\uff41\uff44\uff41@example.com", "ada@example.com"),
        ("ada\uff20example.com", "ada@example.com"),
        ("STRASSE@example.de", "strasse@example.de"),
        ("o'hara+shop@mail.example.co.uk", "o'hara+shop@mail.example.co.uk"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ada@BÜCHER.example", "ada@xn--bcher-kva.example"),
        ("ada@bu\u0308cher.example", "ada@xn--bcher-kva.example"),
        ("ada@XN--BCHER-KVA.Example", "ada@xn--bcher-kva.example"),
        ("ada@straße.example", "ada@xn--strae-oqa.example"),
        ("ada@strasse.example", "ada@strasse.example"),
        ("ada@βόλος.gr", "ada@xn--nxasmm1c.gr"),
        ("ada@例え。テスト", "ada@xn--r8jz45g.xn--zckzah"),
        ("ada@\uff45xample.com", "ada@example.com"),
        ("ada@r3---sn.example.com", "ada@r3---sn.example.com"),
        ("ada@" + "x" * 63 + ".com", "ada@" + "x" * 63 + ".com"),
    ],
)
def test_address_is_normalised(written: str, known_as: str) -> None:
    assert normalise_email(written) == known_as


@pytest.mark.parametrize(
    "written",
    [
        "",
        "@",
        "ada",
        "ada@",
        "@example.com",
        "ada@example",
        "ada@example.c",
        "ada@example..com",
        "ada@.example.com",
        "ada@" + "x" * 64 + ".com",
        "ada@" + "ü" * 60 + ".com",
        "ada@" + "x." * 124 + "example",
        "ada@-example.com",
        "ada@example-.com",
        "ada@exa_mple.com",
        "ada@example.com.",
        "ada@ example.com",
        "ada@exa mple.com",
        "ada@exam\u200bple\x07.com",
        "ada@192.0.2.1",
        "ada@[192.0.2.1]",
        "ada@xn--.example",
        "ada@xn--bcher-kva-.example",
        "ada@xn--a.example",
        "ada@a\u2488.example",
        "ada@bü@cher.example",
        "x" * 65 + "@example.com",
        ".ada@example.com",
        "ada.@example.com",
        "a..da@example.com",
        '"ada"@example.com',
        '"a da"@example.com',
        "xn--ada@example.com",
        "ädä@example.com",
        "straße@example.de",
        "ada@@example.com",
        "ada@exa\uff20mple.com",
        "a da@example.com",
        "ada\u00a0b@example.com",
        "ada\n@example.com",
        "ada\x00@example.com",
        "Ada <ada@example.com>",
        "ada@example.com,eve@example.com",
        "ada@example.com\r\nBcc: eve@example.com",
        "a" * EMAIL_MAX_LENGTH + "@example.com",
    ],
)
def test_invalid_address_is_refused(written: str) -> None:
    with pytest.raises(InvalidEmail) as refusal:
        normalise_email(written)
    assert [detail.field for detail in refusal.value.details] == ["email"]


@given(st.emails(), st.sampled_from(["bücher.example", "straße.example", "例え.テスト", "пример.рф", "βόλος.gr"]))
def test_domain_has_one_form_in_unicode_and_in_punycode(written: str, domain: str) -> None:
    local_part = written.rpartition("@")[0]
    assume(not local_part.lower().startswith("xn--"))
    in_punycode = f"{local_part}@{idna.encode(domain).decode()}"
    assert fold_email(f"{local_part}@{domain}") == fold_email(in_punycode) == fold_email(in_punycode.upper())


@given(st.emails())
def test_normalising_a_usual_address_twice_changes_nothing(written: str) -> None:
    assume(not written.lower().startswith("xn--") and "@xn--" not in written and ".xn--" not in written)
    known = normalise_email(written)
    assert normalise_email(known) == known == normalise_email(f" {written.upper()} ")


@given(st.text())
def test_fold_accepts_any_text_and_strips_space(written: str) -> None:
    folded = fold_email(written)
    assert folded == folded.strip()
