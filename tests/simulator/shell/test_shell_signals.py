"""Who hears a signal, and what comes of it?"""

import pytest

from simulator.behavior import OnSigterm, Run
from simulator.shell import ProgramRole
from tests.simulator.shell.shell_host import Container, sh

IGNORED = None


@pytest.mark.parametrize(
    ("script", "lines", "ends_ms", "code"),
    [
        pytest.param(
            'trap "echo SIGTERM; sleep 1; echo exit 0; exit 0" TERM; echo start; sleep 3600 & wait $!; echo exit end; exit 0',
            [(0, "start"), (10.5, "SIGTERM"), (11.5, "exit 0")],
            11_500,
            0,
            id="a trap interrupts wait",
        ),
        pytest.param('trap "echo T; exit 3" TERM; sleep 30; echo no', [(30, "T")], 30_000, 3, id="a trap waits for a foreground command"),
        pytest.param('trap "echo T; exit 3" TERM; while :; do sleep 4; done', [(12, "T")], 12_000, 3, id="in a loop it waits for the present round"),
        pytest.param(
            'trap "exit 3" TERM; while true; do echo tick; sleep 4; done',
            [(0, "tick"), (4, "tick"), (8, "tick")],
            12_000,
            3,
            id="rounds that write are all written",
        ),
        pytest.param('trap "echo ignored" TERM; while :; do sleep 3600 & wait $!; done', [(10.5, "ignored")], 1_000_000, IGNORED, id="a trap that only speaks"),
        pytest.param("while :; do sleep 1; done", [], 1_000_000, IGNORED, id="PID 1 without a trap ignores it"),
        pytest.param("sleep 20", [], 20_000, 0, id="so does a program that took PID 1's place"),
        pytest.param("trap '' TERM; sleep 20; echo end", [(20, "end")], 20_000, 0, id="a trap that ignores"),
        pytest.param("trap 'exit 3' TERM; trap - TERM; sleep 20", [], 20_000, 0, id="a trap taken back"),
        pytest.param("trap 'exit 3' 15; sleep 600 & wait", [], 10_500, 3, id="a signal by its number"),
        pytest.param("trap 'exit 3' SIGTERM; sleep 600 & wait", [], 10_500, 3, id="a signal by its long name"),
        pytest.param("trap 'echo bye' EXIT; trap 'exit 5' TERM; sleep 600 & wait", [(10.5, "bye")], 10_500, 5, id="EXIT runs behind TERM"),
        pytest.param(
            "trap 'kill $p; wait $p; echo $?; exit 0' TERM; sleep 600 & p=$!; wait", [(10.5, "143")], 10_500, 0, id="a trap that passes the signal on"
        ),
        pytest.param("trap 'echo T' TERM; sleep 600 & wait; echo $?", [(10.5, "T"), (10.5, "143")], 10_500, 0, id="wait tells of the signal"),
        pytest.param(
            "trap 'echo T' TERM; f() { sleep 5 & wait; echo f; }; f; f; f", [(5, "f"), (10, "f"), (10.5, "T"), (10.5, "f")], 10_500, 0, id="in a function"
        ),
        pytest.param("trap 'exit 3' TERM; while :; do :; done", [], 10_500, 3, id="a busy loop still runs its trap"),
        pytest.param("trap 'exit 3' TERM; tail -f /dev/null & wait", [], 10_500, 3, id="beside tail"),
        pytest.param("tini -- sleep 600", [], 10_500, 143, id="an init passes it on, and a child dies of it"),
        pytest.param("tini -- sh -c 'trap \"sleep 2; exit 4\" TERM; sleep 600 & wait'", [], 12_500, 4, id="an init passes it on to a trap"),
        pytest.param("(trap 'exit 3' TERM; sleep 6000 & wait) & wait", [], 1_000_000, IGNORED, id="a child does not hear what PID 1 is told"),
    ],
)
def test_sigterm_after_ten_and_a_half_seconds(script, lines, ends_ms, code):
    container = sh(script).sigterm_at(10_500).run(1_000_000)

    assert (container.lines, container.agenda.now_ms, container.code) == (lines, ends_ms, code)


def test_two_signals_run_the_trap_twice():
    container = sh('trap "echo T" TERM; while :; do sleep 3600 & wait $!; done').sigterm_at(1_000).sigterm_at(2_000).run(10_000)

    assert container.lines == [(1, "T"), (2, "T")]


