"""The change of an account's address and the way back from it, through the front door."""

from __future__ import annotations

from tests.e2e.browserless import PASSWORD, Answer, Visitor, until

NEW_PASSWORD = "a staple of new batteries"


def want(customer: Visitor, email: str, password: str = PASSWORD) -> Answer:
    return customer.post("/users/email", {"email": email, "currentPassword": password})


def follow(visitor: Visitor, way: str, link: str) -> Answer:
    return visitor.post(f"/auth/{way}", {"token": link.partition("=")[2]})


def change(customer: Visitor, visitor: Visitor, email: str) -> None:
    want(customer, email).ok()
    follow(visitor, "confirm-email", customer.mailed_link("confirm-email", email)).ok()


def can_sign_in(visitor: Visitor, email: str, password: str = PASSWORD) -> bool:
    return visitor.post("/auth/login", {"email": email, "password": password}).status == 200


def is_registered(visitor: Visitor, email: str) -> bool:
    account = {"email": email, "password": PASSWORD, "firstName": "Eve"}
    return visitor.post("/auth/register", account).status == 409


def test_account_has_another_address_once_its_link_is_followed(visitor: Visitor, admin: Visitor) -> None:
    customer = visitor.register("change-before@example.com")
    want(customer, "change-after@example.com").ok()
    assert can_sign_in(visitor, "change-before@example.com")
    link = customer.mailed_link("confirm-email", "change-after@example.com")
    follow(visitor, "confirm-email", link).ok()
    assert can_sign_in(visitor, "change-after@example.com")
    assert not can_sign_in(visitor, "change-before@example.com")
    assert is_registered(visitor, "change-before@example.com")
    [found] = admin.get("/users", email="change-after@example.com").ok()["items"]
    assert (found["userId"], found["emailVerified"]) == (customer.user["userId"], True)
    assert admin.get("/users", email="change-before@example.com").ok()["items"] == []
    assert follow(visitor, "confirm-email", link).error == (422, "InvalidChangeLink")


def test_owner_stops_the_deletion_of_an_account_whose_address_somebody_has_changed(visitor: Visitor) -> None:
    customer = visitor.register("change-stolen@example.com")
    change(customer, visitor, "change-burglar@example.com")
    customer.delete("/users/me", {"password": PASSWORD}).ok()
    until(
        lambda: [mail for mail in customer.mails("change-stolen@example.com") if "you can stop it" in mail["subject"]],
        lambda mails: len(mails) == 1,
    )
    link = customer.mailed_link("undo-email-change", "change-stolen@example.com")
    follow(visitor, "undo-email-change", link).ok()
    token = customer.mailed_link("reset", "change-stolen@example.com").partition("=")[2]
    visitor.post("/auth/reset-password", {"token": token, "newPassword": NEW_PASSWORD}).ok()
    assert can_sign_in(visitor, "change-stolen@example.com", NEW_PASSWORD)


def test_wrong_password_changes_nothing(customer: Visitor) -> None:
    answer = want(customer, "change-wrong@example.com", "a guess")
    assert answer.error == (422, "WrongPassword")
    assert [detail["field"] for detail in answer.body["details"]] == ["currentPassword"]


def test_answer_does_not_say_whether_an_address_is_taken(visitor: Visitor, customer: Visitor) -> None:
    visitor.register("change-taken@example.com")
    answers = [want(customer, email) for email in ("change-taken@example.com", "change-free@example.com")]
    assert [(answer.status, answer.raw) for answer in answers] == [(202, b"")] * 2
    link = customer.mailed_link("confirm-email", "change-free@example.com")
    follow(visitor, "confirm-email", link).ok()


def test_address_that_is_taken_is_not_given(visitor: Visitor, customer: Visitor) -> None:
    visitor.register("change-others@example.com")
    want(customer, "change-others@example.com").ok()
    link = customer.mailed_link("confirm-email", "change-others@example.com")
    assert follow(visitor, "confirm-email", link).error == (409, "EmailTaken")


def test_owner_takes_an_account_back_after_two_changes(visitor: Visitor) -> None:
    """Whoever knew the password has changed the address twice; the first mail's link is stronger than both."""
    owner = visitor.register("change-owner@example.com")
    thief = visitor.sign_in("change-owner@example.com", PASSWORD)
    change(thief, visitor, "change-thief@example.com")
    change(thief, visitor, "change-thief-again@example.com")
    second = owner.mailed_link("undo-email-change", "change-thief@example.com")
    follow(visitor, "undo-email-change", owner.mailed_link("undo-email-change", "change-owner@example.com")).ok()
    assert follow(visitor, "undo-email-change", second).error == (422, "InvalidChangeLink")
    for email in ("change-owner@example.com", "change-thief@example.com", "change-thief-again@example.com"):
        assert not can_sign_in(visitor, email)
    assert visitor.post("/auth/refresh", {"refreshToken": thief.refresh_token}).status == 401
    token = owner.mailed_link("reset", "change-owner@example.com").partition("=")[2]
    visitor.post("/auth/reset-password", {"token": token, "newPassword": NEW_PASSWORD}).ok()
    assert can_sign_in(visitor, "change-owner@example.com", NEW_PASSWORD)
