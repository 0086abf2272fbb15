"""Does it hold on several machines? Two web processes behind the nginx of `deploy/`, two workers, one Redis with a log, one PostgreSQL: each real."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest
import redis
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

import simulator
from nodeviz.scenarios.bounds import RUNS
from nodeviz.supervisor.network import free_port
from nodeviz.web_limits import MAX_BODY_BYTES
from tests.nodeviz.scaled_out import DEPLOY, PATIENCE_S, TOKEN, Follower, Nginx, ScaledOut, collect_static, established, eventually, listens, scaled_out
from tests.nodeviz.test_processes import LONG, SMALL, trace

pytestmark = pytest.mark.slow

VIEWERS = 6


@pytest.fixture(scope="module")
def static(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("static")
    collect_static(folder)
    return folder


@pytest.fixture(scope="module")
def site(static: Path) -> Iterator[ScaledOut]:
    with scaled_out(static) as made:
        yield made


@pytest.fixture(autouse=True)
def unhurried(request: pytest.FixtureRequest) -> None:
    """Nobody has asked for anything lately."""
    if "site" in request.fixturenames:
        with redis.Redis.from_url(request.getfixturevalue("site").redis_url) as client:
            for key in client.scan_iter("nodeviz:bucket:*"):
                client.delete(key)


def trace_file(site: ScaledOut, scenario_id: str) -> str:
    return site.request(f"/s/{scenario_id}.jsonl")[2].decode()


def followed(site: ScaledOut, text: str) -> tuple[str, list[Follower]]:
    """A run that stands still, and who waits for it at both web processes."""
    with site.frozen_workers():
        scenario_id = site.press_run(text)
        followers = [Follower(site, scenario_id) for _ in range(VIEWERS)]
        assert eventually(lambda: all(follower.connections for follower in followers))
        assert min(map(established, site.web_ports)) >= VIEWERS // 2 - 1
    return scenario_id, followers


def test_a_run_is_followed_through_the_proxy_from_both_web_processes(site: ScaledOut) -> None:
    scenario_id, followers = followed(site, SMALL)
    expected = trace(SMALL)

    assert all(follower.end() == expected for follower in followers)
    assert [follower.connections for follower in followers] == [1] * VIEWERS
    assert trace_file(site, scenario_id) == "".join(f"{simulator.encode(record)}\n" for record in simulator.simulate(simulator.load({"pods.yaml": SMALL})))


def test_a_web_process_that_is_killed_costs_its_viewers_a_reconnection_and_no_record(site: ScaledOut) -> None:
    _, followers = followed(site, LONG)
    assert eventually(lambda: all(follower.records for follower in followers))
    with site.frozen_workers():
        site.kill_web(0)
        assert eventually(lambda: sum(follower.connections for follower in followers) > VIEWERS)
        assert eventually(lambda: established(site.web_ports[1]) >= VIEWERS)
        assert site.request("/healthz")[0] == site.request("/")[0] == 200
    expected = trace(LONG)
    try:
        assert all(follower.end() == expected for follower in followers)
    finally:
        site.come_again(0)


def test_both_workers_compute(site: ScaledOut) -> None:
    """Each alone, then: a worker that is frozen is nobody's bottleneck."""
    for idle in site.workers:
        os.killpg(idle.pid, signal.SIGSTOP)
        try:
            follower = Follower(site, site.press_run(SMALL))
            # What the frozen one has taken already it keeps; the next one is the other's.
            others = [Follower(site, site.press_run(SMALL)) for _ in range(2)]
            assert eventually(lambda seen=(follower, *others): sum(one.state == "finished" for one in seen) >= 2)  # type: ignore[misc]
        finally:
            os.killpg(idle.pid, signal.SIGCONT)
        assert [one.end() for one in (follower, *others)] == [trace(SMALL)] * 3


def say(window: ClientConnection, op: str, **words: object) -> None:
    window.send(json.dumps({"op": op, **words}))


