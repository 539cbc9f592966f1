from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import pytest
from jsonschema import Draft4Validator
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


def test_model_has_no_references() -> None:
    model = schemas.model(Box)
    Draft4Validator.check_schema(model)
    assert model["$schema"] == schemas.DRAFT_4
    assert model["properties"]["sizes"]["items"] in model["properties"]["lid"]["anyOf"]


def test_model_uses_only_keywords_of_draft_4() -> None:
    size = schemas.model(Size)
    assert size["properties"] == {
        "width": {"type": "number", "minimum": 0, "exclusiveMinimum": True},
        "kind": {"enum": ["inner"]},
    }
    assert "propertyNames" not in schemas.model(Box)["properties"]["names"]


def test_model_refuses_what_the_type_refuses() -> None:
    validator = Draft4Validator(schemas.model(Box))
    assert validator.is_valid({"sizes": [{"width": 1.5}], "lid": None})
    assert not validator.is_valid({"sizes": []})
    assert not validator.is_valid({"sizes": [{"width": 0}]})
    assert not validator.is_valid({"sizes": [{"width": 1}], "lid": {}})


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
    assert schemas.model(Box)["properties"]["made_at"] == {"anyOf": [{"type": "string"}, {"type": "null"}]}


def test_schema_is_named_without_the_view_of_its_class() -> None:
    found, components = schemas.components([LampView, Page[LampView]])
    assert found == [{"$ref": "#/components/schemas/Lamp"}, {"$ref": "#/components/schemas/LampList"}]
    assert components["Lamp"]["title"] == "Lamp"
    assert components["LampList"]["properties"]["items"]["items"] == {"$ref": "#/components/schemas/Lamp"}
    assert schemas.model(LampView)["title"] == "Lamp"


def test_two_types_with_one_schema_name_are_refused() -> None:
    with pytest.raises(schemas.SchemaNameTaken, match="Lamp and LampView would both be the schema Lamp"):
        schemas.components([Lamp, LampView])
