"""Does any log say what only its owner may know? A real session with the whole installation, and then everything that it wrote to logs."""

from __future__ import annotations

import http.cookiejar
import json
import signal
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.bootstrap.test_up import Installation

pytestmark = pytest.mark.slow

MARK = "correct-horse-battery"
TEXT = f"""\
apiVersion: v1
kind: Pod
metadata: {{name: web, annotations: {{password: {MARK}-annotation}}}}
spec:
  restartPolicy: Never
  containers: [{{name: app, image: "x:1", command: [sh, -c, "echo {MARK}-output; exit 3"], env: [{{name: PASSWORD, value: {MARK}-env}}]}}]
"""
KEPT_DATA = (".sqlite3", ".sqlite3-wal", ".sqlite3-shm", ".aof", ".rdb", "secret_key")
"""What is meant to keep the text and the key."""


class Browser:
    """Somebody's, with its cookies."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def ask(self, path: str, form: dict[str, str] | None = None, data: Any = None) -> bytes:
        """What is answered, whatever the status is."""
        headers = {"Accept": "application/json" if form or data else "*/*", "X-CSRFToken": self.token, "Origin": self.url}
        body = urllib.parse.urlencode(form).encode() if form else None
        if data is not None:
            body, headers["Content-Type"] = json.dumps(data).encode(), "application/json"
        try:
            answer: bytes = self.opener.open(urllib.request.Request(self.url + path, body, headers), timeout=30).read()
        except urllib.error.HTTPError as error:
            answer = error.read()
        return answer

    @property
    def token(self) -> str:
        """Of the CSRF cookie; empty before the first page."""
        return next((cookie.value or "" for cookie in self.jar if cookie.name == "csrftoken"), "")


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory, collected: Path) -> tuple[str, dict[str, str]]:
    """Everything in the logs, and what must not be in them."""
    installation = Installation(tmp_path_factory.mktemp("logs"))
    installation.start(STATIC_ROOT=str(collected))
    browser = Browser(f"http://localhost:{installation.port}")
    browser.ask("/")
    made = json.loads(browser.ask("/run", {"text": TEXT}))
    link = made["url"].rpartition("/")[2]
    room = json.loads(browser.ask("/rooms", {"scenario": link}))
    for path in (
        made["url"],
        f"/e/{link}",
        f"/s/{link}.jsonl",
        f"/s/{link}.html",
        f"/s/{link}/why",
        room["url"],
        "/s/AAAAAAAAAAA",
        f"/compare?a={link}&b={link}",
    ):
        browser.ask(path)
    browser.ask("/try", data={"text": TEXT})
    for wrong in (TEXT + "x: [", TEXT.replace("Pod", MARK), TEXT * 3):
        browser.ask("/run", {"text": wrong})
        browser.ask("/check", data={"text": wrong, "name": MARK})
        browser.ask("/try", data={"text": wrong})
    browser.ask(f"{room['url']}/answers.csv", {"token": "wrong-" + room["token"]})
    browser.ask(f"{made['url']}/delete", data={"token": "wrong-" + made["token"]})
    token = browser.token
    browser.ask(f"{made['url']}/delete", data={"token": made["token"]})
    key = next(path for path in installation.var.rglob("secret_key")).read_text().strip()
    assert installation.process is not None
    assert installation.process.stdout is not None
    installation.process.send_signal(signal.SIGINT)
    with installation.process as process:
        printed = "".join(installation.lines) + process.stdout.read()
    return printed + files_of(installation.var), {"owner": made["token"], "driver": room["token"], "key": key, "cookie": token, "text": MARK}


def files_of(var: Path) -> str:
    """What it wrote to files that are no data."""
    logs = [path for path in sorted(var.rglob("*")) if path.is_file() and not path.name.endswith(KEPT_DATA) and "static" not in path.parts]
    return "".join(path.read_text(encoding="utf-8", errors="replace") for path in logs)


@pytest.mark.parametrize("what", ["owner", "driver", "key", "cookie", "text"])
def test_no_log_has_what_is_secret(session: tuple[str, dict[str, str]], what: str) -> None:
    logs, secrets = session

    assert secrets[what]
    assert [line for line in logs.splitlines() if secrets[what] in line] == []


def test_there_was_something_to_look_at(session: tuple[str, dict[str, str]]) -> None:
    assert "is ready" in session[0]