def heard(window: ClientConnection, kind: str) -> list[object]:
    while (message := json.loads(window.recv(timeout=PATIENCE_S)))[0] != kind:
        pass
    return list(message)


def test_a_room_is_one_room_through_the_proxy(site: ScaledOut) -> None:
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    room = json.loads(site.request("/rooms", urlencode({"example": "crash-loop"}).encode(), **form)[2])
    path = f"/ws/rooms/{room['code']}/"
    with site.socket(path, op="hello", token=room["token"]) as teacher, site.socket(path, op="hello", nickname="Ada") as ada:
        heard(teacher, "welcome")
        heard(ada, "welcome")
        spread = [established(port) for port in site.web_ports]
        say(teacher, "drive", set={"poll": {"kind": "choose", "question": "Ready?", "options": ["Yes", "No"]}})
        assert heard(ada, "set") == heard(teacher, "set")
        say(ada, "answer", step="poll-1", answer=1)
        assert heard(ada, "answered") == ["answered", "poll-1", [1]]
        while not (told := heard(teacher, "class")[1]).get("histograms"):  # type: ignore[attr-defined]
            pass

    assert min(spread) >= 1
    assert told["histograms"] == {"poll-1": {"counts": [1, 0], "total": 1}}  # type: ignore[index]


def test_a_stream_comes_as_it_is_computed(site: ScaledOut) -> None:
    """The first line is read while nothing can be computed that would fill a buffer."""
    connection = HTTPConnection("127.0.0.1", site.nginx.port, timeout=PATIENCE_S)
    headers = {"Host": site.host, "Content-Type": "application/json", "Cookie": f"csrftoken={TOKEN}", "X-CSRFToken": TOKEN}
    with site.frozen_workers():
        connection.request("POST", "/try", json.dumps({"text": SMALL}), headers)
        response = connection.getresponse()
        first = json.loads(response.readline())
    lines = [json.loads(line) for line in response]
    connection.close()

    assert first[0] == "h"
    assert [record for line in lines if line[0] == "e" for record in line[2]] == trace(SMALL)


# -- limits ------------------------------------------------------------------------------------------------------------------------


def body_of(size: int) -> bytes:
    return b'{"text": "#' + b"x" * (size - 13) + b'"}'


def test_what_the_application_reads_the_proxy_lets_through_and_nothing_more(site: ScaledOut) -> None:
    """At the limit it is the application that answers. nginx could write no body to its disk (scaled_out.py), so a text that is only tried stays in memory."""
    kind = {"Content_Type": "application/json"}
    at_limit, _, said = site.request("/check", body_of(MAX_BODY_BYTES), **kind)
    beyond, headers, refused = site.request("/check", body_of(MAX_BODY_BYTES + 1), **kind)

    assert at_limit == 200, said
    assert "MiB" in json.loads(said)["problems"][0]["message"]
    assert (beyond, headers["Content-Type"]) == (413, "application/json")
    assert json.loads(refused)["problems"][0].keys() == json.loads(said)["problems"][0].keys()


def test_the_proxys_limit_is_the_applications() -> None:
    (limit,) = re.findall(r"client_max_body_size (\d+)m;", (DEPLOY / "nginx.conf").read_text())

    assert int(limit) << 20 == MAX_BODY_BYTES


def buckets(site: ScaledOut) -> set[str]:
    with redis.Redis.from_url(site.redis_url) as client:
        keys = {key.decode().removeprefix("nodeviz:bucket:run:") for key in client.scan_iter("nodeviz:bucket:run:*")}
    # Those of single browsers are kept beside those of their addresses.
    return {key for key in keys if not key.startswith("browser:")}


def test_limits_count_the_real_address_whatever_a_client_claims(site: ScaledOut) -> None:
    claims = {"X_Forwarded_For": "203.0.113.9", "Forwarded": "for=203.0.113.9", "X_Real_IP": "203.0.113.9"}
    site.press_run(SMALL, source="127.0.0.2", **claims)
    site.press_run(SMALL, source="127.0.0.3", **claims)
    # Past the proxy, from an address that is none.
    site.press_run(SMALL, source="127.0.0.4", port=site.web_ports[0], **claims)

    assert buckets(site) == {"127.0.0.2", "127.0.0.3", "127.0.0.4"}


