from __future__ import annotations

from typing import Any

import pytest

from tradewind_tools.exports.cloudformation import template as cloudformation
from tradewind_tools.exports.cloudformation.names import StageNames
from tradewind_tools.exports.errors import PathTooDeep
from tradewind_tools.exports.terraform.api import api
from tradewind_tools.exports.terraform.template_facts import TemplateFacts

DEEP = "/a/b/c/d/e/f/g"


def with_path(path: str) -> dict[str, Any]:
    made = cloudformation.template("dev", cloudformation.Code("bucket", "key"))
    parent: Any = {"Fn::GetAtt": ["Api", "RootResourceId"]}
    for part in path.strip("/").split("/"):
        properties = {"RestApiId": {"Ref": "Api"}, "ParentId": parent, "PathPart": part}
        made["Resources"][f"Deep{part}"] = {"Type": "AWS::ApiGateway::Resource", "Properties": properties}
        parent = {"Ref": f"Deep{part}"}
    return made


def test_path_with_more_segments_than_the_module_has_levels_is_refused() -> None:
    with pytest.raises(PathTooDeep, match=DEEP):
        api(TemplateFacts(with_path(DEEP), StageNames("dev")))


def test_path_with_as_many_segments_as_the_module_has_levels_is_exported() -> None:
    made = api(TemplateFacts(with_path(DEEP.removesuffix("/g")), StageNames("dev")))
    assert made["paths"]["6"] == {"/a/b/c/d/e/f": {"parent": "/a/b/c/d/e", "part": "f"}}
