"""POST /auth/login."""

from __future__ import annotations

import base64
import hashlib
import os
from typing import Annotated, Any

import jwt
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from aws_lambda_powertools.event_handler.exceptions import UnauthorizedError
from aws_lambda_powertools.utilities import parameters
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import Field
from shared import Model, app, logger, metrics, new_id, now, read_together, table

_LIFETIME_SECONDS = 24 * 60 * 60
_SESSION_SECONDS = 7 * _LIFETIME_SECONDS
_passwords = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


class Login(Model):
    email: Annotated[str, Field(min_length=3, max_length=254)]
    password: Annotated[str, Field(min_length=1, max_length=128)]


class User(Model):
    user_id: str
    email: str
    password_hash: str
    password_version: int
    first_name: str
    last_name: str
    role: str
    status: str


class UserView(Model):
    user_id: str
    email: str
    first_name: str
    last_name: str
    role: str


class SignedIn(Model):
    token: str
    refresh_token: str
    expires_in: int
    user: UserView


@app.post("/auth/login")
def login() -> dict[str, Any]:
    given = Login.model_validate_json(app.current_event.body or "")
    user = _owner(given.email.casefold())
    if user is None or not _is_right(user.password_hash, given.password):
        raise UnauthorizedError("The email address or the password is wrong.")
    refresh_token = _open_session(user)
    view = UserView(**user.model_dump(include=set(UserView.model_fields)))
    answer = SignedIn(token=_token(user), refresh_token=refresh_token, expires_in=_LIFETIME_SECONDS, user=view)
    return answer.model_dump(by_alias=True)


def _owner(email: str) -> User | None:
    window = int(now().timestamp()) // 900 * 900 + 900
    partition = f"EMAIL#{email}"
    keys = [{"PK": partition, "SK": sk} for sk in ("CLAIM", f"FAILURES#{window}")]
    claim = read_together(keys, consistent=True).get((partition, "CLAIM"))
    if claim is None:
        return None
    found = table.get_item(Key={"PK": f"USER#{claim['userId']}", "SK": "PROFILE"}, ConsistentRead=True)
    return User.model_validate(found["Item"])


def _is_right(password_hash: str, password: str) -> bool:
    try:
        return _passwords.verify(password_hash, password)
    except VerifyMismatchError:
        return False


def _open_session(user: User) -> str:
    session_id, secret = new_id(), base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip("=")
    moment = now()
    table.put_item(
        Item={
            "PK": f"USER#{user.user_id}",
            "SK": f"SESSION#{session_id}",
            "sessionId": session_id,
            "userId": user.user_id,
            "tokenHash": hashlib.sha256(secret.encode()).hexdigest(),
            "passwordVersion": user.password_version,
            "status": "active",
            "createdAt": moment.isoformat(),
            "refreshedAt": moment.isoformat(),
            "expiresAt": int(moment.timestamp()) + _SESSION_SECONDS,
        }
    )
    return f"{user.user_id}.{session_id}.{secret}"


def _token(user: User) -> str:
    issued_at = int(now().timestamp())
    claims = {
        "iss": "tradewind",
        "aud": "local",
        "typ": "access",
        "sub": user.user_id,
        "role": user.role,
        "jti": new_id(),
    }
    key = parameters.get_secret("tradewind/local/jwt-key", max_age=300)
    return jwt.encode({**claims, "iat": issued_at, "exp": issued_at + _LIFETIME_SECONDS}, key, "HS256")


@logger.inject_lambda_context
@metrics.log_metrics(capture_cold_start_metric=True)
def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    answer = app.resolve(event, context)
    logger.info("login")
    return answer