def test_one_address_spends_one_allowance_at_both_web_processes_and_another_has_its_own(site: ScaledOut) -> None:
    form = {"Content_Type": "application/x-www-form-urlencoded"}

    def answer(number: int, source: str) -> int:
        # Refused for its text, so that nothing is computed; counted all the same. Each time another browser, by its cookie.
        browser = {"Cookie": f"csrftoken={number:032}", "X_CSRFToken": f"{number:032}"}
        claims = {"X_Forwarded_For": f"203.0.113.{number}"}
        return site.request("/run", urlencode({"text": "no pod"}).encode(), source=source, **browser, **claims, **form)[0]

    started_s = time.monotonic()
    answers = [answer(number, "127.0.0.5") for number in range(RUNS.capacity + 30)]
    filled = int((time.monotonic() - started_s) * RUNS.per_minute / 60) + 1

    assert answers[: RUNS.capacity] == [422] * RUNS.capacity
    assert 429 in answers[: RUNS.capacity + filled + 1]
    assert answer(0, "127.0.0.6") == 422


# -- what nginx does by itself -----------------------------------------------------------------------------------------------------


def test_static_files_are_kept_by_the_proxy_with_what_the_application_says_of_them(site: ScaledOut) -> None:
    page = site.request("/", Accept="text/html")[2].decode()
    (sheet,) = re.findall(r'href="(/static/css/base\.[^"]+)"', page)
    first = site.request(sheet, Accept_Encoding="br")
    for number in (0, 1):
        os.killpg(site.webs[number].pid, signal.SIGSTOP)
    try:
        kept = site.request(sheet, Accept_Encoding="br")
    finally:
        for number in (0, 1):
            os.killpg(site.webs[number].pid, signal.SIGCONT)

    assert kept[0] == first[0] == 200
    assert kept[2] == first[2]
    assert "immutable" in kept[1]["Cache-Control"]
    assert kept[1]["Content-Encoding"] == "br"
    assert kept[1]["Content-Security-Policy"] == first[1]["Content-Security-Policy"]


def test_what_one_host_was_told_no_other_one_is(site: ScaledOut) -> None:
    """The policy of a response names its host, so a copy of it may go to no other."""
    path = re.findall(r'href="(/static/css/base\.[^"]+)"', site.request("/", Accept="text/html")[2].decode())[0]
    policies = [site.request(path, Host=host)[1]["Content-Security-Policy"] for host in ("localhost", "127.0.0.1", "localhost")]

    assert ["ws://localhost " in policy for policy in policies] == [True, False, True]
    assert ["ws://127.0.0.1 " in policy for policy in policies] == [False, True, False]
    assert site.request("/", Host="elsewhere.example")[0] == 400


@pytest.mark.parametrize("path", ["/readyz", "/metrics"])
def test_what_neighbours_ask_is_not_answered_to_the_world(site: ScaledOut, path: str) -> None:
    assert site.request(path)[0] == 404


def test_a_socket_from_a_foreign_page_is_refused_through_the_proxy(site: ScaledOut) -> None:
    with pytest.raises(InvalidStatus) as refused:
        connect(f"ws://{site.host}/ws/runs/{'a' * 22}/", additional_headers={"Origin": "https://elsewhere.example"})

    assert refused.value.response.status_code == 403


def test_no_link_stands_in_the_proxys_log(site: ScaledOut) -> None:
    scenario_id = site.press_run(SMALL)
    site.request(f"/s/{scenario_id}?at={scenario_id}")
    site.request(f"/s/{scenario_id}.yaml")
    site.request(f"/api/v1/scenarios/{scenario_id}/text")
    Follower(site, scenario_id).end()
    site.request("/healthz?over")
    assert eventually(lambda: "GET /healthz" in site.nginx.access_log.read_text().splitlines()[-1])
    written = site.nginx.access_log.read_text()

    assert scenario_id not in written
    assert all(line in written for line in ("/s/-", "/s/-.yaml", "/ws/runs/-/", "/api/v1/scenarios/-/text"))


