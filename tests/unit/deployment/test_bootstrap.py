"""The state's bucket, where the local cloud knows one account and one region: as AWS answers."""

from __future__ import annotations

import boto3
import pytest
from botocore.stub import Stubber
from tests.unit.deployment.fake_stage import STAGE

from tradewind_tools.deployment.bootstrap import make_state_bucket
from tradewind_tools.deployment.errors import BucketTaken


@pytest.mark.parametrize(
    ("status", "why"), [(403, "belongs to another account"), (301, "is in another region than the stage")]
)
def test_bucket_of_another_account_is_not_touched(status: int, why: str) -> None:
    s3 = boto3.Session("key", "secret", region_name=STAGE.place.region).client("s3")
    with Stubber(s3) as aws:
        aws.add_client_error("head_bucket", service_error_code=str(status), http_status_code=status)
        with pytest.raises(BucketTaken, match=rf"{why}.*choose another as state_bucket"):
            make_state_bucket(s3, STAGE)
        aws.assert_no_pending_responses()
