"""Loops that repeat themselves are not simulated round by round: is it so, and does it make no difference?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.shell import Processes
from tests.simulator.shell.shell_host import Container, sh

DAY_MS = 86_400_000


@pytest.mark.parametrize(
    "script",
    [
        pytest.param("while :; do sleep 1; done", id="only sleeping"),
        pytest.param("while true; do echo tick; sleep 10; done", id="writing to the log"),
        pytest.param("until [ -f /tmp/x ]; do sleep 1; done", id="waiting for a file"),
        pytest.param("while sleep 1; do test -d /tmp && cat /etc/hosts >/dev/null; done", id="looking at files"),
        pytest.param("f() { sleep 1; }; while :; do f; done", id="sleeping in a function"),
        pytest.param('while :; do n=$(cat /tmp/n 2>/dev/null); [ "$n" = 3 ] && break; sleep 1; done', id="setting a variable to the same again"),
        pytest.param("trap 'exit 0' TERM; while :; do sleep 1; done", id="under a trap"),
        pytest.param(
            "while ! nc -z db 5432; do echo waiting; sleep 2; done; while :; do curl -s http://x >/dev/null; sleep 1; done", id="asking somebody else"
        ),
        pytest.param("(while :; do sleep 1; done) & (while :; do sleep 2; done) & wait", id="several at once"),
    ],
)
def test_an_idle_day_costs_nothing(script):
    container = sh(script).run(DAY_MS)

    assert container.steps < 20


@pytest.mark.parametrize(
    "script",
    [
        pytest.param("i=0; while [ $i -lt 50 ]; do i=$((i+1)); sleep 1; done; echo end", id="counting"),
        pytest.param("while [ $(date +%s) -lt 1767225650 ]; do sleep 1; done; echo end", id="looking at the clock"),
        pytest.param("while sleep 1; do echo x >> /tmp/n; [ $(wc -l < /tmp/n) -ge 50 ] && break; done; echo end", id="writing files"),
        pytest.param("sleep 50 & while kill -0 $!; do sleep 1; done; echo end", id="looking at processes"),
        pytest.param("for i in $(seq 50); do sleep 1; done; echo end", id="a list"),
        pytest.param("seq 50 | while read i; do sleep 1; done; echo end", id="reading"),
        pytest.param("f() { [ $# -ge 49 ] && return; sleep 1; f $* x; }; f; sleep 1; echo end", id="calling itself"),
        pytest.param("f() { sleep 10; }; f; f; f; f; f; echo end", id="called from several places"),
        pytest.param("for i in a a a a a; do sleep 10; done; echo end", id="a list of the same words"),
        pytest.param("set -- 1 2 3 4 5; while [ $# -gt 0 ]; do shift; sleep 10; done; echo end", id="shifting"),
        pytest.param("(sleep 49.5; touch /tmp/x) & while [ ! -e /tmp/x ]; do sleep 1; done; echo end", id="somebody else's file"),
    ],
)
def test_a_loop_that_comes_to_an_end_does_so(script):
    container = sh(script).run(DAY_MS)

    assert container.lines[-1] == (50, "end")


def slow(script: str) -> Container:
    """The same container with every round simulated."""
    container = Container("sleep", "infinity")
    container.processes.kill()
    container.processes = Processes(container, ("/bin/sh", "-c", script), {"HOSTNAME": "web"}, parks=False)
    container.processes.start()
    return container


PIECES = st.sampled_from(
    [
        "sleep 1",
        "sleep 0.7",
        "sleep 3",
        "echo a",
        "echo $x",
        "x=1",
        "x=$((x+1))",
        "[ -f /tmp/go ] && echo go",
        "[ -f /tmp/go ] && break",
        "touch /tmp/seen",
        "cat /tmp/go 2>/dev/null",
        "true",
        "f",
        "date +%s",
        "n=$(cat /tmp/go 2>/dev/null || echo 0)",
        "[ $x -gt 9 ] && break",
        "sleep 2 & wait $!",
        "(sleep 1)",
        "echo x >/dev/null",
        "for i in 1 2; do sleep 1; done",
        "while [ -f /tmp/go ]; do sleep 2; rm /tmp/go; done",
    ]
)
BODIES = st.lists(PIECES, min_size=1, max_size=3).map("; ".join)
SCRIPTS = st.builds(
    lambda trap, function, before, body, after: f"x=0; f() {{ {function}; }}; {trap}; {before}; while :; do {body}; sleep 1; done; {after}",
    st.sampled_from(["trap 'echo T; exit 3' TERM", "trap 'echo T' TERM", "trap '' TERM", "true"]),
    st.sampled_from(["sleep 1", "echo f", "sleep 2; echo g", "return 1"]),
    BODIES,
    BODIES,
    BODIES,
)
DISTURBANCES = st.lists(st.tuples(st.integers(0, 60_000), st.sampled_from(["TERM", "go", "write", "kill sleep"])), max_size=5)


def disturb(container: Container, disturbances: list[tuple[int, str]]) -> Container:
    acts = {
        "TERM": lambda: container.processes.signal("TERM"),
        "go": lambda: container.processes.exec(["touch", "/tmp/go"]),
        "write": lambda: container.processes.exec(["sh", "-c", "echo 12 > /tmp/go"]),
        "kill sleep": lambda: container.processes.exec(["pkill", "sleep"]),
    }
    for at_ms, act in disturbances:
        # Odd milliseconds never meet the end of a sleep, whose order with a disturbance at the same instant is anybody's.
        container.at(at_ms * 2 + 1, acts[act])
    return container


@given(SCRIPTS, DISTURBANCES)
def test_skipping_rounds_makes_no_difference(script, disturbances):
    fast, every_round = sh(script), slow(script)

    for container in (fast, every_round):
        disturb(container, disturbances).run(200_000)
        container.processes.kill()

    assert fast.lines == every_round.lines
    assert (fast.exit, fast.agenda.now_ms) == (every_round.exit, every_round.agenda.now_ms)
    assert fast.layer.used_bytes == every_round.layer.used_bytes
