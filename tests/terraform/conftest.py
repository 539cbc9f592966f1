from __future__ import annotations

from collections.abc import Iterator

import pytest

from tradewind_tools.deployment.errors import ProviderMissing, TerraformMissing
from tradewind_tools.deployment.local import LocalStage
from tradewind_tools.localcloud.cloud import LocalCloud


@pytest.fixture(scope="session")
def cloud() -> Iterator[LocalCloud]:
    with LocalCloud() as cloud:
        yield cloud


@pytest.fixture(scope="session")
def applied(cloud: LocalCloud, tmp_path_factory: pytest.TempPathFactory) -> LocalStage:
    """The whole shop as Terraform makes it, in `cloud`."""
    stage = LocalStage(cloud, tmp_path_factory.mktemp("terraform"))
    try:
        stage.prepare()
    except (TerraformMissing, ProviderMissing) as reason:
        pytest.skip(str(reason))
    stage.terraform.apply()
    return stage
