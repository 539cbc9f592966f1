from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest
from tests.fakes import FakeClock
from tests.unit.payments.scripted_stripe import LOST, SILENT, Reply, ScriptedStripe, scripted_stripe

from tradewind.payments.errors import ProviderTimeout
from tradewind.payments.stripe import api as stripe_api
from tradewind.payments.stripe.api import MAX_ATTEMPTS, StripeApi, StripeResponse

KEY = "sk_test_secret"


@pytest.fixture
def stripe() -> Iterator[ScriptedStripe]:
    with scripted_stripe() as stripe:
        yield stripe


@pytest.fixture
def api(stripe: ScriptedStripe, clock: FakeClock) -> StripeApi:
    return StripeApi(stripe.url, lambda: KEY, clock)


def post(api: StripeApi, within_seconds: float = 5.0) -> StripeResponse:
    return api.post("/v1/refunds", {"amount": "5", "metadata[a b]": "ü&="}, key="K-1", within_seconds=within_seconds)


def test_request_carries_key_version_and_form(api: StripeApi, stripe: ScriptedStripe) -> None:
    stripe.says(Reply(200, {"id": "re_1"}))
    assert post(api) == StripeResponse(200, b'{"id": "re_1"}', should_retry=False)
    (asked,) = stripe.asked
    assert (asked.method, asked.path) == ("POST", "/v1/refunds")
    assert asked.form == {"amount": "5", "metadata[a b]": "ü&="}
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert asked.headers["idempotency-key"] == "K-1"
    assert asked.headers["stripe-version"] == stripe_api.VERSION
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"


def test_query_is_escaped(api: StripeApi, stripe: ScriptedStripe) -> None:
    stripe.says(Reply(200, {}))
    api.get("/v1/payment_intents/a b", {"query": "metadata['x']:'y'"}, within_seconds=5)
    (asked,) = stripe.asked
    assert (asked.path, asked.query) == ("/v1/payment_intents/a%20b", {"query": "metadata['x']:'y'"})


@pytest.mark.parametrize("first", [LOST, Reply(500), Reply(503), Reply(429), Reply(409, {"error": {}})])
def test_passing_failure_is_retried_with_the_same_key(api: StripeApi, stripe: ScriptedStripe, first: Reply) -> None:
    stripe.says(first, first, Reply(200, {}))
    assert post(api).status == 200
    assert [asked.headers["idempotency-key"] for asked in stripe.asked] == ["K-1"] * 3


@pytest.mark.parametrize("status", [400, 401, 402, 404])
def test_refusal_is_returned_without_a_retry(api: StripeApi, stripe: ScriptedStripe, status: int) -> None:
    stripe.says(Reply(status, {"error": {}}))
    assert post(api).status == status
    assert len(stripe.asked) == 1


@pytest.mark.parametrize(("status", "advice", "attempts"), [(400, "true", 2), (500, "false", 1), (409, "false", 1)])
def test_stripes_advice_on_retries_has_precedence(
    api: StripeApi, stripe: ScriptedStripe, status: int, advice: str, attempts: int
) -> None:
    stripe.says(Reply(status, {}, {"Stripe-Should-Retry": advice}), Reply(200, {}))
    post(api)
    assert len(stripe.asked) == attempts


def test_attempts_are_bounded_and_their_pauses_grow_with_jitter(
    api: StripeApi, stripe: ScriptedStripe, clock: FakeClock
) -> None:
    stripe.says(*[Reply(500)] * MAX_ATTEMPTS)
    with pytest.raises(ProviderTimeout, match="POST /v1/refunds"):
        post(api)
    assert len(stripe.asked) == MAX_ATTEMPTS
    assert len(clock.slept) == MAX_ATTEMPTS - 1
    assert all(0 <= pause <= 0.25 * 2 ** (number + 1) for number, pause in enumerate(clock.slept))
    assert len(set(clock.slept)) > 1


def test_silent_server_times_out_within_the_bound(
    api: StripeApi, stripe: ScriptedStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stripe_api, "_LEAST_SECONDS", 0.2)
    stripe.says(*[SILENT] * MAX_ATTEMPTS)
    began = time.monotonic()
    with pytest.raises(ProviderTimeout):
        post(api, within_seconds=0.5)
    assert time.monotonic() - began < stripe_api._READ_TIMEOUT_SECONDS
    assert len(stripe.asked) == 1


def test_refused_connection_is_a_timeout(clock: FakeClock) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(ProviderTimeout):
        post(StripeApi(url, lambda: KEY, clock))
    assert len(clock.slept) == MAX_ATTEMPTS - 1


def test_request_is_retried_when_the_response_breaks_off(api: StripeApi, stripe: ScriptedStripe) -> None:
    stripe.says(Reply(200, b"{}", {"transfer-encoding": "chunked"}), Reply(200, {}))
    assert post(api).status == 200