@pytest.mark.parametrize(
    ("on_sigterm", "ends_ms", "code"),
    [
        pytest.param(OnSigterm(exit_after_ms=2_000, exit_code=1), 7_000, 1, id="ends after its time"),
        pytest.param(OnSigterm(exit_after_ms=None), 50_000, None, id="ignores it"),
    ],
)
@pytest.mark.parametrize("argv", [["/app/server"], ["sh", "-c", "exec /app/server"], ["sh", "-c", "/app/server"], ["tini", "/app/server"]])
def test_a_program_known_by_its_role_reacts_as_its_role_says(argv, on_sigterm, ends_ms, code):
    container = Container(*argv, role=ProgramRole(run=Run(), on_sigterm=on_sigterm)).sigterm_at(5_000).run(50_000)

    assert (container.agenda.now_ms, container.code) == (ends_ms, code)


def test_a_program_behind_a_shell_with_traps_is_a_child_and_hears_nothing():
    container = sh("trap 'echo late' TERM; /app/server").sigterm_at(5_000).run(50_000)

    assert (container.lines, container.code) == ([], None)


def test_sigkill_stops_everything_and_runs_no_trap():
    container = sh("trap 'echo no' EXIT TERM; (sleep 1; echo no) & sleep 600").at(500, lambda: container.processes.kill())
    container.run()

    assert (container.lines, container.agenda.now_ms, container.code) == ([], 500, 137)


def test_when_pid_1_ends_the_others_die():
    container = sh("(sleep 5; echo no) & sleep 1").run()
    while container.agenda.step():
        pass

    assert (container.lines, container.code) == ([], 0)


@pytest.mark.parametrize(
    ("script", "output"),
    [
        pytest.param("sleep 9 & kill $!; wait $!; echo $?", "143\n", id="SIGTERM"),
        pytest.param("sleep 9 & kill -9 $!; wait $!; echo $?", "137\n", id="SIGKILL"),
        pytest.param("sleep 9 & kill -s INT $!; wait $!; echo $?", "0\n", id="a job ignores SIGINT"),
        pytest.param("sleep 9 & kill -HUP %1; wait %1; echo $?", "129\n", id="a job by its number"),
        pytest.param("dd if=/dev/zero bs=1M count=1 2>/dev/null | sleep 99 & kill %1; wait; jobs; echo all", "all\n", id="a pipeline is one job"),
        pytest.param("sleep 1 & wait $!; sleep 2 & kill %1; wait $!; echo $?", "143\n", id="the number of a job that is done is free again"),
        pytest.param("sleep 9 & kill -0 $! && echo alive; kill $!; wait $!; kill -0 $! 2>/dev/null || echo gone", "alive\ngone\n", id="signal 0 only looks"),
        pytest.param("sleep 9 & [ -d /proc/$! ] && echo alive; kill $!; wait; [ -d /proc/$! ] || echo gone", "alive\ngone\n", id="/proc shows who lives"),
        pytest.param("sleep 9 & killall sleep; wait $!; echo $?; killall sleep", "143\nkillall: sleep: no process killed\n", id="by name"),
        pytest.param("sleep 9 & pgrep sleep >/dev/null && echo found; pkill sleep; wait; pidof sleep || echo none", "found\nnone\n", id="found by name"),
        pytest.param("sh -c 'kill -9 $$'; echo $?", "Killed\n137\n", id="a foreground child's death is told"),
        pytest.param("sh -c 'trap \"exit 4\" TERM; kill $$; sleep 9'; echo $?", "4\n", id="a child's own trap"),
        pytest.param("trap '' TERM; sh -c 'kill $$; echo survived'", "survived\n", id="what is ignored is ignored by children"),
        pytest.param("trap 'echo no' TERM; sh -c 'kill $$'; echo $?", "Terminated\n143\n", id="a trap is not inherited"),
        pytest.param("(sleep 1; kill -USR1 1) & trap 'echo U' USR1; wait; echo after", "U\nafter\n", id="PID 1 hears what it handles"),
        pytest.param("(sleep 1; kill -USR1 1) & sleep 2; echo lives", "lives\n", id="PID 1 does not die of what it does not handle"),
        pytest.param("kill 999; echo $?", "/bin/sh: can't kill pid 999: No such process\n1\n", id="nobody there"),
        pytest.param("sleep 5 & sleep 9 & kill $(jobs -p); wait; echo quick", "quick\n", id="all jobs"),
        pytest.param("sh -c 'sleep 50 & echo $!' >/tmp/p; kill $(cat /tmp/p) && echo orphan", "orphan\n", id="an orphan lives on"),
    ],
)
def test_signals_between_processes(script, output):
    container = sh(script).run()

    assert container.output == output
