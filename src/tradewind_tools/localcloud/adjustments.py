"""Where MiniStack is made to behave more like AWS, or faster: each adjustment small, with its reason and its test.

They reach into MiniStack 1.5.33, which is pinned; the tests tell when another version needs them differently.
"""

from __future__ import annotations

import json
import os
import re
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from functools import partial
from pathlib import Path
from queue import Empty, Queue
from types import ModuleType, SimpleNamespace
from typing import Any

from tradewind_tools.localcloud.embedded_metrics import figures
from tradewind_tools.localcloud.saver import STREAMS
from tradewind_tools.localcloud.violations import violations

CORES = os.cpu_count() or 1
WORKERS_PER_FUNCTION = max(3, min(CORES, 8))
QUEUE_LOOK_SECONDS = 0.5
EXECUTIONS_AT_ONCE = 16
INTERRUPTED_AT_ONCE = 4
LOG_END = "\x1eend of this invocation's log"
LOG_END_SECONDS = 1.0


def apply() -> None:
    """Make every adjustment. Call once, before the first request."""
    from ministack import app  # noqa: PLC0415 - reads its settings from the environment when imported
    from ministack.core import lambda_runtime  # noqa: PLC0415 - the same
    from ministack.services import (  # noqa: PLC0415 - the same
        apigateway_v1,
        cloudwatch,
        dynamodb,
        lambda_svc,
        ses,
        sqs,
        stepfunctions,
    )
    from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS  # noqa: PLC0415 - the same

    leave_saving_to_us(app)
    start_executions_at_once(stepfunctions)
    run_few_executions_together(stepfunctions)
    read_logs_to_their_end(lambda_runtime)
    start_workers_lightly(lambda_runtime)
    let_calls_queue_for_workers(lambda_svc)
    start_few_workers_at_once(lambda_runtime)
    lose_only_the_worker_that_died(lambda_runtime)
    name_raised_errors(lambda_svc, lambda_runtime)
    log_each_function_by_itself(lambda_svc)
    extract_embedded_metrics(lambda_svc, cloudwatch)
    keep_request_validators(_RESOURCE_HANDLERS, apigateway_v1)
    tell_all_violations(apigateway_v1)
    use_one_request_id(apigateway_v1)
    forget_consumed_stream_records(lambda_svc, dynamodb)
    replay_unread_stream_records(lambda_svc, dynamodb)
    deliver_at_once_what_was_in_hand(sqs)
    keep_sent_mails(ses)


def run_interrupted_executions() -> None:
    """Run what a stop or a crash interrupted, from the start: on AWS an execution outlives any machine.

    MiniStack declares them failed when it restores them. Call when the server answers; our workflows are re-entrant.
    """
    from ministack.services import stepfunctions  # noqa: PLC0415 - reads its settings from the environment when imported

    executions = list(stepfunctions._executions._data.values())  # noqa: SLF001 - no API starts one again
    interrupted = [execution for execution in executions if execution.get("error") == "States.ServiceRestart"]
    for execution in interrupted:
        execution.update(status="RUNNING", stopDate=None, error=None, cause=None, events=execution["events"][:1])
    for part in range(INTERRUPTED_AT_ONCE):
        arns = [execution["executionArn"] for execution in interrupted[part::INTERRUPTED_AT_ONCE]]
        threading.Thread(target=_run_in_turn, args=(stepfunctions, arns), daemon=True).start()


def _run_in_turn(stepfunctions: ModuleType, arns: list[str]) -> None:
    for arn in arns:
        stepfunctions._run_execution(arn)  # noqa: SLF001


def stop_workers() -> None:
    """End the functions' worker processes: MiniStack leaves them to notice by themselves."""
    from ministack.core import lambda_runtime  # noqa: PLC0415 - reads its settings from the environment when imported

    lambda_runtime.reset()


def leave_saving_to_us(app: ModuleType) -> None:
    """MiniStack saves when it stops in order, file by file; our snapshots are whole, and survive a crash."""
    app.save_all = lambda _services: None  # type: ignore[attr-defined]


def start_executions_at_once(stepfunctions: ModuleType) -> None:
    """Every execution begins with a sleep of 0.15 s, which makes an order take twice as long. Others stay."""
    stepfunctions.time = _time_with_sleep(_sleep_unless(0.15))  # type: ignore[attr-defined]


