"""`./dev import …`, `./dev download` and `./dev replay …`."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from tradewind.kernel.money import MINOR_DIGITS
from tradewind_tools.data.amounts import DecimalMark
from tradewind_tools.data.catalogue import Catalogue
from tradewind_tools.data.csv_rows import distinct_files
from tradewind_tools.data.dates import DateOrder
from tradewind_tools.data.errors import DataError, UnknownCurrencyError
from tradewind_tools.data.exporting import write_products
from tradewind_tools.data.import_report import ImportReport
from tradewind_tools.data.importing import Importer, ImportResult
from tradewind_tools.data.journal import open_journal
from tradewind_tools.data.online_retail import RetailOptions, read_sales
from tradewind_tools.data.online_retail_products import read_products
from tradewind_tools.data.product_import import ImportRules
from tradewind_tools.data.progress import progress
from tradewind_tools.data.replay import Replay
from tradewind_tools.data.replay_report import ReplayReport
from tradewind_tools.data.shop import ShopClient
from tradewind_tools.data.shopify import ShopifyOptions, read_shopify
from tradewind_tools.data.state import credentials, shop_url
from tradewind_tools.data.transport import Transport
from tradewind_tools.localcloud.state import StateFolder
from tradewind_tools.options import in_a_folder

import_app = typer.Typer(help="Bring a catalogue into the shop.", no_args_is_help=True)
replay_app = typer.Typer(help="Place historical invoices as orders.", no_args_is_help=True)

_FAILED = 1
_INTERRUPTED = 130

Files = Annotated[list[Path], typer.Argument(metavar="FILE", help="CSV files.", show_default=False)]
Url = Annotated[str | None, typer.Option(envvar="TRADEWIND_URL", help="The shop. Default: the one running here.")]
Email = Annotated[str | None, typer.Option(envvar="TRADEWIND_EMAIL", help="An administrator. Default: the local one.")]
Password = Annotated[str | None, typer.Option(envvar="TRADEWIND_PASSWORD", help="The administrator's password.")]
Parallel = Annotated[int, typer.Option(min=1, max=64, help="How many requests at a time.")]
Report = Annotated[
    Path | None,
    typer.Option(
        dir_okay=False, callback=in_a_folder, help="Write the whole report here, as JSON. Default: in the state folder."
    ),
]
Encoding = Annotated[str | None, typer.Option(help="The files' encoding. Default: found out.", show_default=False)]
Currency = Annotated[str | None, typer.Option(help="The currency of the prices. Default: the shop's own.")]
Decimal = Annotated[
    DecimalMark | None, typer.Option(help="What parts decimals in the files' numbers. Default: found out.")
]
Dates = Annotated[DateOrder | None, typer.Option(help="How the files' dates begin. Default: found out.")]
StockUnsaid = Annotated[
    int | None, typer.Option("--stock", min=0, help="On hand where stock is tracked and no quantity given.")
]
Stall = Annotated[float, typer.Option(min=1, help="Give up on pending orders when none moved for these seconds.")]
SetStock = Annotated[bool, typer.Option("--set-stock", help="Overwrite the stock of what is there already.")]
RetireMissing = Annotated[
    bool, typer.Option("--retire-missing", help="Take variants off sale that the files' products do not have any more.")
]
StockEach = Annotated[int | None, typer.Option("--stock", min=0, help="On hand of each new product.")]


@import_app.callback()
def _import() -> None:
    """Bring a catalogue into the shop. Importing twice changes nothing."""


@import_app.command("shopify")
def import_shopify(  # noqa: PLR0913 (a command's options are its arguments)
    files: Files,
    *,
    url: Url = None,
    email: Email = None,
    password: Password = None,
    currency: Currency = None,
    stock: StockUnsaid = None,
    decimal: Decimal = None,
    parallel: Parallel = 8,
    set_stock: SetStock = False,
    retire_missing: RetireMissing = False,
    report: Report = None,
    encoding: Encoding = None,
) -> None:
    """Import product exports in Shopify's CSV format."""
    distinct = distinct_files(files)
    with open_shop(url, email, password) as shop:
        options = ShopifyOptions(_known(currency) if currency else shop.currency(), encoding, stock, decimal)
        catalogue = read_shopify(distinct, options)
        rules = ImportRules(sets_stock=set_stock, retires_missing=retire_missing)
        _bring_in(distinct, catalogue, Importer(shop, rules, workers=parallel), report)


