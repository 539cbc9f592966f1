"""Where MiniStack is made to behave more like AWS, or faster: each adjustment small, with its reason and its test.

They reach into MiniStack 1.5.33, which is pinned; the tests tell when another version needs them differently.
"""

from __future__ import annotations

from tradewind_tools.ministack.adjustments import api, executions, function_logs, restarts, secrets, streams, workers


def apply() -> None:
    """Make every adjustment. Call once, before the first request."""
    from ministack import app  # noqa: PLC0415 - reads its settings from the environment when imported
    from ministack.core import lambda_runtime  # noqa: PLC0415 - the same
    from ministack.services import (  # noqa: PLC0415 - the same
        apigateway_v1,
        cloudwatch,
        dynamodb,
        lambda_svc,
        secretsmanager,
        ses,
        sqs,
        stepfunctions,
    )
    from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS  # noqa: PLC0415 - the same

    restarts.leave_saving_to_us(app)
    executions.start_executions_at_once(stepfunctions)
    executions.run_few_executions_together(stepfunctions)
    function_logs.read_logs_to_their_end(lambda_runtime)
    workers.start_workers_lightly(lambda_runtime)
    workers.let_calls_queue_for_workers(lambda_svc)
    workers.start_few_workers_at_once(lambda_runtime)
    workers.lose_only_the_worker_that_died(lambda_runtime)
    workers.name_raised_errors(lambda_svc, lambda_runtime)
    function_logs.log_each_function_by_itself(lambda_svc)
    function_logs.extract_embedded_metrics(lambda_svc, cloudwatch)
    api.keep_request_validators(_RESOURCE_HANDLERS, apigateway_v1)
    api.use_one_request_id(apigateway_v1)
    streams.forget_consumed_stream_records(lambda_svc, dynamodb)
    streams.replay_unread_stream_records(lambda_svc, dynamodb)
    restarts.deliver_at_once_what_was_in_hand(sqs)
    restarts.keep_sent_mails(ses)
    secrets.keep_labels_of_ones_own(secretsmanager)