def run_few_executions_together(stepfunctions: ModuleType) -> None:
    """A burst runs as many executions as there are events, all waiting for the workers of the same few steps.

    Those steps would then run out of time while they only wait. Executions wait for their turn to begin instead.
    """
    run = stepfunctions._run_execution  # noqa: SLF001
    turns = threading.BoundedSemaphore(EXECUTIONS_AT_ONCE)

    def run_in_turn(arn: str) -> None:
        with turns:
            run(arn)

    stepfunctions._run_execution = run_in_turn  # type: ignore[attr-defined] # noqa: SLF001


def read_logs_to_their_end(lambda_runtime: ModuleType) -> None:
    """MiniStack guesses from a pause that an invocation's log has ended: a busy machine loses lines, a silent
    function costs 50 ms. Our workers say where it ends; one that was killed cannot, and is waited for a moment.
    """
    script: str = lambda_runtime._PYTHON_WORKER_SCRIPT  # noqa: SLF001
    answered = "        _real_stdout.flush()\n\nrun()"
    said = f"        sys.stderr.write({LOG_END + chr(10)!r})\n        sys.stderr.flush()\n"
    lambda_runtime._PYTHON_WORKER_SCRIPT = script.replace(answered, said + answered)  # type: ignore[attr-defined] # noqa: SLF001
    guess = lambda_runtime.Worker._drain_stderr_bounded  # noqa: SLF001

    def read_to_the_end(self: Any, *waits: float, **named: float) -> str:  # noqa: ANN401 - MiniStack's
        if not self.config.get("Runtime", "").startswith("python"):
            return str(guess(self, *waits, **named))
        return "\n".join(lines_until_end(self._stderr_queue))

    lambda_runtime.Worker._drain_stderr_bounded = read_to_the_end  # noqa: SLF001


def start_workers_lightly(lambda_runtime: ModuleType) -> None:
    """Each Python worker imports botocore to count how deep functions call functions: 0.1 s and 15 MB a worker.

    None of ours calls another synchronously, and a function that needs botocore still imports it.
    """
    script: str = lambda_runtime._PYTHON_WORKER_SCRIPT  # noqa: SLF001
    lambda_runtime._PYTHON_WORKER_SCRIPT = script.replace("\n    _ms_install_invoke_depth()\n", "\n")  # type: ignore[attr-defined] # noqa: SLF001


def let_calls_queue_for_workers(lambda_svc: ModuleType) -> None:
    """A burst starts a process for each parallel call: a hundred orders at once would take gigabytes, and stall.

    Calls wait for one of the function's few workers instead. No wait is for ever: a worker is let go at the latest when
    the function's time is up, even one whose function waits for itself.
    """
    acquire, release = lambda_svc.acquire_worker, lambda_svc.release_worker
    free: defaultdict[str, threading.Condition] = defaultdict(threading.Condition)

    def acquire_in_turn(name: str, config: dict[str, Any], code: bytes, qualifier: str = "$LATEST") -> tuple[Any, str]:
        with free[name]:
            leased: tuple[Any, str] = acquire(name, config, code, qualifier, WORKERS_PER_FUNCTION)
            while leased[0] is None:
                free[name].wait(QUEUE_LOOK_SECONDS)
                leased = acquire(name, config, code, qualifier, WORKERS_PER_FUNCTION)
            return leased

    def release_to_the_next(worker: Any) -> None:  # noqa: ANN401 - MiniStack's, or None
        release(worker)
        if worker is not None:
            with free[worker.func_name]:
                free[worker.func_name].notify()

    lambda_svc.acquire_worker = acquire_in_turn  # type: ignore[attr-defined]
    lambda_svc.release_worker = release_to_the_next  # type: ignore[attr-defined]


def start_few_workers_at_once(lambda_runtime: ModuleType) -> None:
    """Starting a worker takes a tenth of a second of a core; many at once make the first ones late, too."""
    spawn = lambda_runtime.Worker._spawn  # noqa: SLF001
    turns = threading.BoundedSemaphore(CORES)

    def spawn_in_turn(self: object) -> None:
        with turns:
            spawn(self)

    lambda_runtime.Worker._spawn = spawn_in_turn  # noqa: SLF001


