"""Where do scripts end that are made to take everything? Each ends, or counts as busy for ever, after a number of steps and not after a time."""

import pytest

from simulator.shell.limits import MAX_MATCH_STEPS, MAX_STEPS_PER_INSTANT
from simulator.shell.processes import Processes
from simulator.shell.regex import compiled, search
from tests.simulator.shell.shell_host import sh


@pytest.mark.parametrize(
    "script",
    [
        pytest.param("while :; do :; done", id="a loop of nothing"),
        pytest.param("until false; do true; done", id="the other loop of nothing"),
        pytest.param("while :; do x=$((x+1)); done", id="a loop that counts"),
        pytest.param("while :; do echo x > /tmp/x; cat /tmp/x > /dev/null; done", id="a loop over a file"),
        pytest.param("trap 'kill -USR1 $$' USR1; kill -USR1 $$; while :; do :; done", id="a signal that sends itself"),
        pytest.param(
            "trap 'kill $p' USR1; (trap 'kill -USR1 1' TERM; while :; do :; done) & p=$!; kill $p; while :; do :; done", id="two that wake each other"
        ),
        pytest.param("trap 'kill -USR1 $$' USR1; kill -USR1 $$; while :; do sleep 1; done", id="a signal that sends itself, with a sleep beside it"),
    ],
)
def test_an_endless_loop_ends_an_instant_after_a_number_of_steps(script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = 0
    count = Processes.over_budget

    def counted(self: Processes) -> bool:
        nonlocal steps
        steps += 1
        return count(self)

    monkeypatch.setattr(Processes, "over_budget", counted)
    sh(script)

    assert 0 < steps <= 2 * MAX_STEPS_PER_INSTANT


@pytest.mark.parametrize(
    ("script", "said"),
    [
        pytest.param("bomb() { bomb & bomb; }; bomb", "can't fork: Resource temporarily unavailable", id="a fork bomb"),
        pytest.param("i=0; while :; do i=$((i+1)); eval v$i=1; done", "out of memory", id="variables without end"),
        pytest.param("f() { f; }; f", "maximum function nesting level exceeded", id="a function that calls itself"),
        pytest.param("i=0; while :; do i=$((i+1)); echo x > /tmp/$i; done", "No space left on device", id="files without end"),
    ],
)
def test_what_grows_without_end_is_told_no(script: str, said: str) -> None:
    assert said in "".join(text for _, text in sh(script).writes)


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        pytest.param("(a*)*b", "a" * 5_000, id="stars in stars"),
        pytest.param("(a|a)*b", "a" * 5_000, id="two ways for each letter"),
        pytest.param("(a|aa)+$", "a" * 5_000 + "b", id="one or two at a time"),
        pytest.param("(.*a){12}", "a" * 2_000, id="a counted star"),
        pytest.param("(((((a*)*)*)*)*)*b", "a" * 2_000, id="six stars"),
    ],
)
def test_a_regular_expression_of_a_script_takes_steps_in_proportion(expression: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = 0
    follow = search.__globals__["_follow"]

    def counted(*arguments: object) -> None:
        nonlocal steps
        steps += 1
        follow(*arguments)

    monkeypatch.setitem(search.__globals__, "_follow", counted)
    program = compiled(expression, extended=True)
    search(program, text)

    assert steps <= min(MAX_MATCH_STEPS, (len(program) + 1) * (len(text) + 1)) * len(program)
