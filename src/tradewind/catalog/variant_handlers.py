"""The operations that change what is sold of a product: its variants and options."""

from __future__ import annotations

from typing import Any

from tradewind.aws.table import ConditionFailed, Write, query_all
from tradewind.catalog import assortment, changing, views, writes
from tradewind.catalog.describing import Terms, describe, describe_new
from tradewind.catalog.errors import (
    InvalidOptions,
    LastVariant,
    OptionInUse,
    ProductChanged,
    ProductNotFound,
    TooManyVariants,
    VariantExists,
    VariantNotFound,
)
from tradewind.catalog.events import record_product
from tradewind.catalog.messages import ProductPath, ProductView, VariantList
from tradewind.catalog.model import Product, ProductUpdated, Variant
from tradewind.catalog.options import WantedOption, WantedValue, change_options
from tradewind.catalog.product_pages import ProductPage, read_product_page
from tradewind.catalog.reads import details_from, query_archived
from tradewind.catalog.variant_messages import (
    AddVariants,
    OptionFields,
    OrderVariants,
    ReplaceOptions,
    UpdateVariant,
    VariantPath,
)
from tradewind.edge.http import Empty, Request, endpoint
from tradewind.inventory.public_writes import delete_untouched_stock
from tradewind.kernel.caller import Permission
from tradewind.kernel.errors import InvalidAmount
from tradewind.kernel.variant_ids import number_of
from tradewind.shop import Shop


@endpoint(permission=Permission.CATALOGUE, params=ProductPath, errors=(ProductNotFound,))
def list_variants(request: Request[Empty, ProductPath], shop: Shop) -> VariantList:
    """List a product's variants, with what only staff see.

    Those on sale in their order, then those that are archived.
    """
    page = read_product_page(shop.table, request.params.product_id, consistent=True)
    archived = map(details_from, query_all(shop.table, query_archived(page.product.product_id)))
    return VariantList(
        [
            *(views.staff_variant(page, variant, page.details_of(variant)) for variant in page.product.variants),
            *(views.archived_variant(page, each.archived, each) for each in archived if each.archived),
        ]
    )


@endpoint(
    permission=Permission.CATALOGUE,
    params=ProductPath,
    body=AddVariants,
    status=201,
    errors=(ProductNotFound, ProductChanged, InvalidAmount, InvalidOptions, VariantExists, TooManyVariants),
)
def add_variants(request: Request[AddVariants, ProductPath], shop: Shop) -> ProductView:
    """Add variants to a product.

    Each has one value of every option of the product, and an id of its own for good. Give a product without options
    its options first.
    """
    page, product = _begin_change(request, request.body.version, shop)
    fields = request.body.variants
    numbers = range(product.next_number, product.next_number + len(fields))
    described = describe_new(fields, numbers, _terms(product))
    after = assortment.add_variants(product, [each.variant for each in described])
    beside = changing.begin_variants(described, request.caller.user_id, shop)
    changing.commit(page.product, after, beside, request, shop)
    return views.view(page.after(after, described))


@endpoint(
    permission=Permission.CATALOGUE,
    params=VariantPath,
    body=UpdateVariant,
    errors=(
        ProductNotFound,
        VariantNotFound,
        ProductChanged,
        InvalidAmount,
        InvalidOptions,
        VariantExists,
        TooManyVariants,
    ),
)
def update_variant(request: Request[UpdateVariant, VariantPath], shop: Shop) -> ProductView:
    """Update a variant.

    All that is known of it is replaced but its id and its stock. One that was archived is on sale again, as the last
    one.
    """
    page, product = _begin_change(request, request.body.version, shop)
    wanted_id = request.params.variant_id
    is_archived = assortment.is_archived(product, wanted_id)
    if not is_archived:
        assortment.require_on_sale(product, wanted_id)
    described = describe(request.body, number_of(wanted_id), _terms(product))
    beside: list[Write] = [*changing.update_details(page, described, request.caller.user_id, shop)]
    if is_archived:
        after = assortment.bring_back(product, described.variant)
        beside.append(writes.delete_archived(wanted_id))
    else:
        after = assortment.replace_variant(product, described.variant)
    changing.commit(page.product, after, beside, request, shop)
    return views.view(page.after(after, [described]))


