from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from tradewind.aws.stream import DynamoStream, FailedBatch, RecordsGone

FIRST = 10**20 + 1
STREAM = "arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/s"
BATCH = FailedBatch(STREAM, "shardId-00000000000000000001", str(FIRST), str(FIRST + 2))
BEGIN = {
    "StreamArn": BATCH.stream_arn,
    "ShardId": BATCH.shard_id,
    "ShardIteratorType": "AT_SEQUENCE_NUMBER",
    "SequenceNumber": BATCH.start_sequence_number,
}


class TestDynamoStream:
    @pytest.fixture
    def stubbed(self, boto_session: boto3.Session) -> Stubber:
        return Stubber(boto_session.client("dynamodbstreams"))

    @staticmethod
    def records(*positions: int) -> list[dict[str, Any]]:
        return [{"eventName": "INSERT", "dynamodb": {"SequenceNumber": str(position)}} for position in positions]

    def test_records_are_read_from_the_first_to_the_last_of_the_batch(self, stubbed: Stubber) -> None:
        stubbed.add_response("get_shard_iterator", {"ShardIterator": "one"}, BEGIN)
        stubbed.add_response("get_records", {"Records": [], "NextShardIterator": "two"}, {"ShardIterator": "one"})
        page = {"Records": self.records(FIRST, FIRST + 1), "NextShardIterator": "three"}
        stubbed.add_response("get_records", page, {"ShardIterator": "two"})
        stubbed.add_response("get_records", {"Records": self.records(FIRST + 3)}, {"ShardIterator": "three"})
        with stubbed:
            found = DynamoStream(stubbed.client).records(BATCH)
        assert [each["dynamodb"]["SequenceNumber"] for each in found] == [str(FIRST), str(FIRST + 1)]
        stubbed.assert_no_pending_responses()

    def test_a_stream_that_has_forgotten_them_says_so(self, stubbed: Stubber) -> None:
        stubbed.add_client_error("get_shard_iterator", "TrimmedDataAccessException")
        with stubbed, pytest.raises(RecordsGone):
            DynamoStream(stubbed.client).records(BATCH)

    def test_a_shard_that_ends_without_them_says_so(self, stubbed: Stubber) -> None:
        stubbed.add_response("get_shard_iterator", {"ShardIterator": "one"})
        stubbed.add_response("get_records", {"Records": []})
        with stubbed, pytest.raises(RecordsGone):
            DynamoStream(stubbed.client).records(BATCH)
