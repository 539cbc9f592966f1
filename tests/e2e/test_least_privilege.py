"""Least privilege, proved: the whole shop at work while the local cloud refuses what a function's role does not allow.

Nothing is missing, since nothing is refused; nothing is unused, since whatever a role allows was needed by a request
that the cloud decided on, or else on the trading day in memory. `TRADEWIND_ENFORCE_IAM=1 ./dev test e2e` runs all
end-to-end tests so.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from itertools import product
from typing import TypeAlias

import msgspec
import pytest
from tests.e2e.browserless import Visitor, until
from tests.e2e.errands import use_every_operation
from tests.e2e.policies import SHOP, Allowance, JsonObject, Roles, decisions
from tests.integration.localcloud.workbench import Workbench
from tests.unit.blueprint.test_permissions import ONLY_IN_A_RACE, ONLY_WITH_STRIPE
from tests.unit.blueprint.trading_day import TradingDay, Use, run_day

from tradewind.kernel.events import Event
from tradewind.ops.model import DEAD_LETTERS, RedriveTarget
from tradewind.rotation.steps import STEPS
from tradewind.settings import Settings
from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.messaging import CART_QUEUE, STREAM_QUEUE
from tradewind_tools.blueprint.model import Function, QueueSource, Rotation, Schedule, StreamSource
from tradewind_tools.localcloud import payment_webhooks
from tradewind_tools.localcloud.cloud import LocalCloud
from tradewind_tools.localcloud.sdk import local_session
from tradewind_tools.localcloud.shop import TradewindShop
from tradewind_tools.localcloud.state import ADMIN_EMAIL, AdminLogin
from tradewind_tools.localcloud.wide_limits import WIDE_LIMITS
from tradewind_tools.ministack.enforcement import FROM_ADDRESS, LEADING_KEYS, Decision, secret_name
from tradewind_tools.ministack.environment import Account

ADMIN = AdminLogin(ADMIN_EMAIL, "an admin of the tests")
WITHOUT_NEEDS = {"openapi", "status"}
"""Functions that answer from themselves."""

SHOWN_ELSEWHERE = {("checkout-sweeper", "events:PutEvents")}
"""An order that stands still is resumed in tests/unit/checkout/test_jobs.py: nobody waits here until one does."""

LAMBDAS_OWN = ("logs:", "xray:")
StackChange: TypeAlias = Callable[[list[JsonObject]], list[JsonObject]]
"""Makes other statements of a role's own."""

STREAM_READING = ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams")


@pytest.fixture(scope="module")
def enforced() -> Iterator[LocalCloud]:
    with LocalCloud(account=Account(enforcing=True)) as cloud:
        cloud.deploy(settings=WIDE_LIMITS)
        TradewindShop().load(cloud.front_door_url, cloud.endpoint_url, ADMIN)
        yield cloud


@pytest.fixture(scope="module")
def visitor(enforced: LocalCloud) -> Visitor:
    return Visitor(enforced.front_door_url)


@pytest.fixture(scope="module")
def admin(visitor: Visitor) -> Visitor:
    return visitor.sign_in(ADMIN.email, ADMIN.password)


@pytest.fixture(scope="module")
def roles(enforced: LocalCloud) -> Roles:
    return Roles(enforced)


@pytest.fixture(scope="module")
def decided(enforced: LocalCloud, visitor: Visitor, admin: Visitor) -> list[Decision]:
    """What was decided while every function worked."""
    bench = Workbench(enforced)
    use_every_operation(enforced, visitor, admin)
    _be_told_by_text(visitor, admin)
    _have_a_mail_bounce(visitor)
    _pay_later(enforced, bench, visitor, admin)
    _page_through(admin)
    _let_jobs_run(bench)
    _rotate_keys(bench)
    _try_dead_letters_again(bench, admin)
    _lose_an_event(bench, visitor)
    working = {function.name for function in FUNCTIONS} - WITHOUT_NEEDS
    until(lambda: working - {each.function for each in decisions(enforced)}, lambda missing: not missing)
    return decisions(enforced)


@pytest.fixture(scope="module")
def day() -> TradingDay:
    return run_day()


def test_nothing_is_refused(decided: list[Decision]) -> None:
    assert [each for each in decided if not each.allowed] == []


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_nothing_is_allowed_that_is_not_needed(
    function: Function, roles: Roles, decided: list[Decision], day: TradingDay
) -> None:
    own = [each for each in decided if each.function == function.name]
    unused = {each for each in roles.allowances(function.name) if not any(map(each.allows, own))}
    by_others = {each for each in unused if _is_lambdas_own(each, function)}
    rarely = ONLY_IN_A_RACE.get(function.name, set()) | ONLY_WITH_STRIPE.get(function.name, set())
    in_memory = {each for each in unused if _use(each) in day.uses[function.name] | rarely}
    elsewhere = {each for each in unused if (function.name, each.action) in SHOWN_ELSEWHERE}
    assert unused - by_others - in_memory - elsewhere == set()


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_one_allowance_and_no_other_allows_a_thing(function: Function, roles: Roles, decided: list[Decision]) -> None:
    """So that each of them is needed: without it, what it allows would be refused."""
    allowances = roles.allowances(function.name)
    assert len(set(allowances)) == len(allowances)
    for decision in (each for each in decided if each.function == function.name):
        assert len([each for each in allowances if each.allows(decision)]) == 1, decision


