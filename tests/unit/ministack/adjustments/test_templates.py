from __future__ import annotations

import pytest
from ministack.services.cloudformation import engine

from tradewind_tools.blueprint import limits
from tradewind_tools.ministack.adjustments import templates


def template(resources: int) -> dict[str, object]:
    return {"Resources": {f"Topic{number}": {"Type": "AWS::SNS::Topic"} for number in range(resources)}}


def test_shop_is_taken_whole_though_aws_wants_it_in_nested_stacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_SECTION_QUOTAS", engine._SECTION_QUOTAS)
    templates.take_the_whole_shop(engine)
    engine._validate_template_limits(template(limits.STACK_RESOURCES + 1))
    with pytest.raises(ValueError, match="Number of resources"):
        engine._validate_template_limits(template(templates.RESOURCES + 1))
