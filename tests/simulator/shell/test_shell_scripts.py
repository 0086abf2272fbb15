"""What do scripts write, and when? Those of the recordings and of the Kubernetes documentation, and small ones for each construct that takes time."""

import pytest

from simulator.behavior import OnSigterm, Run
from simulator.shell import Mount, ProgramRole, Storage
from tests.simulator.shell.shell_host import Container, sh

FOR_EVER = None


@pytest.mark.parametrize(
    ("script", "lines", "code"),
    [
        pytest.param("echo start; sleep 3; echo exit 1; exit 1", [(0, "start"), (3, "exit 1")], 1, id="sleeps, speaks and exits"),
        pytest.param("echo start; sleep 0; echo exit 0; exit 0", [(0, "start"), (0, "exit 0")], 0, id="a sleep of nothing takes no time"),
        pytest.param(
            "sleep 0.25; echo a; sleep 1m; echo b; sleep 0.5 0.5; echo c",
            [(0.25, "a"), (60.25, "b"), (61.25, "c")],
            0,
            id="sleep takes fractions, units and sums",
        ),
        pytest.param("sleep infinity; echo never", [], FOR_EVER, id="infinity never ends"),
        pytest.param(
            "sleep x || echo bad", [(0, "sleep: invalid number 'could not convert string to float: 'x''"), (0, "bad")], 0, id="a sleep that is no number fails"
        ),
        pytest.param(
            "trap 'echo SIGTERM' TERM; echo start; sleep 3600 & wait $!; echo exit end; exit 0", [(0, "start"), (3600, "exit end")], 0, id="waits for a job"
        ),
        pytest.param("sleep 3 & sleep 1 & wait; echo both", [(3, "both")], 0, id="wait without a name waits for every job"),
        pytest.param("sleep 3 & sleep 1; echo one; wait; echo three", [(1, "one"), (3, "three")], 0, id="a job runs beside the script"),
        pytest.param("(sleep 1; echo in) | (sleep 2; cat); echo out", [(2, "in"), (2, "out")], 0, id="both sides of a pipe run at once"),
        pytest.param("x=$(sleep 2; echo late); echo $x", [(2, "late")], 0, id="a substitution takes its time"),
        pytest.param("timeout 2 sleep 10; echo $?", [(2, "124")], 0, id="timeout ends a command"),
        pytest.param("timeout 5 sleep 1; echo $?", [(1, "0")], 0, id="timeout lets a shorter command be"),
        pytest.param("i=0; while [ $i -lt 3 ]; do echo $i; i=$((i+1)); sleep 10; done", [(0, "0"), (10, "1"), (20, "2")], 0, id="a loop that counts"),
        pytest.param(
            "until [ -f /tmp/x ]; do sleep 2; done & sleep 5; touch /tmp/x; wait; echo seen", [(6, "seen")], 0, id="a loop sees a file at its next round"
        ),
        pytest.param("date +%s; sleep 90; date '+%Y-%m-%d %H:%M:%S'", [(0, "1767225600"), (90, "2026-01-01 00:01:30")], 0, id="date is virtual"),
        pytest.param("echo x > /tmp/l; (sleep 2; echo y >> /tmp/l) & tail -f /tmp/l", [(0, "x"), (2, "y")], FOR_EVER, id="tail -f follows a file"),
        pytest.param(
            "tail -F /tmp/late & sleep 3; echo here > /tmp/late; wait",
            [(0, "tail: can't open '/tmp/late': No such file or directory"), (3, "here")],
            FOR_EVER,
            id="tail -F waits for a file",
        ),
        pytest.param("tail -f /dev/null", [], FOR_EVER, id="tail of nothing is a way to wait for ever"),
        pytest.param("printf 'a\\nb\\n' | while read l; do sleep 1; echo $l; done", [(1, "a"), (2, "b")], 0, id="reads line by line"),
        pytest.param("read -t 3 x < /dev/null; echo $?", [(0, "1")], 0, id="read at the end of its input"),
        pytest.param("sleep 9 | read -t 3 x; echo $?", [(9, "142")], 0, id="read gives up after its time"),
        pytest.param("yes | head -n 2; echo $?", [(0, "y"), (0, "y"), (0, "0")], 0, id="a writer without a reader ends"),
        pytest.param("until nslookup db; do echo waiting; sleep 2; done; echo up", [(0, "up")], 0, id="an unknown command succeeds at once"),
        pytest.param(
            "curl -s http://x; echo $?; code=$(curl -s -o /dev/null -w '%{http_code}' x); echo $code", [(0, "0"), (0, "200")], 0, id="a request is answered"
        ),
        pytest.param(
            "x=$(wget --server-response http://x 2>&1 | awk '/^  HTTP/{print $2}'); [ $x -eq 200 ] && echo up",
            [(0, "up")],
            0,
            id="wget's answer can be looked at",
        ),
        pytest.param("/app/migrate && exec /app/server --port 80", [], FOR_EVER, id="the last command is the container's program"),
        pytest.param("./nonexistent-command; echo $?", [(0, "sh: ./nonexistent-command: not found"), (0, "127")], 0, id="a name that says so is missing"),
        pytest.param("echo a; if (; echo b", [(0, 'sh: line 1: syntax error: unexpected "echo"')], 2, id="a mistake on the first line"),
        pytest.param(
            "echo a\nif (\necho b", [(0, "a"), (0, 'sh: line 1: syntax error: unexpected "echo"')], 2, id="what stands on lines before a mistake is done"
        ),
        pytest.param("kill -9 1; kill 1; echo still here", [(0, "still here")], 0, id="PID 1 cannot be killed from inside"),
        pytest.param("kill -9 $$; echo still here", [(0, "still here")], 0, id="nor by itself"),
        pytest.param("set -- a b; for x do echo $x; done", [(0, "a"), (0, "b")], 0, id="for without in"),
        pytest.param("echo out > /proc/1/fd/1; echo err > /dev/stderr", [(0, "out"), (0, "err")], 0, id="output through /proc and /dev"),
        pytest.param("trap 'echo bye' EXIT; sleep 1; exit 4", [(1, "bye")], 4, id="the EXIT trap runs last"),
        pytest.param("set -e; sleep 1; false; echo no", [], 1, id="set -e ends the script"),
        pytest.param("exec sleep 5; echo no", [], 0, id="exec replaces the shell"),
        pytest.param("sh -c 'sleep 1; exit 7'; echo $?", [(1, "7")], 0, id="a shell in the shell"),
        pytest.param("tini -- sh -c 'sleep 1; exit 7'", [], 7, id="a small init passes the status on"),
        pytest.param("env A=1 sh -c 'echo $A'; nohup echo n", [(0, "1"), (0, "n")], 0, id="programs that run others"),
    ],
)
def test_a_script_in_virtual_time(script, lines, code):
    container = sh(script).run()

    assert (container.lines, container.code) == (lines, code)


