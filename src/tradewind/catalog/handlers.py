"""The operations that create, change and delete products."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tradewind.aws.table import MAX_TRANSACTION_WRITES, ConditionFailed, Write
from tradewind.catalog import assortment, changing, views, writes
from tradewind.catalog.change_messages import (
    SOLD_FIELDS,
    CreateProduct,
    NewVariant,
    ProductFields,
    UpdateProduct,
    VariantFields,
)
from tradewind.catalog.describing import Terms, describe, describe_new
from tradewind.catalog.errors import (
    InvalidOptions,
    ProductChanged,
    ProductExists,
    ProductInUse,
    ProductNotFound,
    TooManyVariants,
    VariantExists,
    VariantFieldsMisplaced,
)
from tradewind.catalog.events import record_deletion, record_product
from tradewind.catalog.messages import ProductPath, ProductView
from tradewind.catalog.model import DescribedVariant, NextNumbers, Product, ProductCreated
from tradewind.catalog.options import WantedOption, WantedValue, change_options
from tradewind.catalog.product_pages import ProductPage, read_product_page
from tradewind.catalog.reads import next_numbers_from, next_numbers_key
from tradewind.edge.http import Empty, Request, endpoint
from tradewind.inventory.public_writes import delete_stock
from tradewind.kernel.caller import Permission
from tradewind.kernel.clock import ulid
from tradewind.kernel.errors import Detail, InvalidAmount
from tradewind.kernel.variant_ids import FIRST, variant_id
from tradewind.shop import Shop

_OWN = ("name", "category", "description", "is_active", "image_url", "vendor", "tags")
_NO_DETAILS = VariantFields(price=Decimal(0))
_ROOM_FOR_RECORD = 20
"""Of a transaction that deletes a product: what is left for the record of the act."""


@endpoint(
    permission=Permission.CATALOGUE,
    body=CreateProduct,
    status=201,
    errors=(ProductExists, InvalidAmount, InvalidOptions, VariantExists, TooManyVariants),
)
def create_product(request: Request[CreateProduct, Empty], shop: Shop) -> ProductView:
    """Add a product to the catalogue.

    It is sold at one price, or in variants that differ in its options. The opening stock of each is recorded as the
    first of its movements.
    """
    body = request.body
    kept = _read_numbers(body.product_id, shop)
    product, described = _begin(body, kept or NextNumbers(), shop)
    created: list[Write] = [
        writes.insert_product(product),
        *changing.begin_variants(described, request.caller.user_id, shop),
        record_product(ProductCreated, product, request.log.correlation_id, shop),
    ]
    if body.product_id:
        created.append(writes.take_numbers(product.product_id, kept))
    try:
        shop.table.transact(created)
    except ConditionFailed as error:
        raise ProductExists(f"There is already a product with the id {product.product_id!r}.") from error
    return views.view(ProductPage(product).after(product, described))


@endpoint(
    permission=Permission.CATALOGUE,
    params=ProductPath,
    body=UpdateProduct,
    errors=(ProductNotFound, ProductChanged, InvalidAmount, VariantFieldsMisplaced),
)
def update_product(request: Request[UpdateProduct, ProductPath], shop: Shop) -> ProductView:
    """Replace a product's details.

    Its variants and stock stay as they are. The price of a product that is sold in one variant, without options, is
    among its details.
    """
    page = read_product_page(shop.table, request.params.product_id, consistent=True)
    changing.check_version(page.product, request.body.version)
    if page.product.is_simple:
        return _update_simple(page, request, shop)
    after = _change_shared(page.product, request.body, shop)
    changing.commit(page.product, after, [], request, shop)
    return views.view(page.after(after))


@endpoint(
    permission=Permission.CATALOGUE,
    params=ProductPath,
    status=204,
    errors=(ProductNotFound, ProductChanged, ProductInUse, TooManyVariants),
)
def delete_product(request: Request[Empty, ProductPath], shop: Shop) -> None:
    """Delete a product with its variants.

    Orders keep the name and price at which they were placed. A product that orders hold or have taken is not deleted.
    """
    page = read_product_page(shop.table, request.params.product_id, consistent=True)
    product = page.product
    stocks: list[Write] = [delete_stock(each) for each in page.stocks]
    others: list[Write] = [
        writes.delete_product(product),
        writes.keep_numbers(product),
        record_deletion(product, request.log.correlation_id, shop),
        *map(writes.delete_details, page.details),
        *(writes.delete_archived(variant_id(product.product_id, number)) for number in product.archived),
    ]
    if len(stocks) + len(others) > MAX_TRANSACTION_WRITES - _ROOM_FOR_RECORD:
        raise TooManyVariants(
            "It has too many variants to be deleted at once. Count their stock to 0, and remove some of them first."
        )
    try:
        shop.table.transact([*stocks, *others])
    except ConditionFailed as error:
        if min(error.positions) < len(stocks):
            raise ProductInUse("Orders hold or have taken units of it. Set isActive to false instead.") from error
        raise changing.product_changed() from error


def _read_numbers(product_id: str | None, shop: Shop) -> NextNumbers | None:
    """What a deleted product of this id has left; an id that the shop makes has none."""
    item = shop.table.get(next_numbers_key(product_id), consistent=True) if product_id else None
    return next_numbers_from(item) if item else None


def _begin(body: CreateProduct, numbers: NextNumbers, shop: Shop) -> tuple[Product, list[DescribedVariant]]:
    """A product and its variants. Raises InvalidOptions, InvalidAmount or VariantExists."""
    product_id, now = body.product_id or ulid(shop.clock), shop.clock.now()
    wanted = [WantedOption(each.name, list(map(WantedValue, each.values))) for each in body.options]
    changed = change_options([], wanted, numbers.next_id)
    terms = Terms(product_id, changed.options, body.currency or shop.settings.currency)
    described = _describe(body, numbers, terms)
    product = Product(
        product_id=product_id,
        currency=terms.currency,
        created_at=now,
        updated_at=now,
        version=1,
        variants=[],
        lowest_minor=0,
        highest_minor=0,
        next_number=numbers.next_number + len(described) - 1,
        next_id=changed.next_id,
        options=changed.options,
        **_own(body),
    )
    return assortment.begin(product, [each.variant for each in described]), described


def _describe(body: CreateProduct, numbers: NextNumbers, terms: Terms) -> list[DescribedVariant]:
    """The first variant, with the product's own id, and the others, which go on where a deleted product ended."""
    if body.price is not None:
        first = describe(VariantFields(price=body.price, **_sold(body)), FIRST, terms)
        return [DescribedVariant(first.variant, first.details, body.stock)]
    fields: list[NewVariant] = body.variants or []
    following = range(numbers.next_number, numbers.next_number + len(fields) - 1)
    return describe_new(fields, [FIRST, *following], terms)