def test_without_its_statement_a_function_is_refused(
    enforced: LocalCloud, roles: Roles, visitor: Visitor, decided: list[Decision]
) -> None:
    assert decided
    path = f"/products/{visitor.get('/products').ok()['items'][0]['productId']}"
    with _changed(roles, "product-get", _without("dynamodb:Query")):
        assert visitor.get(path).error == (500, "InternalError")
    assert [each.action for each in _refused(enforced, "product-get")] == ["dynamodb:Query"]
    visitor.get(path).ok()


def test_another_partition_of_the_table_is_refused(
    enforced: LocalCloud, roles: Roles, admin: Visitor, decided: list[Decision]
) -> None:
    assert decided
    with _changed(roles, "stock-get", _with_condition(LEADING_KEYS, ["ORDER#*"])):
        assert admin.get("/variants/contract/stock").error == (500, "InternalError")
    assert [each.partition for each in _refused(enforced, "stock-get")] == ["PRODUCT#"]
    admin.get("/variants/contract/stock").ok()


def test_a_secret_is_refused_through_the_extension_too(
    enforced: LocalCloud, roles: Roles, visitor: Visitor, decided: list[Decision]
) -> None:
    """By a function that has not read it yet: a value is kept for minutes."""
    assert decided
    with _changed(roles, "product-list-category", _without("secretsmanager:GetSecretValue")):
        assert visitor.get("/products/category/tests", limit=1).error == (500, "InternalError")
    refused = _refused(enforced, "product-list-category")
    assert {secret_name(each.resource) for each in refused} == {Settings().secret_name("cursor-key")}


def test_a_mail_from_another_address_is_refused(
    enforced: LocalCloud, roles: Roles, visitor: Visitor, decided: list[Decision]
) -> None:
    assert decided
    with _changed(roles, "email-sender", _with_condition(FROM_ADDRESS, "somebody@else.example")):
        visitor.register("unmailed@example.com")
        [refused] = until(lambda: _refused(enforced, "email-sender"), bool)
    assert refused.action == "ses:SendEmail"


def _be_told_by_text(visitor: Visitor, admin: Visitor) -> None:
    customer = visitor.register()
    customer.put("/users/profile", {"firstName": "Ada", "lastName": "King", "phone": "+44 20 7946 0958"}).ok()
    customer.put("/users/notifications", {"email": {"reminders": False}, "sms": {"orders": True}}).ok()
    customer.wait_until_settled(customer.order({admin.add_product("texted", 5): 1}).ok()["orderId"])


def _have_a_mail_bounce(visitor: Visitor) -> None:
    visitor.register("bounce+role@simulator.amazonses.com")


def _pay_later(enforced: LocalCloud, bench: Workbench, visitor: Visitor, admin: Visitor) -> None:
    """By a method whose answer comes as a webhook; and with a cart as large as if it were still to be emptied."""
    customer = visitor.register()
    order_id = customer.order({admin.add_product("later", 5): 1}, "tok_async").ok()["orderId"]
    until(lambda: admin.get(f"/orders/{order_id}/payments"), lambda found: found.status == HTTPStatus.OK)
    payment_webhooks.send_webhook(enforced.front_door_url, enforced.endpoint_url, order_id, payment_webhooks.APPROVED)
    customer.wait_until_settled(order_id)
    left = {"orderId": order_id, "customerId": customer.user["userId"], "cartRemains": True}
    bench.sqs.send_message(QueueUrl=_url(bench, CART_QUEUE), MessageBody=_message("OrderPlaced", left))


def _page_through(admin: Visitor) -> None:
    """Cursors are signed with a secret."""
    for path in ("/products", "/variants/contract/stock/movements", "/orders"):
        admin.get(path, limit=1).ok()


def _let_jobs_run(bench: Workbench) -> None:
    for function in FUNCTIONS:
        if isinstance(function.trigger, Schedule):
            assert "errorMessage" not in (bench.invoke(f"{SHOP}{function.name}", {}) or {})