def lose_only_the_worker_that_died(lambda_runtime: ModuleType) -> None:
    """A worker that dies while it starts takes all of its function's workers with it, at whatever they are."""
    invoke = lambda_runtime.Worker.invoke

    def invoke_or_say(self: object, *arguments: Any, **options: Any) -> dict[str, Any]:  # noqa: ANN401 - its own
        try:
            response: dict[str, Any] = invoke(self, *arguments, **options)
        except (RuntimeError, OSError) as died:
            return {"status": "error", "error": str(died), "error_type": "Runtime.ExitError"}
        return response

    lambda_runtime.Worker.invoke = invoke_or_say


def name_raised_errors(lambda_svc: ModuleType, lambda_runtime: ModuleType) -> None:
    """A raised exception is always called `Runtime.HandlerError`; on AWS a state machine can catch it by its class."""
    lambda_runtime._PYTHON_WORKER_SCRIPT = lambda_runtime._PYTHON_WORKER_SCRIPT.replace(  # type: ignore[attr-defined] # noqa: SLF001
        '"status": "error", "error": str(e), "trace"',
        '"status": "error", "error_type": type(e).__name__, "error": str(e), "trace"',
    )
    execute = lambda_svc._execute_function_warm  # noqa: SLF001
    raised: ContextVar[str | None] = ContextVar("raised", default=None)
    invoke = lambda_runtime.Worker.invoke

    def invoke_and_note(self: object, *arguments: Any, **options: Any) -> dict[str, Any]:  # noqa: ANN401 - its own
        response: dict[str, Any] = invoke(self, *arguments, **options)
        raised.set(response.get("error_type"))
        return response

    def execute_and_name(func: dict[str, Any], event: object, request_id: str) -> dict[str, Any]:
        raised.set(None)
        result: dict[str, Any] = execute(func, event, request_id)
        if result.get("error") and raised.get():
            result["body"]["errorType"] = raised.get()
        return result

    lambda_runtime.Worker.invoke = invoke_and_note
    lambda_svc._execute_function_warm = execute_and_name  # type: ignore[attr-defined] # noqa: SLF001


