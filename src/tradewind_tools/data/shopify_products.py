"""What an export says of a product as a whole: title, description, category, tags, picture, whether it is for sale."""

from __future__ import annotations

from collections.abc import Iterator

from tradewind_tools.data.catalogue import CATEGORY_LENGTH, DESCRIPTION_LENGTH, MAX_TAGS, NAME_LENGTH, WORD_LENGTH
from tradewind_tools.data.fitting import Note, fit_address, fit_line, fit_paragraphs
from tradewind_tools.data.flags import read_flag
from tradewind_tools.data.messages import ProductFields
from tradewind_tools.data.plain_text import plain_text
from tradewind_tools.data.remarks import UnusableValueError
from tradewind_tools.data.shopify_rows import OPTION_NUMBERS, ProductRows

UNCATEGORISED = "uncategorised"
_NO_CATEGORY = frozenset({"uncategorized", "uncategorised"})
"""The taxonomy's own name for goods without a category."""
_STATUSES = {"active": True, "draft": False, "archived": False, "unlisted": False}
_DIFFERS = "differs from row to row: the most usual is taken, of states the one off sale"
_NO_TEXT = "description in which there is no text: not read"
_EXCERPT = 60
_SHARED_COLUMNS = (
    *("title", "body", "vendor", "type", "category", "tags", "published", "status"),
    *(f"option{n}_name" for n in OPTION_NUMBERS),
)


def read_product_fields(product: ProductRows, note: Note) -> ProductFields:
    """Read what the rows of a product say of all its variants.

    Raises UnusableValueError when it has no title, or does not say in known words whether it is for sale.
    """
    for column in _SHARED_COLUMNS:
        if len(product.values(column)) > 1:
            note(f"{column.replace('_', ' ')} {_DIFFERS}", ", ".join(product.values(column))[:_EXCERPT])
    title = fit_line("title", product.value("title"), NAME_LENGTH, note)
    if not title:
        raise UnusableValueError("no title", product.handle)
    return ProductFields(
        name=title,
        category=_category(product, note),
        currency=product.rows[0].reading.currency,
        description=_description(product, note) or None,
        is_active=_is_active(product, note),
        image_url=_picture(product, note),
        vendor=fit_line("vendor", product.value("vendor"), WORD_LENGTH, note) or None,
        tags=_tags(product, note) or None,
    )


def _description(product: ProductRows, note: Note) -> str:
    if own := product.value("own_description"):
        return fit_paragraphs("description", own, DESCRIPTION_LENGTH, note)
    body = product.value("body")
    html = fit_paragraphs("description", body, len(body), note)
    text = plain_text(html)
    if html and not text:
        note(_NO_TEXT, html[:_EXCERPT])
    elif "<" in html or "&" in html:
        note("description: HTML taken as plain text", f"{len(html)} characters")
    return fit_paragraphs("description", text, DESCRIPTION_LENGTH, note)


def _category(product: ProductRows, note: Note) -> str:
    """The narrowest name of the product category, else the type; a bare number of the taxonomy names nothing."""
    if own := product.value("own_category"):
        return fit_line("category", own, CATEGORY_LENGTH, note)
    narrowest = product.value("category").rpartition(">")[2].strip()
    for candidate in (narrowest, product.value("type")):
        name = fit_line("category", candidate, CATEGORY_LENGTH, note)
        if name and not name.isdigit() and name.casefold() not in _NO_CATEGORY:
            return name
    return UNCATEGORISED


def _tags(product: ProductRows, note: Note) -> tuple[str, ...]:
    own = product.value("own_tags")
    said = own.splitlines() if own else product.value("tags").split(",")
    fitted = (fit_line("tag", tag, WORD_LENGTH, note) for tag in said)
    tags = tuple(dict.fromkeys(filter(None, fitted)))
    if len(tags) > MAX_TAGS:
        note(f"tags beyond {MAX_TAGS}: not read", ", ".join(tags[MAX_TAGS:]))
    return tags[:MAX_TAGS]


def _is_active(product: ProductRows, note: Note) -> bool:
    """A product is for sale when it is published and its status is active; an empty field says so, too."""
    flags = list(_published(product))
    statuses = [text.casefold() for text in product.values("status")]
    if unknown := [text for text in statuses if text not in _STATUSES]:
        raise UnusableValueError("status that is not known", f"{product.handle}: {unknown[0]}")
    if "unlisted" in statuses:
        note("unlisted: not put on sale, since this shop lists what it sells", "")
    return all(flags) and all(_STATUSES[text] for text in statuses)


def _published(product: ProductRows) -> Iterator[bool]:
    for text in product.values("published"):
        flag = read_flag(text)
        if flag is None:
            raise UnusableValueError("published: neither yes nor no", f"{product.handle}: {text}")
        yield flag


def _picture(product: ProductRows, note: Note) -> str | None:
    return fit_address(product.pictures[0]["image"], note) if product.pictures else None
