"""Several queries at the same time, for a request that would otherwise wait for one after the other."""

from __future__ import annotations

from collections.abc import Sequence

from tradewind.aws.table import Query, QueryResult, Table


def query_at_once(table: Table, queries: Sequence[Query]) -> list[QueryResult]:
    """The first page of each, in their order. Raises what one of them raised."""
    from threading import Thread  # noqa: PLC0415 - whoever asks one thing at a time needs none

    results: list[QueryResult] = [QueryResult([], None)] * len(queries)
    faults: list[Exception] = []

    def ask(position: int) -> None:
        try:
            results[position] = table.query(queries[position])
        except Exception as fault:  # noqa: BLE001 - raised again where somebody hears of it
            faults.append(fault)

    threads = [Thread(target=ask, args=(position,)) for position in range(len(queries))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return results