@pytest.mark.parametrize(
    ("argv", "ends_ms", "code"),
    [
        pytest.param(["sleep", "3600"], 3_600_000, 0, id="sleep"),
        pytest.param(["/bin/sleep", "10"], 10_000, 0, id="sleep by its path"),
        pytest.param(["true"], 0, 0, id="true"),
        pytest.param(["false"], 0, 1, id="false"),
        pytest.param(["sh"], 0, 0, id="a shell without input ends at once"),
        pytest.param(["/bin/bash", "-ec", "for i in {1..3}; do sleep $i; done; [[ a == a* ]]; ((1 < 2)); false; exit 9"], 6_000, 1, id="bash's own words"),
        pytest.param(["sh", "-exc", "sleep 1"], 1_000, 0, id="options together"),
        pytest.param(["sh", "-c", "exit $1", "name", "5"], 0, 5, id="arguments of the script"),
        pytest.param(["env", "X=3", "sh", "-c", "exit $X"], 0, 3, id="env in front"),
        pytest.param(["test", "-f", "/nothing"], 0, 1, id="test"),
        pytest.param(["sh", "-c", "/bin/sh -c 'exit 3' || exit 4"], 0, 4, id="a nested shell by its path"),
    ],
)
def test_a_command_without_a_script(argv, ends_ms, code):
    container = Container(*argv).run()

    assert (container.agenda.now_ms, container.code) == (ends_ms, code)


def test_a_shell_whose_input_stays_open_waits():
    container = Container("sh", stdin_open=True).run()

    assert container.code is FOR_EVER


def test_a_counter_in_a_volume_survives_the_container():
    script = "n=$(cat /st/n 2>/dev/null || echo 0); echo $((n+1)) >/st/n; echo start $n; if [ $n = 2 ]; then sleep 665; exit 1; fi; exit 1"
    volume = Storage("st")

    outcomes = [(container.output, container.agenda.now_ms) for container in (sh(script, mounts={"/st": Mount(volume)}).run() for _ in range(3))]

    assert outcomes == [("start 0\n", 0), ("start 1\n", 0), ("start 2\n", 665_000)]


def test_random_is_drawn_from_the_seed():
    container = sh("sleep 1.$RANDOM; echo done").run()

    assert container.lines[0][1] == "done"
    assert 1_000 < container.agenda.now_ms < 2_000


@pytest.mark.parametrize(
    ("script", "programs"),
    [
        pytest.param("nginx -g 'daemon off;'", [("nginx", "-g", "daemon off;")], id="the only command"),
        pytest.param("/app/migrate; /app/server", [("/app/server",)], id="the last of several"),
        pytest.param("/app/server & wait", [("/app/server",)], id="one in the background"),
        pytest.param("/app/server | tee /tmp/log", [("/app/server",)], id="one that feeds the last pipe"),
        pytest.param("trap 'echo x' TERM; /app/server", [("/app/server",)], id="under a trap"),
        pytest.param("if true; then /app/server; fi", [("/app/server",)], id="inside an if at the end"),
        pytest.param("sh -c 'exec /app/server'", [("/app/server",)], id="in a nested shell"),
        pytest.param("dumb-init -- /app/server", [("/app/server",)], id="behind a small init"),
        pytest.param("apt-get update", [], id="not a program that is known to return"),
        pytest.param("/app/server; sleep 1", [], id="not one that is followed by something"),
    ],
)
def test_which_unknown_command_is_what_the_container_is_there_for(script, programs):
    container = sh(script).run()

    assert container.programs == programs


def test_the_role_says_how_long_its_program_runs():
    role = ProgramRole(run=Run(duration_ms=5_000, exit_code=3), on_sigterm=OnSigterm())

    container = sh("echo before; exec /app/server", role=role).run()

    assert (container.agenda.now_ms, container.code) == (5_000, 3)


def test_a_program_that_runs_out_of_memory_by_its_role_is_an_oom_kill():
    container = Container("/app/server", role=ProgramRole(run=Run(duration_ms=10, exit_code=137, reason="OOMKilled"), on_sigterm=OnSigterm())).run()

    assert (container.exit.code, container.exit.oom_killed) == (137, True)


def test_what_is_outside_the_subset_is_remarked():
    container = sh("frobnicate --now; a=(1 2); cat <(echo x); echo done").run()

    assert container.lines == [(0, "done")]
    assert container.processes.notes == [
        "outside the shell subset, counts as an instant success: frobnicate",
        "outside the shell subset, counts as done: arrays",
        "outside the shell subset, counts as done: process substitution",
    ]
