"""The one table of the shop, and the kinds of items in it, which docs/reference/table.md lists."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KeyPair:
    """Partition and sort key, both strings."""

    partition: str
    sort: str


@dataclass(frozen=True, slots=True)
class Index:
    """A global secondary index with all attributes."""

    name: str
    key: KeyPair


@dataclass(frozen=True, slots=True)
class TableDefinition:
    """On demand, encrypted, restorable to any second of the last 35 days, streamed with old and new images."""

    key: KeyPair
    indexes: tuple[Index, ...]
    ttl_attribute: str

    @property
    def keys(self) -> tuple[KeyPair, ...]:
        return (self.key, *(index.key for index in self.indexes))


TABLE = TableDefinition(
    key=KeyPair("PK", "SK"),
    indexes=(
        Index("GSI1", KeyPair("GSI1PK", "GSI1SK")),
        Index("GSI2", KeyPair("GSI2PK", "GSI2SK")),
    ),
    ttl_attribute="expiresAt",
)


@dataclass(frozen=True, slots=True)
class ItemKind:
    """One kind of item: its keys in the table and in the indexes, with `<…>` for what varies."""

    name: str
    partition: str
    sort: str
    gsi1: str = ""
    gsi2: str = ""
    note: str = ""


ITEMS = (
    ItemKind(
        "User",
        "USER#<userId>",
        "PROFILE",
        gsi1="EMAIL#<email> / USER",
        gsi2="UNVERIFIED#<shard> / <createdAt>#<userId>",
        note="in GSI2 until the address is verified, or its owner was reminded",
    ),
    ItemKind("Email claim", "EMAIL#<email>", "CLAIM", note="keeps an email unique"),
    ItemKind("Failed sign-ins", "EMAIL#<email>", "FAILURES#<end of the window>", note="a count; TTL"),
    ItemKind("Links asked for", "EMAIL#<email>", "LINKS#<end of the window>", note="a count; TTL"),
    ItemKind("Session", "USER#<userId>", "SESSION#<sessionId>", note="a family of refresh tokens; TTL"),
    ItemKind(
        "Product",
        "PRODUCT#<productId>",
        "METADATA",
        gsi1="CATEGORY#<category> / PRODUCT#<productId>",
        gsi2="CATALOG#<shard> / <createdAt>#<productId>",
        note="an inactive product is in GSI2 alone, under INACTIVE#<shard>",
    ),
    ItemKind("Stock", "PRODUCT#<productId>", "STOCK", note="available, reserved, sold, version"),
    ItemKind("Stock movement", "PRODUCT#<productId>", "MOVEMENT#<ulid>", note="every change that no order made"),
    ItemKind("Cart line", "USER#<userId>", "CART#<productId>", note="TTL 30 days, renewed at each change"),
    ItemKind(
        "Open cart",
        "USER#<userId>",
        "OPENCART",
        gsi2="CARTS_OPEN#<shard> / <dueAt>#<userId>",
        note="in the index until somebody has looked whether the cart was left; TTL 30 days",
    ),
    ItemKind(
        "Order",
        "USER#<userId>",
        "ORDER#<orderId>",
        gsi1="ORDER#<orderId> / USER#<userId>",
        gsi2="STATUS#<status>#<shard> / ORDER#<timestamp>",
    ),
    ItemKind("Order lines", "ORDER#<orderId>", "LINES#<nn>", note="pages of 50"),
    ItemKind(
        "Reservation", "ORDER#<orderId>", "RESERVATION#<nn>", note="up to 80 products each; held until a deadline"
    ),
    ItemKind(
        "Unsettled order",
        "ORDER#<orderId>",
        "UNSETTLED",
        gsi2="UNSETTLED#<shard> / ORDER#<timestamp>#<orderId>",
        note="from a cancellation until everything is given back",
    ),
    ItemKind(
        "Payment",
        "ORDER#<orderId>",
        "PAYMENT#<attempt>",
        gsi2="PAYMENT_OPEN#<shard> / <askAt>#<paymentId>",
        note="in the index only while somebody must look after it",
    ),
    ItemKind("Payment event", "ORDER#<orderId>", "LEDGER#<ulid>", note="balances are a fold over these"),
    ItemKind("Domain event", "<the aggregate's partition>", "EVENT#<ulid>", note="the stream forwards exactly these"),
    ItemKind("Idempotency record", "IDEMPOTENCY#<caller>#<key>", "REQUEST", note="TTL 24 hours"),
    ItemKind("Inbox record", "INBOX#<provider>#<eventId>", "EVENT", note="a provider's webhook came; TTL 30 days"),
    ItemKind("Event log", "EVENTLOG#<yyyy-mm>#<shard>", "<dd>#<kind>#<id>", note="what is counted; TTL 400 days"),
    ItemKind("Figures of a day", "FIGURES#<yyyy-mm>", "DAY#<dd>", note="folded from the log when the day is over"),
    ItemKind("Products of a day", "TOPPRODUCTS#<yyyy-mm>", "DAY#<dd>#<nn>", note="pages of 1,000"),
    ItemKind("Notification", "USER#<userId>", "NOTIFICATION#<eventId>", note="of a short message: <eventId>#sms"),
    ItemKind("Preferences", "USER#<userId>", "PREFERENCES", note="how a customer wants to be told; absent: as usual"),
)
