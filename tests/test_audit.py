"""Does the audit tell weak packages from a registry that cannot be asked, and does it always come to an end?"""

from __future__ import annotations

import json
import os
import re
import select
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests import audit, surroundings
from tests.audit import NOT_ASKED, WEAK, WELL
from tests.surroundings import CHECKOUT

(UNREACHABLE,) = re.findall(r"^unreachable='(.+)'$", (CHECKOUT / "bootstrap.sh").read_text(), flags=re.MULTILINE)

GOOD = {"name": "django", "version": "5.2.1", "vulns": []}
BAD = {"name": "jinja2", "version": "2.4.1", "vulns": [{"id": "PYSEC-2014-8", "fix_versions": ["2.7.2"], "aliases": ["CVE-2014-1402"], "description": "…"}]}
UNKNOWN = {"name": "amqp", "skip_reason": "Dependency not found on PyPI and could not be audited: amqp (5.4.2)"}


def report(*packages: dict[str, object]) -> str:
    """As pip-audit writes it."""
    return json.dumps({"dependencies": packages, "fixes": []})


@pytest.mark.parametrize(
    ("written", "said", "code", "words"),
    [
        pytest.param(report(GOOD, GOOD), "No known vulnerabilities found", WELL, "none of 2 is known to be weak", id="all are well"),
        pytest.param(report(GOOD, BAD), "Found 1 known vulnerability", WEAK, "known to be weak: jinja2 2.4.1: PYSEC-2014-8", id="one is weak"),
        pytest.param(
            report(UNKNOWN, BAD), "", WEAK, "known to be weak: jinja2 2.4.1: PYSEC-2014-8", id="what is weak is not hidden by what could not be asked"
        ),
        # pip-audit's own last word on that is "No known vulnerabilities found".
        pytest.param(
            report(GOOD, UNKNOWN), "No known vulnerabilities found", NOT_ASKED, f"1 of 2: {UNKNOWN['skip_reason']}", id="a mirror without the service"
        ),
        pytest.param("", "Traceback\nProxyError: Connection refused\n", NOT_ASKED, "ProxyError: Connection refused", id="a proxy that is gone"),
        pytest.param(
            "",
            "ERROR:pip_audit._cli:Could not connect to PyPI's vulnerability feed",
            NOT_ASKED,
            "ERROR:pip_audit._cli:Could not connect to PyPI's vulnerability feed",
            id="a connection that is never made",
        ),
        pytest.param("", "Traceback\nServiceError: 503 Server Error\n", NOT_ASKED, "ServiceError: 503 Server Error", id="a service that is down"),
        pytest.param("", "pip-audit timed out after 25 s", NOT_ASKED, "pip-audit timed out after 25 s", id="a network that swallows everything"),
        pytest.param("", "pip-audit: error: no such option\n", WEAK, "the audit is broken: pip-audit: error: no such option", id="a mistake of ours"),
        pytest.param("", "", WEAK, "the audit is broken: nothing was said", id="nothing at all"),
        pytest.param(report(), "", WEAK, "the audit is broken: it was about no package", id="asked about nothing"),
    ],
)
def test_what_pip_audit_says(written: str, said: str, code: int, words: str) -> None:
    assert audit.of_pip_audit(written, said, UNREACHABLE) == audit.Answer(code=code, words=words)


@contextmanager
def registry(status: int, weak: dict[str, object]) -> Iterator[str]:
    """One that is asked by the real npm."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            said = json.dumps(weak).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def asked_of(url: str, monkeypatch: pytest.MonkeyPatch) -> audit.Answer:
    """By npm."""
    if shutil.which("npm") is None:
        surroundings.not_run("needs npm")
    monkeypatch.setenv("npm_config_registry", url)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return audit.browser_packages(UNREACHABLE)


ADVISORY = {"id": 1, "url": "https://example.org/1", "title": "…", "severity": "high", "vulnerable_versions": "*", "cwe": [], "cvss": {"score": 0}}


@pytest.mark.parametrize(
    ("status", "weak", "code", "words"),
    [
        pytest.param(200, {}, WELL, r"none of \d\d is known to be weak", id="all are well"),
        pytest.param(200, {"esbuild": [ADVISORY]}, WEAK, "known to be weak: esbuild: high", id="one is weak"),
        pytest.param(405, {}, NOT_ASKED, "405 Method Not Allowed - POST http://.*", id="a mirror without the service"),
    ],
)
def test_what_a_registry_says_of_the_browsers_packages(monkeypatch: pytest.MonkeyPatch, status: int, weak: dict[str, object], code: int, words: str) -> None:
    with registry(status, weak) as url:
        answer = asked_of(url, monkeypatch)

    assert (answer.code, bool(re.fullmatch(words, answer.words))) == (code, True), answer


@pytest.mark.parametrize("listens", [pytest.param(False, id="nobody is there"), pytest.param(True, id="somebody says nothing")])
def test_a_registry_that_does_not_answer_is_left(monkeypatch: pytest.MonkeyPatch, listens: bool) -> None:
    monkeypatch.setattr(audit, "PATIENCE_S", 1)
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        if not listens:
            silent.close()

        assert asked_of(url, monkeypatch).code == NOT_ASKED


def test_who_takes_too_long_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    fifo = tmp_path / "held"
    os.mkfifo(fifo)
    held = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    code, out, errors = audit.said_by(("sh", "-c", f"sleep 60 >{fifo} & wait"), 0.5)
    assert select.select([held], [], [], 10)[0]  # Its end: nobody writes any more.
    left = os.read(held, 1)
    os.close(held)

    assert (code, out, errors, left) == (-9, "", "sh timed out after 0.5 s", b"")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        pytest.param(WELL, "0 ", id="all are well"),
        pytest.param(WEAK, "1 ", id="weak packages fail the tests"),
        pytest.param(NOT_ASKED, "0 The audit could not ask the registries", id="a registry that cannot be asked does not, and is spoken of"),
    ],
)
def test_what_becomes_of_the_tests(status: int, expected: str) -> None:
    script = 'eval "$(sed -n "/^audited()/,/^}/p" test)"; unasked=; (exit %d) & auditor=$!; cat() { :; }; audited; echo "$? $unasked"'
    done = subprocess.run(("sh", "-c", script % status), cwd=CHECKOUT, capture_output=True, text=True, check=True)

    assert done.stdout.startswith(expected)
    assert (done.stdout.strip() == expected.strip()) == (status != NOT_ASKED)


@pytest.mark.slow
def test_without_a_network_both_halves_say_that_they_could_not_ask() -> None:
    nowhere = dict.fromkeys(("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"), "http://127.0.0.1:9")
    left = {name: value for name, value in os.environ.items() if name.upper() not in ("NO_PROXY", "ALL_PROXY")}
    done = subprocess.run((sys.executable, "-m", "tests.audit", UNREACHABLE), cwd=CHECKOUT, env=left | nowhere, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout.count("packages: the audit could not ask: "), done.stderr) == (NOT_ASKED, 2, "")
