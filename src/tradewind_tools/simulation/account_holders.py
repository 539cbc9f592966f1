"""The holders of accounts in a simulated world, and those who have their passwords, links, tokens or addresses."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Final

from tradewind.identity.sessions import parse_refresh_token
from tradewind_tools.simulation.account_client import AccountClient, Device
from tradewind_tools.simulation.account_invariants import AccountChecker
from tradewind_tools.simulation.account_scenario import FIRST_PASSWORD, WANTED_ADDRESS, AccountLife, Act, Moment
from tradewind_tools.simulation.api_gateway import ADMIN_ID, ApiResponse, Authorization
from tradewind_tools.simulation.password_invariants import password_by_link
from tradewind_tools.simulation.people import People
from tradewind_tools.simulation.scenario import Purchase, Registration
from tradewind_tools.simulation.scenario_generator import UNTRACKED
from tradewind_tools.simulation.scheduler import HOUR_MS
from tradewind_tools.simulation.unfinished_orders import list_unfinished

_WRONG_PASSWORD: Final = "never its password"  # noqa: S105 - of a simulated account
_RESET, _CONFIRM, _UNDO = "reset", "confirm-email", "undo-email-change"
_AGENTS = ("Browser 1.0", "Browser 2.0", "App 7")
_GUESSERS = 7
_GUESSES = 2
_REPETITION_MS = 3_000
_AFTER_GRACE_MS = 45_000
_MAIL_PAUSE_MS = 2_000
_MAIL_LOOKS = 5
_USED_DEVICES = 3


class AccountHolder:
    """Acts out the life of an account, and checks what people are answered; `checker` keeps what broke a rule."""

    def __init__(
        self, life: AccountLife, people: People, checker: AccountChecker, authorization: Authorization
    ) -> None:
        self.user_id = life.user_id
        self._addresses = (life.email, WANTED_ADDRESS, life.other_email)
        self._people = people
        self._world = people.world
        self._random = people.world.random
        self._checker = checker
        self._client = AccountClient(people.client, checker, authorization)
        self._uses = 0
        people.client.token_checks[life.user_id] = self._client.check_newest_token
        self._acts: dict[Act, Callable[[], object]] = {
            Act.SIGN_IN: self._sign_in,
            Act.GUESS: self._guess,
            Act.GUESS_OFTEN: self._guess_often,
            Act.REFRESH: self._refresh,
            Act.REFRESH_IN_TABS: self._refresh_in_tabs,
            Act.REUSE: self._reuse_token,
            Act.USE: self._use_tokens,
            Act.SIGN_OUT: self._sign_out,
            Act.END_SESSION: self._end_session,
            Act.END_OTHERS: self._end_others,
            Act.CHANGE_PASSWORD: self._change_password,
            Act.KEEP_SESSION: partial(self._change_password, keeps_session=True),
            Act.FORGET: self._forget_password,
            Act.RESET: partial(self._reset_password, -1),
            Act.RESET_OLDEST: partial(self._reset_password, 0),
            Act.CHANGE_EMAIL: self._change_email,
            Act.CONFIRM_EMAIL: self._confirm_email,
            Act.UNDO_EMAIL: self._undo_email,
            Act.TAKE_ADDRESS: self._take_address,
            Act.FILL_CART: self._fill_cart,
            Act.ORDER: self._order,
            Act.EXPORT: partial(self._client.request, "export-request", None),
            Act.DELETE: self._delete,
            Act.DELETE_BY_ADMIN: self._delete_by_admin,
        }

    def live(self, moments: tuple[Moment, ...]) -> None:
        """Act out the moments, one after another. To be called by a task."""
        scheduler = self._world.scheduler
        for moment in moments:
            scheduler.pause(moment.after_ms)
            begun = [
                scheduler.spawn("holder", self._acts[act], after_ms=int(self._random.random() * moment.within_ms))
                for act in moment.acts
            ]
            for task in begun:
                scheduler.wait_for(task, HOUR_MS)

    def check_access(self) -> None:
        """When all has come to rest: who may come in does, by the password and by each session that has not ended."""
        password, email = self._checker.passwords.current(self.user_id), self._email()
        for device in self._client.devices:
            self._client.forget_answer(device)
            self._check_refresh_at_rest(device)
        if password and email:
            self._world.scheduler.pause(HOUR_MS)
            response = self._client.send("auth-login", {"email": email, "password": password})
            if response is None or not response.is_success:
                self._report(f"{self.user_id} cannot sign in: {response and response.body}")

    def _check_refresh_at_rest(self, device: Device) -> None:
        is_good = self._is_good(device)
        response = self._client.refresh(device.refresh_token, device)
        if is_good and (response is None or not response.is_success):
            self._report(f"session {device.session_id} cannot be refreshed: {response and response.body}")

    def _is_good(self, device: Device) -> bool:
        """Whether its refresh token must be: the session has not ended, and knows no newer one."""
        sessions, now_ms = self._checker.sessions, self._world.scheduler.now_ms
        is_over = sessions.is_over(device.session_id) or sessions.is_of_another_version(device.session_id)
        return not (is_over or device.may_have_expired(now_ms) or sessions.is_spent(device.refresh_token))

    def _sign_in(self) -> None:
        self._try_password(self._password())

    def _guess(self) -> None:
        self._try_password(self._random.choice((FIRST_PASSWORD, _WRONG_PASSWORD)))

    def _guess_often(self) -> None:
        for _ in range(_GUESSERS):
            self._world.scheduler.spawn("guesser", self._guess_twice)

    def _guess_twice(self) -> None:
        for _ in range(_GUESSES):
            self._try_password(_WRONG_PASSWORD)

    def _try_password(self, password: str) -> None:
        since_ms = self._world.scheduler.now_ms
        body = {"email": self._email() or self._addresses[0], "password": password}
        known = self._random.choice((None, *self._client.devices))
        if known:
            body["refreshToken"] = known.refresh_token
        response = self._client.send("auth-login", body, headers={"User-Agent": self._random.choice(_AGENTS)})
        if response is None or not response.is_success:
            return
        device = Device(response, self._world.scheduler.now_ms)
        user_id = parse_refresh_token(device.refresh_token).user_id
        if not self._checker.passwords.may_let_in(user_id, password, since_ms):
            self._report(f"{user_id} was signed in by {password!r}")
        if user_id == self.user_id:
            self._client.devices.append(device)

    def _refresh(self) -> None:
        for device in self._client.choose_devices(1):
            self._client.refresh(device.refresh_token, device)

    def _refresh_in_tabs(self) -> None:
        for device in self._client.choose_devices(1):
            for _ in range(2):
                refresh = partial(self._client.refresh, device.refresh_token, device)
                self._world.scheduler.spawn("tab", refresh, after_ms=int(self._random.random() * _REPETITION_MS))

    def _reuse_token(self) -> None:
        """At once, or when the grace is over; mostly the token before the newest."""
        used = [device for device in self._client.devices if device.spent_tokens]
        if used:
            device = self._random.choice(used)
            token = self._random.choice((device.spent_tokens[0], device.spent_tokens[-1], device.spent_tokens[-1]))
            self._world.scheduler.pause(self._random.choice((0, _AFTER_GRACE_MS)))
            self._client.refresh(token, device)

    def _use_tokens(self) -> None:
        """Without what API Gateway remembers: each token is judged anew."""
        for device in self._client.choose_devices(_USED_DEVICES):
            self._client.forget_answer(device)
            self._client.request("auth-me", None, device)

    def _sign_out(self) -> None:
        for device in self._client.choose_devices(1):
            self._end(
                {device.session_id}, self._client.request("auth-logout", {"refreshToken": device.refresh_token}, device)
            )

    def _end_session(self) -> None:
        for device, other in zip(self._client.choose_devices(1), self._client.choose_devices(1), strict=True):
            path = {"sessionId": other.session_id}
            self._end({other.session_id}, self._client.request("session-end", None, device, path=path))

    def _end_others(self) -> None:
        for device in self._client.choose_devices(1):
            others = self._client.session_ids() - {device.session_id}
            self._end(others, self._client.request("session-end-others", None, device))

    def _change_password(self, *, keeps_session: bool = False) -> None:
        for device in self._client.choose_devices(1):
            self._uses += 1
            body = {"currentPassword": self._password(), "newPassword": f"password {self._uses} of its own"}
            if keeps_session:
                body["refreshToken"] = device.refresh_token
            ended = self._client.session_ids() - ({device.session_id} if keeps_session else set())
            self._end(ended, self._client.request("password-change", body, device))

    def _forget_password(self) -> None:
        self._client.send("auth-forgot-password", {"email": self._email() or self._addresses[0]})

    def _reset_password(self, position: int) -> None:
        token = self._await_link(_RESET, position)
        if token is None:
            return
        self._uses += 1
        number = self._checker.passwords.find_link(token, self._world.scheduler.now_ms)
        body = {"token": token, "newPassword": password_by_link(number, self._uses)}
        self._end(self._client.session_ids(), self._client.repeat("auth-reset-password", body))

    def _change_email(self) -> None:
        for device in self._client.choose_devices(1):
            others = [address for address in self._addresses if address != self._email()]
            body = {"email": self._random.choice(others), "currentPassword": self._password()}
            self._client.request("email-change", body, device)

    def _confirm_email(self) -> None:
        token = self._await_link(_CONFIRM, -1)
        if token:
            self._client.repeat("auth-confirm-email", {"token": token})

    def _undo_email(self) -> None:
        token = self._await_link(_UNDO, self._random.choice((0, -1)))
        if token:
            self._end(self._client.session_ids(), self._client.repeat("auth-undo-email-change", {"token": token}))

    def _take_address(self) -> None:
        self._people.register(Registration(self._random.choice(self._addresses)))

    def _fill_cart(self) -> None:
        for device in self._client.choose_devices(1):
            self._client.request("cart-add-item", {"productId": UNTRACKED, "quantity": 1}, device)

    def _order(self) -> None:
        """Buy something, and perhaps have it sent, or change one's mind."""
        self._uses += 1
        ends_ms = int(self._random.random() * _REPETITION_MS)
        is_cancelled = self._random.choice((True, False))
        self._people.run(
            Purchase(
                self.user_id,
                ((UNTRACKED, 1),),
                "tok_approved",
                key=f"holder-{self._uses}",
                cancels_ms=(ends_ms,) if is_cancelled else (),
                fulfils_ms=None if is_cancelled else ends_ms,
            )
        )

    def _delete(self) -> None:
        for device in self._client.choose_devices(1):
            self._end_account(partial(self._client.request, "account-delete", {"password": self._password()}, device))

    def _delete_by_admin(self) -> None:
        path = {"userId": self.user_id}
        self._end_account(partial(self._people.client.request, "user-delete", ADMIN_ID, None, path=path))

    def _end_account(self, delete: Callable[[], ApiResponse | None]) -> None:
        """Delete the account: refused while there are orders that are not finished."""
        was_open = self._checker.passwords.current(self.user_id) is not None
        known, unfinished = self._client.session_ids(), list_unfinished(self._world.table.truth, self.user_id)
        response = delete()
        self._end(known, response)
        still = unfinished & list_unfinished(self._world.table.truth, self.user_id)
        if was_open and still and response is not None and response.is_success:
            self._report(f"{self.user_id} was deleted with unfinished orders {sorted(still)}")

    def _end(self, session_ids: set[str], response: ApiResponse | None) -> None:
        if response is not None and response.is_success:
            self._checker.sessions.end(session_ids)

    def _password(self) -> str:
        return self._checker.passwords.current(self.user_id) or FIRST_PASSWORD

    def _email(self) -> str | None:
        return self._checker.addresses.find_address(self.user_id)

    def _await_link(self, kind: str, position: int) -> str | None:
        """Look for a link in the mails, and wait a little for one."""
        link = re.compile(rf"[?&]{kind}=({self.user_id}\.[\w.-]+)")
        for _ in range(_MAIL_LOOKS):
            found: list[str] = [token for message in self._world.mailer.sent for token in link.findall(message.text)]
            if found:
                return found[position]
            self._world.scheduler.pause(_MAIL_PAUSE_MS)
        return None

    def _report(self, violation: str) -> None:
        self._checker.violations.append(violation)