@import_app.command("online-retail")
def import_online_retail(  # noqa: PLR0913 (a command's options are its arguments)
    files: Files,
    *,
    url: Url = None,
    email: Email = None,
    password: Password = None,
    stock: StockEach = None,
    decimal: Decimal = None,
    dates: Dates = None,
    parallel: Parallel = 8,
    set_stock: SetStock = False,
    report: Report = None,
    encoding: Encoding = None,
) -> None:
    """Import the products of UCI Online Retail invoices, with enough stock to replay them. Prices in GBP."""
    distinct = distinct_files(files)
    catalogue = read_products(distinct, RetailOptions(encoding, decimal, dates), stock)
    with open_shop(url, email, password) as shop:
        importer = Importer(shop, ImportRules(sets_stock=set_stock), workers=parallel)
        _bring_in(distinct, catalogue, importer, report)


@replay_app.callback()
def _replay() -> None:
    """Place historical invoices as orders, and check that everything adds up. Replaying twice places nothing twice."""


@replay_app.command("online-retail")
def replay_online_retail(  # noqa: PLR0913 (a command's options are its arguments)
    files: Files,
    *,
    url: Url = None,
    email: Email = None,
    password: Password = None,
    parallel: Parallel = 8,
    stall: Stall = 120,
    decimal: Decimal = None,
    dates: Dates = None,
    report: Report = None,
    encoding: Encoding = None,
) -> None:
    """Replay UCI Online Retail invoices; import the products of the same files first."""
    distinct = distinct_files(files)
    sales = read_sales(distinct, RetailOptions(encoding, decimal, dates))
    with open_shop(url, email, password) as shop, open_journal(_journals(), shop.url) as journal:
        _run(distinct, Replay(shop, sales, journal, workers=parallel, stall_seconds=stall), report)


def download(
    file: Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False, callback=in_a_folder, help="A CSV file.")],
    *,
    url: Url = None,
    email: Email = None,
    password: Password = None,
    parallel: Parallel = 8,
) -> None:
    """Write the products on sale as a CSV file for `./dev import shopify`; others are in no list."""
    with open_shop(url, email, password) as shop:
        products = list(shop.list_products())
        with progress("products", len(products)) as advance:
            written = write_products(shop, products, file, advance, parallel)
    _say(f"wrote {written.products} products with {written.variants} variants into {file}")


@contextmanager
def open_shop(url: str | None, email: str | None, password: str | None) -> Iterator[ShopClient]:
    """Log in to the shop asked for. Raises DataError."""
    folder = StateFolder.of_project()
    transport = Transport(shop_url(url, folder))
    try:
        transport.reach()
        shop = ShopClient(transport, credentials(email, password, folder), wait=time.sleep)
        shop.log_in()
        yield shop
    finally:
        transport.close()


def _bring_in(files: Sequence[Path], catalogue: Catalogue, importer: Importer, report: Path | None) -> None:
    result = ImportResult(catalogue)
    try:
        with progress("products", len(catalogue.drafts)) as advance:
            importer.bring_in(result, advance)
    except KeyboardInterrupt:
        raise typer.Exit(_INTERRUPTED) from None
    finally:
        _show_report(ImportReport.of(files, result), report or _default_report("import"))
        if not result.complete:
            _say(f"stopped after {result.products_done} of {len(catalogue.drafts)} products; run it again to go on")
    if not catalogue.on_sale:
        _say("nothing is on sale: the report says why")
    if not result.is_success:
        raise typer.Exit(_FAILED)


def _run(files: Sequence[Path], replay: Replay, report: Path | None) -> None:
    try:
        reconciliation = replay.run()
    except (KeyboardInterrupt, DataError) as stop:
        _say(f"stopped with {_orders_so_far(replay)}; run it again to go on")
        if isinstance(stop, DataError):
            raise
        raise typer.Exit(_INTERRUPTED) from None
    _show_report(ReplayReport.of(files, replay, reconciliation), report or _default_report("replay"))
    if not reconciliation.reconciles:
        raise typer.Exit(_FAILED)


def _orders_so_far(replay: Replay) -> str:
    there = sum(invoice.number in replay.journal.orders for invoice in replay.sales.invoices)
    return f"{there} of {len(replay.sales.invoices)} invoices placed ({len(replay.placed_now)} of them now)"


def _show_report(report: ImportReport | ReplayReport, file: Path) -> None:
    report.show(Console())
    report.write(file)
    _say(f"the whole report, line by line: {file}")


def _default_report(command: str) -> Path:
    folder = StateFolder.of_project().path / "reports"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{command}.json"


def _known(currency: str) -> str:
    """Raises UnknownCurrencyError."""
    if currency.upper() not in MINOR_DIGITS:
        raise UnknownCurrencyError(f"'{currency}' is no currency in use; say its ISO 4217 code, such as GBP")
    return currency.upper()


def _say(line: str) -> None:
    Console(stderr=True, highlight=False, markup=False, soft_wrap=True).print(line)


def _journals() -> Path:
    return StateFolder.of_project().path / "replay"
