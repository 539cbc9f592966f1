"""docs/cost.md, from a run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from tradewind_tools.bench.chart import Whole, draw_shares
from tradewind_tools.bench.costs import assumptions
from tradewind_tools.bench.costs.measuring import MeasuredScenario
from tradewind_tools.bench.costs.prices import AS_OF, PRICE_PAGES, Unit
from tradewind_tools.bench.costs.shops import DAYS, MONTHS_KEPT, SHOPS, base_usage, monthly_usage
from tradewind_tools.bench.costs.usage import Usage
from tradewind_tools.blueprint.messaging import RULES, SMS_QUEUE

CHART: Final = "images/cost.svg"
ORDERS: Final = 1_000
HOUR: Final = 3_600
ORDER_BUDGET: Final = Decimal("0.055")
"""Dollars for a thousand orders of three lines, mail and sampled traces apart."""


def thousand_orders(order: MeasuredScenario) -> Usage:
    """A thousand orders in an hour, from the request to the mail, without mails, traces and what is kept."""
    usage = order.usage(Decimal(ORDERS) / HOUR).times(ORDERS)
    return usage.without(Unit.MAIL, Unit.TABLE_GB_MONTH, Unit.TRACE)


def sampled_traces(order: MeasuredScenario) -> Usage:
    """Those of a thousand orders that X-Ray records."""
    traces = order.usage(Decimal(ORDERS) / HOUR).times(ORDERS)[Unit.TRACE]
    return Usage({Unit.TRACE: traces * assumptions.SAMPLED_TRACES})


def chart(scenarios: Sequence[MeasuredScenario]) -> str:
    orders = thousand_orders(scenarios[0])
    wholes = [Whole(f"1,000 orders: ${orders.dollars:.3f}", orders.by_service)]
    for shop in SHOPS:
        usage = monthly_usage(shop, scenarios)
        label = f"a {shop.name} shop's month, {shop.orders:,} orders: ${usage.dollars:,.2f}"
        wholes.append(Whole(label, usage.by_service))
    return draw_shares("What the shop costs, by service", wholes)


def page(scenarios: Sequence[MeasuredScenario]) -> str:
    """The whole page; the first scenario is the order, the second the same with a key."""
    return (
        "\n\n".join(
            (
                "# What the shop costs",
                _OPENING,
                f"![What the shop costs, by service]({CHART})",
                "## A thousand orders",
                _thousand(*scenarios[:2]),
                "## A month",
                _MONTHS,
                _months(scenarios),
                "## Short messages",
                _short_messages(),
                "## What each scenario uses",
                _SCENARIOS,
                _scenario_table(scenarios),
                "## Prices",
                f"AWS's list prices in us-east-1 in {AS_OF}, without free tiers. AWS's own pages decide.",
                _prices(),
                "## What is assumed",
                _assumptions(),
            )
        )
        + "\n"
    )


_OPENING: Final = """\
Made by `./dev bench cost --publish`: it runs the shop in a local cloud, counts what each scenario uses, and
multiplies by AWS's list prices. Counted are requests, capacity units, calls, CPU time, bytes of logs and of answers,
events and messages; what a laptop cannot count is assumed, and listed below."""
_MONTHS: Final = f"""\
Around each order somebody looks at 40 products and 12 pages of them, fills a cart and signs in: the scenarios below,
as often as they say. Included are what is paid whether anybody comes or not, the mails of {DAYS} days, and a table that
holds {MONTHS_KEPT} months of orders.

