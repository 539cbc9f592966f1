"""The TOKEN authorizer of API Gateway: whose token it is, and whether it still stands for what it was issued for.

Two authorizers of the API ask it. One keeps the answer for some minutes, for the operations of customers; the other
keeps none, for those of the shop's people alone: what is taken from them is gone at their next request.
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
"""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import Any

from tradewind.aws.log import InvocationLog, request_id_of
from tradewind.edge.access import check_access
from tradewind.identity.errors import InvalidToken, Unauthorized
from tradewind.identity.tokens import CallerTokens, load_library, parse_bearer
from tradewind.kernel.caller import Caller
from tradewind.kernel.errors import SignInRequired
from tradewind.shop import Shop, connect_in_init, prepare_in_init, production

BEARER_PATTERN = r"^[Bb][Ee][Aa][Rr][Ee][Rr] +[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$"
"""API Gateway's `IdentityValidationExpression`: it refuses anything else without calling the function."""


def authorize(event: dict[str, Any], context: object, shop: Shop | None = None) -> dict[str, Any]:
    """Authorize a bearer token.

    Returns the policy of API Gateway for its user. Raises Unauthorized, and TableBusy or SecretUnavailable where it
    cannot be said, which API Gateway answers with 500 and does not keep.
    """
    shop = shop or production()
    with InvocationLog("authorize", shop.clock, request_id=request_id_of(context)) as log:
        caller = _verify(event, shop, log)
    if caller is None:
        raise Unauthorized
    return _policy(caller, event["methodArn"])


def _verify(event: dict[str, Any], shop: Shop, log: InvocationLog) -> Caller | None:
    """Return whose token it is; for one that is not valid (any more) None, and the log says why.

    Nothing is read for a token that is none of the shop's, or has expired, nor for a guest's: it rests on nothing else.
    """
    try:
        caller = CallerTokens.of(shop).verify(parse_bearer(event.get("authorizationToken")))
        log.user_id = caller.user_id
        if not caller.is_guest:
            caller = check_access(caller, shop.table, shop.clock.now())
    except (InvalidToken, SignInRequired) as error:
        log.level, log.message = "WARN", error.message
        return None
    log.message = "allowed"
    return caller


def _policy(caller: Caller, method_arn: str) -> dict[str, Any]:
    statement = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": _whole_api(method_arn)}
    return {
        "principalId": caller.user_id,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": {
            "userId": caller.user_id,
            "role": caller.role.value,
            "sessionId": caller.session_id,
            "passwordVersion": caller.password_version,
            "permissions": " ".join(sorted(caller.permissions)),
            "hasSecondFactor": "true" if caller.has_second_factor else "false",
        },
    }


def _whole_api(method_arn: str) -> str:
    """Every method of the stage: API Gateway caches the policy for the token, whatever method it calls next."""
    api, stage, _ = method_arn.split("/", 2)
    return f"{api}/{stage}/*"


connect_in_init("table")
prepare_in_init(load_library, partial(import_module, "socket"))
