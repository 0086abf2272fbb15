"""Which Redis is used, when is a program started again, and what is said of an address that cannot be used?"""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from nodeviz.own_names import is_loopback
from nodeviz.supervisor import preparation, programs, restarts
from nodeviz.supervisor.management.commands.up import announcement
from nodeviz.supervisor.network import AddressUnusable, check_address, free_port
from nodeviz.supervisor.redis_choice import Choice, Kind, choose
from nodeviz.supervisor.restarts import HOPELESS_ENDS, LONGEST_DELAY_S, Record
from nodeviz.supervisor.supervise import CannotStart, Supervisor, how_it_ended


@pytest.mark.parametrize(
    ("given_url", "on_path", "packaged", "expected"),
    [
        pytest.param("redis://host", "/usr/bin/redis-server", "/venv/redis-server", Choice(kind=Kind.GIVEN), id="the one that was asked for"),
        pytest.param("", "/usr/bin/redis-server", "/venv/redis-server", Choice(kind=Kind.SYSTEM, binary="/usr/bin/redis-server"), id="else the machine's"),
        pytest.param("", None, "/venv/redis-server", Choice(kind=Kind.PACKAGED, binary="/venv/redis-server"), id="else the package's"),
        pytest.param("", None, None, Choice(kind=Kind.IMITATION), id="else an imitation"),
    ],
)
def test_which_redis(given_url, on_path, packaged, expected):
    assert choose(given_url=given_url, on_path=on_path, packaged=packaged) == expected


def test_each_restart_waits_twice_as_long_up_to_a_limit():
    record, delays_s = Record(), []
    for _ in range(8):
        record = record.after_end(lived_s=1)
        delays_s.append(record.delay_s)

    assert delays_s == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, LONGEST_DELAY_S, LONGEST_DELAY_S]


def test_a_long_life_wins_patience_back():
    record = Record(ends=7).after_end(lived_s=3600)

    assert record.delay_s == 0.2


@pytest.mark.parametrize(("ends", "expected"), [(HOPELESS_ENDS - 1, False), (HOPELESS_ENDS, True)])
def test_a_program_that_never_came_up_is_given_up(ends, expected):
    assert Record(ends=ends).is_hopeless is expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [pytest.param(1, "exit code 1", id="by itself"), pytest.param(-9, "killed by SIGKILL", id="by a signal")],
)
def test_how_a_program_ended(code, expected):
    assert how_it_ended(code) == expected


async def test_a_program_that_the_machine_does_not_start_is_tried_again(tmp_path, monkeypatch):
    monkeypatch.setattr(restarts, "FIRST_DELAY_S", 0.0)
    said = []
    supervisor = Supervisor(folder=tmp_path, host="127.0.0.1", port=0, show=lambda name, line: said.append(f"{name}: {line}"))
    missing = programs.Program(name="worker", arguments=(str(tmp_path / "not-yet"),))

    with pytest.raises(CannotStart, match=r"worker does not start \(No such file or directory\)"):
        await supervisor._keep_up(missing)
    assert said == ["worker: was not started (No such file or directory), starts again in 0 s"] * (HOPELESS_ENDS - 1)


def test_a_taken_port_is_one_sentence_with_a_way_out():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        with pytest.raises(AddressUnusable) as refused:
            check_address("127.0.0.1", port)

    assert str(refused.value) == f"Port {port} is taken by another program; choose another one, for example: ./run --port {port + 1}"


def test_a_host_that_is_not_there_is_named():
    with pytest.raises(AddressUnusable, match=r"There is no address 'no\.such\.host\.invalid' on this machine\."):
        check_address("no.such.host.invalid", 8000)


def test_a_free_port_can_be_used():
    check_address("127.0.0.1", free_port())


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("192.168.1.7", False), ("my-laptop", False)],
)
def test_who_can_reach_an_address(host, expected):
    assert is_loopback(host) is expected


@pytest.mark.parametrize(
    ("host", "names", "expected"),
    [
        pytest.param("127.0.0.1", (), "http://localhost:8000\n", id="on this machine"),
        pytest.param("0.0.0.0", ("laptop", "192.168.1.7"), "http://localhost:8000  or  http://laptop:8000  or  http://192.168.1.7:8000\n", id="for others"),
        pytest.param("::1", (), "http://[::1]:8000\n", id="of the sixth version"),
    ],
)
def test_the_address_as_a_browser_takes_it(host, names, expected):
    assert expected in announcement(host, 8000, names)


def test_everything_stops_within_five_seconds():
    redis_socket = Path("/tmp/redis.sock")
    in_order = (programs.web("127.0.0.1", 8000), programs.worker(), programs.redis_server("redis-server", redis_socket, redis_socket.parent))

    assert sum(program.grace_s for program in in_order) <= 5


def test_static_files_are_collected_again_after_any_change(tmp_path):
    script = tmp_path / "chart.js"
    script.write_text("draw()")
    before = preparation.fingerprint([("chart.js", script)])
    script.write_text("redraw()")

    assert preparation.fingerprint([("chart.js", script)]) != before


def test_static_files_that_did_not_change_are_not_collected_again(tmp_path):
    stamp = preparation.Stamp(path=tmp_path / "stamp", content="of these sources")
    before = stamp.is_there()
    stamp.leave()

    assert (before, stamp.is_there()) == (False, True)
