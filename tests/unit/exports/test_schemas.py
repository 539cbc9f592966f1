from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import pytest
from msgspec import Meta, Struct

from tradewind.edge.paging import Page
from tradewind_tools.exports import schemas


class Size(Struct):
    width: Annotated[float, Meta(gt=0)]
    kind: Literal["inner"] = "inner"


class Box(Struct):
    """A box of sizes.

    With a lid, or without.
    """

    sizes: Annotated[list[Size], Meta(min_length=1)]
    names: dict[Annotated[str, Meta(max_length=3)], str] = {}
    lid: Size | None = None
    made_at: datetime | None = None


class LampView(Struct):
    is_lit: bool


class Lamp(Struct):
    colour: str


def test_components_are_shared() -> None:
    found, components = schemas.components([Box, Size])
    assert found == [{"$ref": "#/components/schemas/Box"}, {"$ref": "#/components/schemas/Size"}]
    assert components["Box"]["properties"]["sizes"]["items"] == {"$ref": "#/components/schemas/Size"}


def test_description_has_no_indentation_of_the_source() -> None:
    _, components = schemas.components([Box])
    assert components["Box"]["description"] == "A box of sizes.\n\nWith a lid, or without."


def test_datetime_has_its_format() -> None:
    _, components = schemas.components([list[Box]])
    assert {"type": "string", "format": "date-time"} in components["Box"]["properties"]["made_at"]["anyOf"]


def test_schema_is_named_without_the_view_of_its_class() -> None:
    found, components = schemas.components([LampView, Page[LampView]])
    assert found == [{"$ref": "#/components/schemas/Lamp"}, {"$ref": "#/components/schemas/LampList"}]
    assert components["Lamp"]["title"] == "Lamp"
    assert components["LampList"]["properties"]["items"]["items"] == {"$ref": "#/components/schemas/Lamp"}


def test_two_types_with_one_schema_name_are_refused() -> None:
    with pytest.raises(schemas.SchemaNameTaken, match="Lamp and LampView would both be the schema Lamp"):
        schemas.components([Lamp, LampView])
