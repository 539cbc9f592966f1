"""The programs by which the holder of an account talks to the shop: they keep tokens, and get new ones in time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from tradewind.identity.model import SESSION_IDLE, SESSION_LIFETIME
from tradewind.identity.sessions import parse_refresh_token
from tradewind_tools.simulation.account_invariants import AccountChecker
from tradewind_tools.simulation.api_client import ApiClient
from tradewind_tools.simulation.api_gateway import ApiResponse, Authorization, TokenCheck
from tradewind_tools.simulation.errors import CALL_FAILURES

_IDLE_MS = int((SESSION_IDLE - timedelta(hours=1)).total_seconds() * 1000)
_LIFETIME_MS = int((SESSION_LIFETIME - timedelta(hours=1)).total_seconds() * 1000)
_REPETITIONS = 2
_REPETITION_MS = 3_000


class Device:
    """Where somebody is signed in: the tokens that it has, and the refresh tokens that it had before."""

    def __init__(self, tokens: ApiResponse, now_ms: int) -> None:
        self.opened_ms = self.refreshed_ms = now_ms
        self.access_token = tokens.read("token")
        self.refresh_token = tokens.read("refreshToken")
        self.session_id = parse_refresh_token(self.refresh_token).session_id
        self.spent_tokens: list[str] = []

    def take(self, tokens: ApiResponse, now_ms: int) -> None:
        """Take the tokens of a refresh."""
        self.refreshed_ms = now_ms
        if tokens.read("refreshToken") != self.refresh_token:
            self.spent_tokens.append(self.refresh_token)
        self.access_token, self.refresh_token = tokens.read("token"), tokens.read("refreshToken")

    def may_have_expired(self, now_ms: int) -> bool:
        """Whether nobody has used it for days, or it is weeks old."""
        return now_ms - self.refreshed_ms > _IDLE_MS or now_ms - self.opened_ms > _LIFETIME_MS


class AccountClient:
    """Sends requests from the devices of an account; `checker` keeps what broke a rule."""

    def __init__(self, client: ApiClient, checker: AccountChecker, authorization: Authorization) -> None:
        self.devices: list[Device] = []
        self._client = client
        self._checker = checker
        self._authorization = authorization
        self._random = client.world.random

    def session_ids(self) -> set[str]:
        return {device.session_id for device in self.devices}

    def choose_devices(self, count: int) -> list[Device]:
        return self._random.sample(self.devices, min(count, len(self.devices)))

    def refresh(self, token: str, device: Device) -> ApiResponse | None:
        """Repeat the request if its answer is lost."""
        response = None
        for _ in range(_REPETITIONS):
            attempt = self._checker.sessions.begin_refresh(token, self._client.world.scheduler.now_ms)
            response = self.send("auth-refresh", {"refreshToken": token})
            if response is not None and response.is_success:
                self._checker.violations += self._checker.sessions.check_refresh(attempt, response.read("refreshToken"))
                if token == device.refresh_token:
                    device.take(response, self._client.world.scheduler.now_ms)
            if response is not None and not response.is_retryable:
                return response
            self._client.world.scheduler.pause(int(self._random.random() * _REPETITION_MS))
        return response

    def request(
        self, name: str, body: object, device: Device | None = None, *, path: Mapping[str, str] | None = None
    ) -> ApiResponse | None:
        """Send a request by a device's token, by default the newest one's; it gets another one if that has expired."""
        if not self.devices:
            return None
        device = device or self.devices[-1]
        try:
            context = self._check_token(device).context
            if context is None:
                self.refresh(device.refresh_token, device)
                context = self._check_token(device).context
        except CALL_FAILURES:
            return None
        return self.send(name, body, path=path, context=context) if context else None

    def repeat(self, name: str, body: object) -> ApiResponse | None:
        """Send a request without a token, and once more if its answer is lost."""
        response = self.send(name, body)
        if response is None or response.is_retryable:
            self._client.world.scheduler.pause(int(self._random.random() * _REPETITION_MS))
            response = self.send(name, body)
        return response

    def send(
        self,
        name: str,
        body: object,
        *,
        path: Mapping[str, str] | None = None,
        context: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> ApiResponse | None:
        """Send a request without a token, or with what the authorizer said of one."""
        return self._client.request(name, None, body, path=path, context=context, headers=headers)

    def check_newest_token(self) -> TokenCheck:
        """Raises what a failed call to Lambda raises."""
        return self._check_token(self.devices[-1]) if self.devices else TokenCheck(None)

    def forget_answer(self, device: Device) -> None:
        """Have the device's token judged anew."""
        self._authorization.forget(device.access_token)

    def _check_token(self, device: Device) -> TokenCheck:
        """Raises what a failed call to Lambda raises."""
        was_over = self._checker.sessions.is_over(device.session_id)
        check = self._authorization.check(device.access_token)
        if was_over and check.context and not check.is_kept:
            self._checker.violations.append(f"session {device.session_id} let somebody in after it had ended")
        return check
