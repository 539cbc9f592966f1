"""A page of somebody else's website, open in the developer's browser: it can send requests to this machine."""

from __future__ import annotations

import io
import json
import re
import threading
import zipfile
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.browser import Browser, needs_browser
from tests.integration.localcloud.workbench import ROLE, Workbench

from tradewind_tools.http_client import call, client_of
from tradewind_tools.localcloud.cloud import LocalCloud

STRANGER = "attacker.test"
CREATE_FUNCTION = "/2015-03-31/functions"
INVOKE = "/2015-03-31/functions/of-a-page/invocations"
QUEUE_BY_IMAGE = "/?Action=CreateQueue&QueueName=by-image"
HANDLER = "def handler(event, context):\n    return event\n"

ATTACK = Template("""<!doctype html><title>a page</title><iframe name="sink"></iframe>
<form id="form" method="post" target="sink" action="$target/">
<input name="Action" value="CreateQueue"><input name="QueueName" value="by-form"></form>
<script>
const send = (path, body) => fetch("$target" + path, { method: "POST", mode: "no-cors", body });
const read = (path) => fetch("$target" + path).then((answer) => answer.text(), () => "unreadable");
const see = (path) => new Promise((seen) => {
  Object.assign(new Image(), { onload: seen, onerror: seen, src: "$target" + path });
});
const listen = () => new Promise((heard) => {
  const socket = new WebSocket("$target".replace("http", "ws") + "/");
  Object.assign(socket, { onopen: () => heard("open"), onerror: () => heard("refused") });
});
(async () => {
  await send("$create", JSON.stringify($function));
  await send("$invoke", "{}");
  await see("$image");
  document.getElementById("form").submit();
  const result = { socket: await listen(), text: await read("/_ministack/health") };
  document.title = JSON.stringify(result);
})();
</script>""")


def function_named(name: str) -> dict[str, Any]:
    """The body of a request that makes a function."""
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("code.py", HANDLER)
    made = {"FunctionName": name, "Runtime": "python3.13", "Role": ROLE, "Handler": "code.handler"}
    return made | {"Code": {"ZipFile": b64encode(code.getvalue()).decode()}}


class Website(ThreadingHTTPServer):
    """Serves one page to everybody, and notes what it was asked, as `METHOD path`."""

    daemon_threads = True

    def __init__(self, page: str) -> None:
        self.page = page
        self.asked: list[str] = []
        super().__init__(("127.0.0.1", 0), _Visit)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Visit(BaseHTTPRequestHandler):
    server: Website

    def do_GET(self) -> None:
        self.server.asked.append(f"{self.command} {self.path}")
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.send_response(HTTPStatus.OK)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(self.server.page.encode())

    do_POST = do_GET  # noqa: N815 - the base class's name

    def log_message(self, *_: object) -> None:
        """Say nothing: what was asked is in `asked`."""


@contextmanager
def website(page: str) -> Iterator[Website]:
    with Website(page) as site:
        threading.Thread(target=site.serve_forever, daemon=True).start()
        yield site
        site.shutdown()


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    return Browser(tmp_path)


def attack(browser: Browser, target: str) -> Mapping[str, str]:
    """Let the browser open a stranger's page that attacks the target; gives what the page learnt."""
    parts = {"create": CREATE_FUNCTION, "invoke": INVOKE, "image": QUEUE_BY_IMAGE}
    page = ATTACK.substitute(parts, target=target, function=json.dumps(function_named("of-a-page")))
    with website(page) as site:
        shown = browser.open(f"http://{STRANGER}:{site.server_port}/")
    [title] = re.findall(r"<title>(.*?)</title>", shown)
    learnt: dict[str, str] = json.loads(title)
    return learnt


@needs_browser
def test_browser_sends_whatever_a_strange_page_tells_it(browser: Browser) -> None:
    """Without this, the next test would show nothing."""
    with website("anybody may ask") as target:
        attack(browser, target.url)
        expected = {f"POST {CREATE_FUNCTION}", f"POST {INVOKE}", f"GET {QUEUE_BY_IMAGE}", "POST /", "GET /"}
        assert expected <= set(target.asked)


@needs_browser
def test_strange_page_makes_and_learns_nothing_at_the_cloud(bare_cloud: LocalCloud, browser: Browser) -> None:
    learnt = attack(browser, bare_cloud.endpoint_url)
    assert learnt == {"socket": "refused", "text": "unreadable"}
    bench = Workbench(bare_cloud)
    names = {function["FunctionName"] for function in bench.functions.list_functions()["Functions"]}
    assert "of-a-page" not in names
    assert not [url for url in bench.sqs.list_queues().get("QueueUrls", []) if re.search("by-(image|form)$", url)]


@needs_browser
def test_strange_name_that_leads_here_finds_nothing(bare_cloud: LocalCloud, browser: Browser) -> None:
    """DNS rebinding: for the browser, such a page may read all that its own name answers."""
    for address in (bare_cloud.front_door_url, bare_cloud.endpoint_url):
        assert "HostNotAllowed" in browser.open(f"http://{STRANGER}:{urlsplit(address).port}/mail/messages.json")
    assert '"count":' in browser.open(f"{bare_cloud.front_door_url}/mail/messages.json")


STRANGE = [
    {"origin": "https://attacker.test"},
    {"origin": "null"},
    {"sec-fetch-site": "cross-site"},
    {"host": "attacker.test"},
]


@pytest.mark.parametrize("headers", STRANGE, ids=lambda headers: ": ".join(*headers.items()))
def test_function_is_made_by_a_program_and_by_no_page(bare_cloud: LocalCloud, headers: dict[str, str]) -> None:
    url = f"{bare_cloud.endpoint_url}{CREATE_FUNCTION}"
    name = "made-of-" + re.sub(r"\W+", "-", "-".join(*headers.items()))
    text = {"content-type": "text/plain;charset=UTF-8"}
    refused = call("POST", url, function_named(name), headers=text | headers)
    assert (refused.status_code, refused.json()["error"]) in {(403, "PageNotAllowed"), (403, "HostNotAllowed")}
    made = call("POST", url, function_named(name), headers=text)
    assert (made.status_code, made.json()["FunctionName"]) == (201, name)


def test_preflight_gives_no_leave(bare_cloud: LocalCloud) -> None:
    asked = {"origin": "https://attacker.test", "access-control-request-method": "PUT"}
    answer = client_of(bare_cloud.endpoint_url).options(bare_cloud.endpoint_url, headers=asked)
    assert answer.status_code == 403
    assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_answer_to_a_program_lets_no_page_read_it(bare_cloud: LocalCloud) -> None:
    answer = call("GET", f"{bare_cloud.endpoint_url}/?Action=ListQueues")
    assert answer.status_code == 200
    assert not [name for name in answer.headers if name.startswith("access-control-")]


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "bucket.s3.localhost"])
def test_clients_find_the_cloud_by_its_own_names(bare_cloud: LocalCloud, name: str) -> None:
    host = {"host": f"{name}:{urlsplit(bare_cloud.endpoint_url).port}"}
    answer = call("GET", f"{bare_cloud.endpoint_url}/_ministack/health", headers=host)
    assert "HostNotAllowed" not in answer.text