@endpoint(
    permission=Permission.CATALOGUE,
    params=VariantPath,
    status=204,
    errors=(ProductNotFound, VariantNotFound, ProductChanged, LastVariant),
)
def remove_variant(request: Request[Empty, VariantPath], shop: Shop) -> None:
    """Take a variant off sale.

    One of which units are on hand, held or sold is archived: orders have them, and it can come back. Any other one is
    deleted, also from the archive. In carts it cannot be bought any more. A product sells one variant at least.
    """
    page, product = _begin_change(request, None, shop)
    wanted_id = request.params.variant_id
    if assortment.is_archived(product, wanted_id):
        _delete(page, assortment.forget_archived(product, wanted_id), wanted_id, request, shop)
        return
    variant = assortment.require_on_sale(product, wanted_id)
    if not _delete(page, assortment.remove_variant(product, variant), wanted_id, request, shop):
        _archive(page, assortment.archive_variant(product, variant), variant, request, shop)


@endpoint(
    permission=Permission.CATALOGUE,
    params=ProductPath,
    body=OrderVariants,
    errors=(ProductNotFound, ProductChanged, InvalidOptions),
)
def order_variants(request: Request[OrderVariants, ProductPath], shop: Shop) -> ProductView:
    """Put a product's variants in another order."""
    page, product = _begin_change(request, request.body.version, shop)
    after = assortment.order_variants(product, request.body.variant_ids)
    changing.commit(page.product, after, [], request, shop)
    return views.view(page.after(after))


@endpoint(
    permission=Permission.CATALOGUE,
    params=ProductPath,
    body=ReplaceOptions,
    errors=(ProductNotFound, ProductChanged, InvalidOptions, OptionInUse),
)
def replace_options(request: Request[ReplaceOptions, ProductPath], shop: Shop) -> ProductView:
    """Replace a product's options.

    All of them, in their order. What names the id of an option or a value keeps its meaning under another word or at
    another place; variants stay what they are. An option or a value that tells variants apart cannot go.
    """
    page, product = _begin_change(request, request.body.version, shop)
    options = change_options(product.options, list(map(_wanted, request.body.options)), product.next_id)
    after = assortment.replace_options(product, options)
    changing.commit(page.product, after, [], request, shop)
    return views.view(page.after(after))


def _begin_change(request: Request[Any, Any], version: int | None, shop: Shop) -> tuple[ProductPage, Product]:
    """The page as it is at this moment, and its product as the next version. Raises ProductNotFound, ProductChanged."""
    page = read_product_page(shop.table, request.params.product_id, consistent=True)
    changing.check_version(page.product, version)
    return page, assortment.next_version(page.product, shop.clock.now())


def _delete(page: ProductPage, after: Product, wanted_id: str, request: Request[Any, Any], shop: Shop) -> bool:
    """Delete a variant of which no unit is on hand, held or sold; False where one is. Raises ProductChanged."""
    stock = page.stocks.get(wanted_id)
    if stock and not stock.is_untouched:
        return False
    removed: list[Write] = [writes.delete_details(wanted_id), writes.delete_archived(wanted_id)]
    removed += [delete_untouched_stock(stock)] if stock else []
    try:
        shop.table.transact(
            [
                *removed,
                writes.replace_product(after, page.product.version),
                record_product(ProductUpdated, after, request.log.correlation_id, shop),
            ]
        )
    except ConditionFailed as error:
        if len(removed) in error.positions:
            raise changing.product_changed() from error
        return False
    return True


def _archive(page: ProductPage, after: Product, variant: Variant, request: Request[Any, Any], shop: Shop) -> None:
    """Keep a variant aside as it was. Raises ProductChanged."""
    details = page.details_of(variant)
    beside: list[Write] = [writes.delete_details(details.variant_id), writes.put_archived(details, variant)]
    changing.commit(page.product, after, beside, request, shop)


def _terms(product: Product) -> Terms:
    return Terms(product.product_id, product.options, product.currency)


def _wanted(option: OptionFields) -> WantedOption:
    values = [WantedValue(each.value, each.value_id) for each in option.values]
    return WantedOption(option.name, values, option.option_id, option.initial)