def _update_simple(page: ProductPage, request: Request[UpdateProduct, ProductPath], shop: Shop) -> ProductView:
    """Describe a product and its one variant anew. Raises ProductChanged, VariantFieldsMisplaced or InvalidAmount."""
    body, before, variant = request.body, page.product, page.product.variants[0]
    fields = VariantFields(price=_require_price(body), image_url=page.details_of(variant).image_url, **_sold(body))
    terms = Terms(before.product_id, before.options, body.currency or before.currency)
    described = describe(fields, variant.number, terms)
    changed = assortment.next_version(before, shop.clock.now(), currency=terms.currency, **_own(body))
    after = assortment.replace_variant(changed, described.variant)
    changing.commit(
        before, after, changing.update_details(page, described, request.caller.user_id, shop), request, shop
    )
    return views.view(page.after(after, [described]))


def _require_price(body: UpdateProduct) -> Decimal:
    if body.price is None:
        raise VariantFieldsMisplaced("The price of the product is missing.", (Detail("price", "is required"),))
    return body.price


def _change_shared(before: Product, body: UpdateProduct, shop: Shop) -> Product:
    """The product as it is described, whose variants stay as they are. Raises VariantFieldsMisplaced."""
    given = [name for name in SOLD_FIELDS if getattr(body, name) != getattr(_NO_DETAILS, name)]
    misplaced = [*([] if body.price is None else ["price"]), *given]
    if body.currency not in (None, before.currency):
        misplaced.append("currency")
    if misplaced:
        message = "belongs to each of the product's variants"
        raise VariantFieldsMisplaced(
            "The product is sold in variants, which stay as they are: change each of them.",
            tuple(Detail(_camel(name), message) for name in misplaced),
        )
    return assortment.next_version(before, shop.clock.now(), **_own(body))


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.title, others))


def _own(body: ProductFields) -> dict[str, Any]:
    return {name: getattr(body, name) for name in _OWN}


def _sold(body: ProductFields) -> dict[str, Any]:
    return {name: getattr(body, name) for name in SOLD_FIELDS}
