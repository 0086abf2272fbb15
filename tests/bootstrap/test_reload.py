"""Does a reload under load cost anybody anything? Viewers follow a run, others ask for pages, and everything that serves is replaced three times."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Origin

import simulator
from tests.bootstrap.test_up import Installation, started
from tests.nodeviz.test_processes import LONG
from tests.surroundings import CHECKOUT

pytestmark = [pytest.mark.long, pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")]

VIEWERS, ASKERS, RELOADS = 30, 6, 3


def press_run(made: Installation, text: str) -> str:
    """Returns the scenario's id."""
    token = "t" * 32
    headers = {"Accept": "application/json", "Cookie": f"csrftoken={token}", "X-CSRFToken": token}
    request = urllib.request.Request(f"http://localhost:{made.port}/run", urlencode({"text": text}).encode(), headers)
    with urllib.request.urlopen(request, timeout=30) as response:
        return str(json.loads(response.read())["url"]).rpartition("/")[2]


def follow(made: Installation, scenario_id: str, records: list[Any], joins: list[int]) -> None:
    """As the page does: whoever is cut off joins again at the record that it wants next."""
    while True:
        joins.append(len(records))
        address, origin = f"ws://localhost:{made.port}/ws/runs/{scenario_id}/", Origin(f"http://localhost:{made.port}")
        with contextlib.suppress(ConnectionClosed, OSError), connect(address, origin=origin, max_size=None) as viewer:
            viewer.send(json.dumps({"op": "join", "from": len(records)}))
            for text in viewer:
                message = json.loads(text)
                if message[0] == "e":
                    assert message[1] == len(records)
                    records += message[2]
                elif message[0] == "s" and message[1] in ("finished", "failed"):
                    assert message[1] == "finished", message
                    return
        time.sleep(0.05)


@pytest.fixture
def installation(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    with started(tmp_path, tmp_path_factory.mktemp("static")) as made:
        yield made


def test_nobody_loses_a_record_and_nobody_is_refused(installation: Installation, capsys: pytest.CaptureFixture[str]) -> None:
    expected = [json.loads(simulator.encode(record)) for record in simulator.simulate(simulator.load({"pods.yaml": LONG}))]
    done = threading.Event()
    seen: list[list[Any]] = [[] for _ in range(VIEWERS)]
    joins: list[int] = []
    answers: list[float] = []
    refused: list[str] = []

    def ask(what: Callable[[], object]) -> None:
        while not done.is_set():
            began_s = time.monotonic()
            try:
                what()
            except (OSError, HTTPException) as error:
                refused.append(repr(error))
            answers.append(time.monotonic() - began_s)

    scenario_id = press_run(installation, LONG)
    viewers = [threading.Thread(target=follow, args=(installation, scenario_id, records, joins)) for records in seen]
    askers = [threading.Thread(target=ask, args=(lambda: installation.get("/gallery").read(),)) for _ in range(ASKERS)]
    for thread in (*viewers, *askers):
        thread.start()
    environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(installation.var)}
    for _ in range(RELOADS):
        subprocess.run((sys.executable, "manage.py", "reload"), cwd=CHECKOUT, env=environment, check=True)
        assert installation.process
        assert installation.process.stdout
        for line in installation.process.stdout:
            if "has reloaded" in line:
                break
    for thread in viewers:
        thread.join(120)
    done.set()
    for thread in askers:
        thread.join(30)
    with capsys.disabled():
        longest_ms = max(answers) * 1000
        told = f"{len(answers)} requests, {RELOADS} reloads, {len(refused)} refused, slowest {longest_ms:.0f} ms, {len(joins) - VIEWERS} joins again"
        sys.stdout.write("\n" + told + "\n")

    assert refused == []
    assert [len(records) for records in seen] == [len(expected)] * VIEWERS
    assert all(records == expected for records in seen)
    assert press_run(installation, LONG.replace("web-0", "web-zero"))