def log_each_function_by_itself(lambda_svc: ModuleType) -> None:
    """In a log group that functions share, AWS writes their names into those of the streams; here they would be lost.

    So each writes into the group that it would have without one of its own choice: `/aws/lambda/<name>`.
    """
    emit = lambda_svc._emit_lambda_logs  # noqa: SLF001

    def emit_by_itself(func: dict[str, Any], *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - its own
        config = {**(func.get("config") or func), "LoggingConfig": {}}
        emit({**func, "config": config}, *arguments, **options)

    lambda_svc._emit_lambda_logs = emit_by_itself  # type: ignore[attr-defined] # noqa: SLF001


def extract_embedded_metrics(lambda_svc: ModuleType, cloudwatch: ModuleType) -> None:
    """Figures in log lines stay text; CloudWatch takes them out, and alarms look at them."""
    emit = lambda_svc._emit_lambda_logs  # noqa: SLF001
    in_turn = threading.Lock()

    def emit_and_extract(func: dict[str, Any], request_id: str, log: str, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - its own
        emit(func, request_id, log, *arguments, **options)
        found = list(figures(log))
        for figure in found:
            cloudwatch.record_metric(*figure)
        if found:
            with in_turn:  # an alarm rings once, whoever sees it first
                cloudwatch._evaluate_all_alarms()  # noqa: SLF001 - only PutMetricData makes it look

    lambda_svc._emit_lambda_logs = emit_and_extract  # type: ignore[attr-defined] # noqa: SLF001


def keep_request_validators(handlers: dict[str, dict[str, Any]], apigateway_v1: ModuleType) -> None:
    """CloudFormation's request validators are made and forgotten, so that no request is refused by one."""
    _after(handlers["AWS::ApiGateway::RequestValidator"], partial(_keep_validator, apigateway_v1))
    _after(handlers["AWS::ApiGateway::Method"], partial(_keep_validator_of_method, apigateway_v1))


def tell_all_violations(apigateway_v1: ModuleType) -> None:
    """`$context.error.validationErrorString` is left as it stands; API Gateway lists there what a body violates."""
    check = apigateway_v1._check_request_validation  # noqa: SLF001
    respond = apigateway_v1._gateway_error_response  # noqa: SLF001

    def check_and_note(
        method: dict[str, Any], api_id: str, request: dict[str, Any], headers: object, body: bytes, query: object
    ) -> object:
        error = check(method, api_id, request, headers, body, query)
        if error is not None and error.response_type == "BAD_REQUEST_BODY":
            request["violations"] = _violations_of(apigateway_v1, method, api_id, body)
        return error

    def respond_with_violations(error: object, request: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        status, headers, body = respond(error, request)
        return status, headers, fill_validation_error(body, request.get("violations", []))

    apigateway_v1._check_request_validation = check_and_note  # type: ignore[attr-defined] # noqa: SLF001
    apigateway_v1._gateway_error_response = respond_with_violations  # type: ignore[attr-defined] # noqa: SLF001


def fill_validation_error(body: bytes, found: list[str]) -> bytes:
    """Put the violations in the place of the variable, escaped as the inside of a JSON string."""
    text = json.dumps(f"[{', '.join(found)}]", ensure_ascii=False)[1:-1]
    return re.sub(rb"\$\{?context\.error\.validationErrorString\}?", lambda _: text.encode(), body)


def use_one_request_id(apigateway_v1: ModuleType) -> None:
    """A caller sees another request id (`x-amzn-requestid`) than the function; on AWS it is the one to search logs for.

    The ids of a request are made in two places; the second takes what the first made.
    """
    new_id = apigateway_v1.new_uuid
    handle = apigateway_v1._handle_execute_in_scope  # noqa: SLF001
    current: ContextVar[str | None] = ContextVar("request_id", default=None)

    async def handle_with_id(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - its own
        request_id = new_id()
        current.set(request_id)
        response = await handle(*arguments, **options)
        current.set(None)
        response[1].setdefault("x-amzn-requestid", request_id)
        return response

    apigateway_v1.new_uuid = lambda: current.get() or new_id()  # type: ignore[attr-defined]
    apigateway_v1._handle_execute_in_scope = handle_with_id  # type: ignore[attr-defined] # noqa: SLF001


def forget_consumed_stream_records(lambda_svc: ModuleType, dynamodb: ModuleType) -> None:
    """Stream records stay for 24 h, two images of an item each: memory would grow with every write.

    Only the polling thread reads them by position; dropping them in that very thread cannot make it skip one.
    """
    poll = lambda_svc._poll_dynamodb_streams  # noqa: SLF001

    def poll_and_forget() -> bool:
        processed: bool = poll()
        for scope, records in list(dynamodb._stream_records._data.items()):  # noqa: SLF001
            _forget(lambda_svc, dynamodb, scope, records)
        return processed

    lambda_svc._poll_dynamodb_streams = poll_and_forget  # type: ignore[attr-defined] # noqa: SLF001


def replay_unread_stream_records(lambda_svc: ModuleType, dynamodb: ModuleType) -> None:
    """After a restart a stream is empty while its consumers' positions are not, so that they would skip events.

    What no consumer had read comes back from the snapshot, and every position begins at it. Consumers are idempotent.
    """
    load = lambda_svc.load_persisted_state

    def load_and_rewind(data: dict[str, Any]) -> None:
        _restore_unread(dynamodb)
        positions = data["dynamodb_stream_positions"]._data  # noqa: SLF001
        positions.update(dict.fromkeys(positions, 0))
        load(data)

    lambda_svc.load_persisted_state = load_and_rewind  # type: ignore[attr-defined]


def deliver_at_once_what_was_in_hand(sqs: ModuleType) -> None:
    """What a consumer had in hand at a stop stays hidden for minutes, though nobody can be at work on it any more."""
    load = sqs.load_persisted_state

    def load_and_show(data: dict[str, Any]) -> None:
        load(data)
        for queue in list(sqs._queues._data.values()):  # noqa: SLF001 - no API knows who received what
            for message in queue["messages"]:
                if message.get("receive_count"):  # what is only delayed goes on waiting
                    message["visible_at"] = 0

    sqs.load_persisted_state = load_and_show  # type: ignore[attr-defined]


def keep_sent_mails(ses: ModuleType) -> None:
    """MiniStack forgets its mails at a stop; people look for them after a restart."""
    get_state, load, mails = ses.get_state, ses.load_persisted_state, "_sent_emails"

    def get_state_with_mails() -> dict[str, Any]:
        return {**get_state(), mails: ses._sent_emails}  # noqa: SLF001 - no API gives mails back

    def load_with_mails(data: dict[str, Any]) -> None:
        load(data)
        ses._sent_emails.update(data.get(mails, {}))  # noqa: SLF001

    ses.get_state, ses.load_persisted_state = get_state_with_mails, load_with_mails  # type: ignore[attr-defined]


def lines_until_end(lines: Queue[str]) -> Iterator[str]:
    """The lines of one invocation, waited for, but not for ever."""
    deadline = time.monotonic() + LOG_END_SECONDS
    while (left := deadline - time.monotonic()) > 0:
        try:
            line = lines.get(timeout=left)
        except Empty:
            return
        if line == LOG_END:
            return
        yield line


def _restore_unread(dynamodb: ModuleType) -> None:
    from ministack.core import persistence  # noqa: PLC0415 - reads its settings from the environment when imported

    file = Path(os.environ["STATE_DIR"]) / STREAMS
    if file.exists():
        unread = json.loads(file.read_text(), object_hook=persistence._json_object_hook)  # noqa: SLF001 - its own format
        dynamodb._stream_records._data.update(unread._data)  # noqa: SLF001


def _forget(lambda_svc: ModuleType, dynamodb: ModuleType, scope: tuple[str, str, str], records: list[Any]) -> None:
    trimmed = dynamodb._stream_trimmed._data.get(scope, 0)  # noqa: SLF001
    consumed = min(_positions(lambda_svc, scope), default=trimmed + len(records)) - trimmed
    if consumed > 0:
        del records[:consumed]
        dynamodb._stream_trimmed._data[scope] = trimmed + consumed  # noqa: SLF001


def _positions(lambda_svc: ModuleType, scope: tuple[str, str, str]) -> list[int]:
    """The positions of the enabled consumers of a table's stream; one that has not begun yet stands at 0."""
    account, region, table = scope
    positions = lambda_svc._dynamodb_stream_positions._data  # noqa: SLF001
    return [
        positions.get((account, region, esm["UUID"]), 0)
        for esm in list(lambda_svc._esms._data.values())  # noqa: SLF001
        if f":table/{table}/stream/" in esm.get("EventSourceArn", "")
    ]


def _after(handler: dict[str, Any], keep: Callable[[str, dict[str, Any]], None]) -> None:
    """Let `keep` see the physical id and the properties of each resource that is created or updated."""
    create, update = handler["create"], handler["update"]

    def create_and_keep(logical_id: str, properties: dict[str, Any], stack: str) -> tuple[str, dict[str, Any]]:
        created: tuple[str, dict[str, Any]] = create(logical_id, properties, stack)
        keep(created[0], properties)
        return created

    def update_and_keep(physical_id: str, old: object, new: dict[str, Any], stack: str) -> tuple[str, dict[str, Any]]:
        updated: tuple[str, dict[str, Any]] = update(physical_id, old, new, stack)
        keep(updated[0], new)
        return updated

    handler.update(create=create_and_keep, update=update_and_keep)


def _keep_validator(apigateway_v1: ModuleType, validator_id: str, properties: dict[str, Any]) -> None:
    validators = apigateway_v1._request_validators.setdefault(properties["RestApiId"], {})  # noqa: SLF001
    validators[validator_id] = {
        "id": validator_id,
        "name": properties.get("Name", ""),
        "validateRequestBody": properties.get("ValidateRequestBody", False),
        "validateRequestParameters": properties.get("ValidateRequestParameters", False),
    }


def _keep_validator_of_method(apigateway_v1: ModuleType, _method_id: str, properties: dict[str, Any]) -> None:
    resource = apigateway_v1._resources[properties["RestApiId"]][properties["ResourceId"]]  # noqa: SLF001
    method = resource["resourceMethods"][properties["HttpMethod"]]
    method["requestValidatorId"] = properties.get("RequestValidatorId")


def _violations_of(apigateway_v1: ModuleType, method: dict[str, Any], api_id: str, body: bytes) -> list[str]:
    model = (method.get("requestModels") or {}).get("application/json")
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return ["malformed JSON"]
    return violations(apigateway_v1._model_schema(api_id, model), document)  # noqa: SLF001


def _sleep_unless(skipped_seconds: float) -> Callable[[float], None]:
    def sleep(seconds: float) -> None:
        if seconds != skipped_seconds:
            time.sleep(seconds)

    return sleep


def _time_with_sleep(sleep: Callable[[float], None]) -> SimpleNamespace:
    return SimpleNamespace(**{**vars(time), "sleep": sleep})