def _rotate_keys(bench: Workbench) -> None:
    for function in FUNCTIONS:
        if isinstance(function.trigger, Rotation):
            for purpose, step in product(function.trigger.purposes, STEPS):
                turn = {"Step": step, "SecretId": _secret(bench, purpose), "ClientRequestToken": f"{purpose:-<40}"}
                assert bench.invoke(f"{SHOP}{function.name}", turn) is None


def _try_dead_letters_again(bench: Workbench, admin: Visitor) -> None:
    """A letter that nobody can read, in each of the queues; each goes where it came from, and stays unread there."""
    for queue in DEAD_LETTERS:
        bench.sqs.send_message(QueueUrl=_url(bench, queue), MessageBody=_message("Nothing", {}))
    admin.get("/ops/dead-letters").ok()
    for queue, target in DEAD_LETTERS.items():
        assert admin.post(f"/ops/dead-letters/{queue}/redrive", None).status == (
            409 if target is RedriveTarget.NONE else 200
        )


def _lose_an_event(bench: Workbench, visitor: Visitor) -> None:
    """As if the relay had given up: while it rests, an event's place in the stream comes to the failures queue."""
    [relay] = bench.functions.list_event_source_mappings(FunctionName=f"{SHOP}stream-processor")["EventSourceMappings"]
    bench.functions.update_event_source_mapping(UUID=relay["UUID"], Enabled=False)
    visitor.register()
    lost = json.dumps({"DDBStreamBatchInfo": _place_of_newest_event(bench.endpoint_url, relay["EventSourceArn"])})
    bench.sqs.send_message(QueueUrl=_url(bench, STREAM_QUEUE), MessageBody=lost)
    group = f"{SHOP}stream-rescuer"
    until(lambda: [line for line in bench.lines_of(group) if '"INFO"' in line], bool)
    bench.functions.update_event_source_mapping(UUID=relay["UUID"], Enabled=True)


def _message(kind: str, data: object) -> str:
    """An event as a rule puts it on a queue."""
    event = Event("1", kind, 1, datetime.now(UTC), "1", 1, "1", {})
    return json.dumps({"detail": {**msgspec.to_builtins(event), "data": data}})


def _place_of_newest_event(endpoint_url: str, stream: str) -> dict[str, str]:
    client = local_session().client("dynamodbstreams", endpoint_url=endpoint_url)
    [shard] = client.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"]
    place = {"StreamArn": stream, "ShardId": shard["ShardId"]}
    begin = client.get_shard_iterator(**place, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
    records = [record["dynamodb"] for record in client.get_records(ShardIterator=begin)["Records"]]
    *_, newest = (each["SequenceNumber"] for each in records if each["Keys"]["SK"]["S"].startswith("EVENT#"))
    return {
        "streamArn": stream,
        "shardId": shard["ShardId"],
        "startSequenceNumber": newest,
        "endSequenceNumber": newest,
    }


def _secret(bench: Workbench, purpose: str) -> str:
    return bench.secrets.describe_secret(SecretId=Settings().secret_name(purpose))["ARN"]


def _url(bench: Workbench, queue: str) -> str:
    return str(bench.sqs.get_queue_url(QueueName=f"{SHOP}{queue}")["QueueUrl"])


def _is_lambdas_own(allowance: Allowance, function: Function) -> bool:
    """What Lambda does in the function's name, which the local cloud decides nothing about."""
    if allowance.action.startswith(LAMBDAS_OWN):
        return True
    match function.trigger:
        case QueueSource(queue):
            return allowance.resource.endswith(f":{SHOP}{queue}")
        case StreamSource(failures=failures):
            return allowance.action in STREAM_READING or allowance.resource.endswith(f":{SHOP}{failures}")
        case _:
            return False


def _use(allowance: Allowance) -> Use:
    """An allowance in the words of the trading day."""
    if allowance.partition:
        return Use(allowance.action, f"{allowance.partition}*", allowance.resource.partition("/index/")[2] or None)
    return Use(allowance.action, allowance.resource.rpartition("/")[2])


def _refused(cloud: LocalCloud, function: str) -> list[Decision]:
    return [each for each in decisions(cloud) if each.function == function and not each.allowed]


@contextmanager
def _changed(roles: Roles, function: str, change: StackChange) -> Iterator[None]:
    whole = roles.written(function)
    roles.write(function, change(whole))
    try:
        yield
    finally:
        roles.write(function, whole)


def _without(action: str) -> StackChange:
    return lambda whole: [each for each in whole if action not in each["Action"]]


def _with_condition(key: str, wanted: object) -> StackChange:
    return lambda whole: [{**each, **_conditioned(each, key, wanted)} for each in whole]


def _conditioned(statement: JsonObject, key: str, wanted: object) -> JsonObject:
    blocks = statement.get("Condition", {}).items()
    changed = {operator: {key: wanted} if key in block else block for operator, block in blocks}
    return {"Condition": changed} if changed else {}
