from __future__ import annotations

from typing import Any

import pytest

from tradewind_tools.exports.cloudformation import template as cloudformation
from tradewind_tools.exports.cloudformation.names import Stage
from tradewind_tools.exports.terraform.api import PathTooDeep, api
from tradewind_tools.exports.terraform.stack import Stack

DEEP = "/a/b/c/d/e/f/g"


def with_path(path: str) -> dict[str, Any]:
    made = cloudformation.template("dev", cloudformation.Code("bucket", "key"))
    parent: Any = {"Fn::GetAtt": ["Api", "RootResourceId"]}
    for part in path.strip("/").split("/"):
        properties = {"RestApiId": {"Ref": "Api"}, "ParentId": parent, "PathPart": part}
        made["Resources"][f"Deep{part}"] = {"Type": "AWS::ApiGateway::Resource", "Properties": properties}
        parent = {"Ref": f"Deep{part}"}
    return made


def test_a_path_deeper_than_the_module_is_refused() -> None:
    with pytest.raises(PathTooDeep, match=DEEP):
        api(Stack(with_path(DEEP), Stage("dev")))


def test_a_path_as_deep_as_the_module_is_told() -> None:
    made = api(Stack(with_path(DEEP.removesuffix("/g")), Stage("dev")))
    assert made["paths"]["6"] == {"/a/b/c/d/e/f": {"parent": "/a/b/c/d/e", "part": "f"}}
