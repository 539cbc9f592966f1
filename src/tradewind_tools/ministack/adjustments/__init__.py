"""Adjustments that make MiniStack behave more like AWS, or faster: each is small, with its reason and its test.

They replace parts of MiniStack 1.5.33, which is pinned; the tests fail when another version needs them differently.
"""

from __future__ import annotations

from tradewind_tools.ministack.adjustments import (
    api,
    event_sources,
    executions,
    function_logs,
    mail,
    nested_stacks,
    queries,
    restarts,
    secrets,
    streams,
    tables,
    templates,
    workers,
)


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
        ses_v2,
        sqs,
        stepfunctions,
    )
    from ministack.services.cloudformation import _stacks, engine, handlers, provisioners  # noqa: PLC0415 - the same
    from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS  # noqa: PLC0415 - the same

    restarts.disable_saving(app)
    executions.skip_first_sleep(stepfunctions)
    executions.name_throttled_calls(stepfunctions)
    executions.pause_as_retriers_say(stepfunctions)
    executions.end_express_runs(stepfunctions)
    function_logs.mark_log_ends(lambda_runtime)
    workers.start_workers_without_botocore(lambda_runtime)
    workers.limit_workers(lambda_svc)
    workers.limit_parallel_starts(lambda_runtime)
    workers.keep_other_workers(lambda_runtime)
    workers.report_error_classes(lambda_svc, lambda_runtime)
    function_logs.separate_log_groups(lambda_svc)
    function_logs.extract_embedded_metrics(lambda_svc, cloudwatch)
    event_sources.convert_concurrency(_RESOURCE_HANDLERS)
    api.keep_request_validators(_RESOURCE_HANDLERS, apigateway_v1)
    api.use_one_request_id(apigateway_v1)
    nested_stacks.keep_attributes(provisioners, _stacks)
    templates.take_the_whole_shop(engine)
    templates.name_a_missing_stack(handlers)
    tables.keep_expiry_and_backups(_RESOURCE_HANDLERS, dynamodb)
    queries.keep_indexes_in_order(dynamodb)
    streams.forget_consumed_stream_records(lambda_svc, dynamodb)
    streams.replay_unread_stream_records(lambda_svc, dynamodb)
    restarts.redeliver_received_messages(sqs)
    restarts.keep_sent_mails(ses)
    mail.publish_events_of_configuration_sets(ses, ses_v2)
    secrets.keep_custom_stages(secretsmanager)
