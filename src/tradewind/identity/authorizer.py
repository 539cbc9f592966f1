"""The TOKEN authorizer of API Gateway.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
"""

from __future__ import annotations

from functools import cache, partial
from importlib import import_module
from typing import Any

from tradewind.aws.log import InvocationLog, request_id_of
from tradewind.aws.secrets import ExtensionSecrets
from tradewind.identity.errors import InvalidToken, Unauthorized
from tradewind.identity.tokens import AccessTokens, Claims, load_library
from tradewind.kernel.clock import SystemClock
from tradewind.settings import Settings
from tradewind.shop import prepare_in_init

BEARER_PATTERN = r"^[Bb][Ee][Aa][Rr][Ee][Rr] +[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$"
"""API Gateway's `IdentityValidationExpression`: it refuses anything else without calling the function."""


def authorize(event: dict[str, Any], context: object, tokens: AccessTokens | None = None) -> dict[str, Any]:
    """Authorize a bearer token.

    Returns the policy of API Gateway for its user. Raises Unauthorized.
    """
    tokens = tokens or _production()
    with InvocationLog("authorize", tokens.clock, request_id=request_id_of(context)) as log:
        claims = _verify(event, tokens, log)
    if claims is None:
        raise Unauthorized
    return _policy(claims, event["methodArn"])


def _verify(event: dict[str, Any], tokens: AccessTokens, log: InvocationLog) -> Claims | None:
    """Return the claims of the caller's token; for an invalid one None, and the log says why."""
    try:
        claims = tokens.verify(_bearer_token(event))
    except InvalidToken as error:
        log.level, log.message = "WARN", error.message
        return None
    log.user_id, log.message = claims.sub, "allowed"
    return claims


def _bearer_token(event: dict[str, Any]) -> str:
    """Raises InvalidToken."""
    scheme, _, rest = str(event.get("authorizationToken") or "").partition(" ")
    token = rest.strip(" ")
    if scheme.lower() != "bearer" or not token:
        raise InvalidToken("There is no bearer token.")
    return token


def _policy(claims: Claims, method_arn: str) -> dict[str, Any]:
    statement = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": _whole_api(method_arn)}
    return {
        "principalId": claims.sub,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": {"userId": claims.sub, "role": claims.role.value},
    }


def _whole_api(method_arn: str) -> str:
    """Every method of the stage: API Gateway caches the policy for the token, whatever method it calls next."""
    api, stage, _ = method_arn.split("/", 2)
    return f"{api}/{stage}/*"


@cache
def _production() -> AccessTokens:
    """Make the tokens of this process, without a table."""
    clock = SystemClock()
    return AccessTokens(clock=clock, secrets=ExtensionSecrets(clock), settings=Settings.from_environment())


prepare_in_init(load_library, partial(import_module, "socket"))