def test_without_any_web_process_the_proxy_says_so_in_words_and_then_goes_on(site: ScaledOut) -> None:
    for number in (0, 1):
        site.kill_web(number)
    try:
        status, headers, said = site.request("/")
    finally:
        for number in (0, 1):
            site.start_web(number)

    assert (status, headers["Retry-After"], headers["Cache-Control"]) == (503, "5", "no-store")
    assert b"Try again in a few seconds" in said
    assert eventually(lambda: site.request("/")[0] == 200)


def timed(work: Callable[[], object]) -> float:
    """Seconds."""
    started_s = time.monotonic()
    work()
    return time.monotonic() - started_s


@pytest.mark.long
@pytest.mark.parametrize(
    "begun",
    [
        pytest.param(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ", id="headers"),
        pytest.param(b"POST /check HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n", id="body"),
    ],
)
def test_who_sends_a_byte_now_and_then_is_sent_away_and_keeps_nobody_from_anything(site: ScaledOut, begun: bytes) -> None:
    """A slow body is held to the time between two bytes, slow headers to the whole time; neither reaches a web process."""
    slow = [socket.create_connection(("127.0.0.1", site.nginx.port)) for _ in range(200)]
    for one in slow:
        one.sendall(begun)
    waiting = sum(map(established, site.web_ports))
    took_s = min(timed(lambda: site.request("/healthz")) for _ in range(5))
    started_s = time.monotonic()
    for one in slow:
        one.settimeout(20)
        with contextlib.suppress(ConnectionResetError), one:
            while one.recv(4096):
                pass

    assert waiting < 20
    assert took_s < 1
    assert time.monotonic() - started_s < 15


# -- TLS ---------------------------------------------------------------------------------------------------------------------------


def test_the_lines_for_tls_are_a_configuration_too() -> None:
    with tempfile.TemporaryDirectory(prefix="nodeviz-tls-") as folder, contextlib.closing(Nginx(Path(folder), (free_port(), free_port()), tls=True)) as nginx:
        connection = HTTPConnection("127.0.0.1", nginx.plain_port, timeout=PATIENCE_S)
        connection.request("GET", "/s/x?y", headers={"Host": "localhost"})
        response = connection.getresponse()
        connection.close()

        assert (response.status, response.headers["Location"]) == (301, "https://localhost/s/x?y")
        assert listens(nginx.port)


@pytest.fixture(scope="module")
def secure(static: Path) -> Iterator[ScaledOut]:
    with scaled_out(static, tls=True) as made:
        yield made


@pytest.mark.long
def test_everything_holds_behind_a_proxy_that_ends_tls(secure: ScaledOut) -> None:
    status, headers, _ = secure.request("/", Accept="text/html", Cookie="")
    scenario_id = secure.press_run(SMALL)

    assert status == 200
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert f"wss://{secure.host}" in headers["Content-Security-Policy"]
    assert "Secure" in headers["Set-Cookie"]
    assert Follower(secure, scenario_id).end() == trace(SMALL)


@pytest.mark.long
def test_plain_http_is_sent_to_tls_and_cannot_claim_to_be_it(secure: ScaledOut) -> None:
    port = secure.nginx.plain_port
    answers = [
        secure.request("/", port=port, plain=True, Host="localhost", X_Forwarded_Proto="https"),
        # Past nginx, from an address that is no proxy: uvicorn believes it nothing.
        secure.request("/", port=secure.web_ports[0], plain=True, Host="localhost", source="127.0.0.9", X_Forwarded_For="203.0.113.9"),
    ]

    assert [(status, headers["Location"]) for status, headers, _ in answers] == [(301, "https://localhost/")] * 2