Not included: Stripe, a domain, CloudFront; [short messages](#short-messages); what is off unless it is switched on
(API Gateway's cache, provisioned concurrency, a VPC); what `prod` has unless it is switched off (a web ACL, about $10
a month and $0.60 for a million requests; the access log, about $0.20 for a million); and what is small: the calls to
Secrets Manager, kept logs, the archive of events, the packages in S3, some dollars a month in the large shop."""
_SHORT_MESSAGES: Final = """\
Only customers who ask for them get any: {each} for an order. A thousand orders of customers in the United States who
all want them: **${dollars:.2f}**, and the carriers' fees. Each country has its price, often a multiple of this one.
[A part](https://docs.aws.amazon.com/sns/latest/dg/sms_publish-to-phone.html) holds 160 letters, or 70 where one of
them is not in the telephones' own alphabet; ours take one part each, unless names are long. AWS sends for a dollar a
month, to verified numbers alone, until it is asked for more:
[the sandbox](https://docs.aws.amazon.com/sns/latest/dg/sns-sms-sandbox.html)."""
_SCENARIOS: Final = "Run one after the other, so that no messages are batched: the most expensive case."
_ASSUMED: Final = f"""\
- A function has its share of a CPU of {assumptions.FULL_CPU_MB} MB, and AWS's is as fast as the one that measured.
- A round trip to DynamoDB takes {assumptions.ROUND_TRIP_MS} ms; the other services, {{waiting}}.
- {assumptions.COLD_STARTS:.0%} of the calls start cold, for {assumptions.INITIALISATION_MS} ms, which is billed.
- Lambda asks each queue {assumptions.IDLE_POLLS_A_MONTH:,} times a month for nothing.
- X-Ray records the first request of each second and five in a hundred of the others; of the thousand orders, five in
  a hundred.
- The thousand orders come within an hour. Messages travel together only where their queue lets them wait for it.
- The fake provider keeps its books in the shop's table. They are not counted: a real provider keeps its own.
- A job that finds nothing takes {assumptions.JOB_GB_SECONDS} GB-seconds and {assumptions.JOB_READ_UNITS} read units.
- Lambda's own lines of calls that went well are not logged, API Gateway counts no method by itself, and a key of
  DynamoDB's own encrypts the table, as the blueprint says: none of these is billed."""


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _thousand(order: MeasuredScenario, with_key: MeasuredScenario) -> str:
    usage = thousand_orders(order)
    rows = [(service, f"${dollars:.4f}") for service, dollars in usage.by_service.items()]
    verdict = "within" if usage.dollars <= ORDER_BUDGET else "over"
    words = f"Mail and sampled traces apart: **${usage.dollars:.4f}**, {verdict} the budget of ${ORDER_BUDGET}."
    key = f"An `Idempotency-Key` for each, whose record is written along, adds ${_more_units(order, with_key):.4f}."
    mails = order.usage()[Unit.MAIL] * ORDERS * Unit.MAIL.dollars
    mail = f"The mails themselves cost ${mails:.2f}, the traces ${sampled_traces(order).dollars:.4f}."
    return f"{words} {key} {mail}\n\n{_table(('service', 'dollars'), rows)}"


def _short_messages() -> str:
    """One for each kind of event that customers get a short message about."""
    (rule,) = (rule for rule in RULES if rule.queue == SMS_QUEUE)
    each = len(rule.events)
    return _SHORT_MESSAGES.format(each=each, dollars=Unit.SHORT_MESSAGE.dollars * each * ORDERS)


def _more_units(order: MeasuredScenario, with_key: MeasuredScenario) -> Decimal:
    """Dollars for the units of the table that a thousand orders take more; the rest differs by chance."""
    more = with_key.usage() + order.usage().times(-1)
    return sum((more[unit] * unit.dollars for unit in (Unit.READ_UNIT, Unit.WRITE_UNIT)), Decimal()) * ORDERS


def _months(scenarios: Sequence[MeasuredScenario]) -> str:
    usages = [monthly_usage(shop, scenarios) for shop in SHOPS]
    still = base_usage()
    columns = [*usages, still]
    services = list(dict.fromkeys(service for usage in columns for service in usage.by_service))
    rows = [[service, *(f"{usage.by_service.get(service, 0):,.2f}" for usage in columns)] for service in services]
    whole = ["**all**", *(f"**{usage.dollars:,.2f}**" for usage in columns)]
    head = ("dollars a month", *(f"{shop.name}, {shop.orders:,} orders" for shop in SHOPS), "nobody comes")
    each = (f"{usage.dollars / shop.orders:.4f}" for usage, shop in zip(usages, SHOPS, strict=True))
    return _table(head, [*rows, whole, ["for each order", *each, ""]])


def _scenario_table(scenarios: Sequence[MeasuredScenario]) -> str:
    head = ("scenario", "for each order", "calls", "CPU ms", "round trips", "read units", "write units", "log bytes")
    return _table((*head, "$ for 1,000"), map(_scenario_row, scenarios))


def _scenario_row(each: MeasuredScenario) -> tuple[str, ...]:
    counts, usage = each.counts, each.usage().without(Unit.TABLE_GB_MONTH, Unit.TRACE)
    return (
        each.scenario.name,
        each.scenario.often,
        f"{each.each(counts.calls.total()):.1f}",
        f"{each.each(sum(counts.cpu_ms[name] for name in counts.calls)):.1f}",
        f"{each.each(counts.table.round_trips):.1f}",
        f"{usage[Unit.READ_UNIT]:.1f}",
        f"{usage[Unit.WRITE_UNIT]:.1f}",
        f"{each.each(counts.log_bytes):,.0f}",
        f"{usage.dollars * ORDERS:.4f}",
    )


def _prices() -> str:
    rows = [
        (f"[{unit.service}]({PRICE_PAGES[unit.service]})", unit.words, f"{unit.list_price}", f"{unit.buys:,}")
        for unit in Unit
    ]
    return _table(("service", "what", "dollars", "for"), rows)


def _assumptions() -> str:
    return _ASSUMED.format(waiting=", ".join(f"`{name}` {ms} ms" for name, ms in assumptions.WAITING_MS.items()))
