from __future__ import annotations

import asyncio

from tradewind_tools.ministack.asgi import Message, Receive, Response, Scope, Send, exchange, read_body


def receiving(*messages: Message) -> Receive:
    left = list(messages)

    async def receive() -> Message:
        return left.pop(0)

    return receive


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    body = await read_body(receive)
    await send({"type": "http.response.start", "status": 201, "headers": list(scope["headers"])})
    await send({"type": "http.response.body", "body": body[:2], "more_body": True})
    await send({"type": "http.response.body", "body": body[2:]})


async def waiting(_: Scope, receive: Receive, send: Send) -> None:
    await receive()
    gone = await receive()
    await Response(200, (), str(gone["type"]).encode()).send_to(send)


def test_body_is_joined_from_its_parts() -> None:
    receive = receiving(
        {"type": "http.request", "body": b"one ", "more_body": True},
        {"type": "http.request", "body": b"two", "more_body": False},
    )
    assert asyncio.run(read_body(receive)) == b"one two"


def test_client_that_goes_away_ends_the_body() -> None:
    receive = receiving(
        {"type": "http.request", "body": b"one", "more_body": True},
        {"type": "http.disconnect"},
    )
    assert asyncio.run(read_body(receive)) == b"one"


def test_exchange_returns_the_whole_response_and_tells_the_length() -> None:
    scope = {"type": "http", "headers": [(b"x-one", b"1"), (b"content-length", b"99")]}
    response = asyncio.run(exchange(echo, scope, b"hello"))
    assert response == Response(201, ((b"x-one", b"1"), (b"content-length", b"5")), b"hello")


def test_exchange_hangs_up_after_the_request() -> None:
    assert asyncio.run(exchange(waiting, {"type": "http", "headers": []})).body == b"http.disconnect"
