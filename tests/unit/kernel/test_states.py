from __future__ import annotations

from enum import StrEnum

import pytest

from tradewind.kernel.states import StateTable


class Parcel(StrEnum):
    PACKED = "packed"
    SENT = "sent"
    DELIVERED = "delivered"
    LOST = "lost"


TABLE = StateTable(
    "parcel",
    first=Parcel.PACKED,
    transitions={
        Parcel.PACKED: (Parcel.SENT,),
        Parcel.SENT: (Parcel.DELIVERED, Parcel.LOST),
        Parcel.DELIVERED: (),
        Parcel.LOST: (Parcel.DELIVERED,),
    },
)


@pytest.mark.parametrize(
    ("target", "sources"),
    [
        (Parcel.PACKED, ()),
        (Parcel.SENT, (Parcel.PACKED,)),
        (Parcel.DELIVERED, (Parcel.SENT, Parcel.LOST)),
    ],
)
def test_sources_of_a_state(target: Parcel, sources: tuple[Parcel, ...]) -> None:
    assert TABLE.sources(target) == sources


@pytest.mark.parametrize("state", Parcel)
@pytest.mark.parametrize("target", Parcel)
def test_allowed_is_what_the_table_says_and_to_stay(state: Parcel, target: Parcel) -> None:
    assert TABLE.allows(state, target) is (state is target or state in TABLE.sources(target))


def test_final_is_what_leads_nowhere() -> None:
    assert [state for state in Parcel if TABLE.is_final(state)] == [Parcel.DELIVERED]
