"""What do exec probes and hooks see of the container, and what may be concluded from their answers?"""

import pytest

from simulator.behavior import OnSigterm, Run
from simulator.shell import ProgramRole
from tests.simulator.shell.shell_host import Container, sh


def executed(container, argv, at_ms, until_ms=10_000_000):
    """Start an exec at a moment, and let time pass; gives it and when it was done."""
    done_ms: list[int] = []
    executions = []

    def start():
        executions.append(container.processes.exec(argv))
        executions[0].done.when_open(lambda: done_ms.append(container.agenda.now_ms))

    container.at(at_ms, start).run(until_ms)
    return executions[0], done_ms[0] if done_ms else None


@pytest.mark.parametrize(
    ("at_ms", "code"),
    [
        pytest.param(0, 0, id="at once"),
        pytest.param(29_999, 0, id="just before"),
        pytest.param(30_001, 1, id="just after"),
        pytest.param(300_000, 1, id="later"),
    ],
)
def test_the_documentations_liveness_example(at_ms, code):
    container = sh("touch /tmp/healthy; sleep 30; rm -f /tmp/healthy; sleep 600")

    execution, _ = executed(container, ["cat", "/tmp/healthy"], at_ms)

    assert execution.done.value == code


@pytest.mark.parametrize(
    ("argv", "code", "done_ms", "output", "log"),
    [
        pytest.param(["true"], 0, 5_000, "", "", id="true"),
        pytest.param(["sh", "-c", "exit 3"], 3, 5_000, "", "", id="a status"),
        pytest.param(["sh", "-c", "sleep 5"], 0, 10_000, "", "", id="takes its time"),
        pytest.param(["sh", "-c", "echo to the kubelet; echo too >&2"], 0, 5_000, "to the kubelet\ntoo\n", "", id="its output goes to the kubelet"),
        pytest.param(["sh", "-c", "echo begin >/proc/1/fd/1; sleep 2; echo end >/proc/1/fd/1"], 0, 7_000, "", "begin\nend\n", id="but it can write to the log"),
        pytest.param(["test", "-f", "/tmp/made"], 0, 5_000, "", "", id="sees the container's files"),
        pytest.param(["sh", "-c", "kill -0 1 && pgrep sleep > /dev/null"], 0, 5_000, "", "", id="sees the container's processes"),
        pytest.param(["pg_isready", "-U", "postgres"], 0, 5_000, "", "", id="an unknown command is a success"),
        pytest.param(["/no/such/binary"], 127, 5_000, "sh: /no/such/binary: not found\n", "", id="one that says that it is missing is none"),
        pytest.param(["sh", "-c", "nginx -s reload && exec /app/check"], 0, 5_000, "", "", id="a program in a hook returns at once"),
        pytest.param(["sh", "-c", "if ("], 2, 5_000, 'sh: line 1: syntax error: unexpected "if"\n', "", id="a mistake"),
        pytest.param([], 0, 5_000, "", "", id="nothing at all"),
    ],
)
def test_an_exec(argv, code, done_ms, output, log):
    container = sh("touch /tmp/made; sleep 600")

    execution, at_ms = executed(container, argv, 5_000)

    assert (execution.done.value, at_ms, execution.output, container.output) == (code, done_ms, output, log)


@pytest.mark.parametrize(
    ("script", "pure", "changed", "reads_files", "reads_processes"),
    [
        pytest.param("true", True, False, False, False, id="nothing"),
        pytest.param("test -f /tmp/x", True, False, True, False, id="a file"),
        pytest.param("cat /tmp/x | grep -q y && [ -d /tmp ]", True, False, True, False, id="files in several ways"),
        pytest.param("ls /tmp/* >/dev/null", True, False, True, False, id="a pattern"),
        pytest.param("sleep 5", True, False, False, False, id="a sleep is always as long"),
        pytest.param("echo only output", True, False, False, False, id="output"),
        pytest.param("[ $(date +%s) -gt 5 ]", False, False, False, False, id="the time"),
        pytest.param("[ $RANDOM -gt 5 ]", False, False, False, False, id="chance"),
        pytest.param("find /tmp -mmin -1 | grep -q x", False, False, True, False, id="a file's age"),
        pytest.param("touch /tmp/x", True, True, True, False, id="a file made"),
        pytest.param("echo x > /tmp/x", True, True, False, False, id="a file written"),
        pytest.param("echo x > /dev/null", True, False, False, False, id="nothing written"),
        pytest.param("rm -f /tmp/none", True, False, True, False, id="a file not removed"),
        pytest.param("echo x > /proc/1/fd/1", True, True, False, False, id="the log written"),
        pytest.param("pgrep sleep >/dev/null", True, False, False, True, id="processes"),
        pytest.param("kill -USR2 1", True, True, False, True, id="a signal"),
        pytest.param("sleep 1 & wait", True, True, False, True, id="a job"),
    ],
)
def test_what_an_answer_depends_on(script, pure, changed, reads_files, reads_processes):
    execution, _ = executed(sh("sleep 600"), ["sh", "-c", script], 5_000)

    assert (execution.pure, execution.changed, execution.reads_files, execution.reads_processes) == (pure, changed, reads_files, reads_processes)


def test_a_probe_that_takes_too_long_is_killed_with_its_children():
    container = sh("sleep 600")
    execution = container.processes.exec(["sh", "-c", "sleep 60; touch /tmp/late"])
    container.at(1_000, execution.kill).run(100_000)

    assert execution.done.value == 137
    assert container.files.node("/tmp/late") is None
    assert [process.name for process in container.processes.everybody()] == ["sleep"]


def test_an_exec_dies_with_its_container():
    container = sh("sleep 3")

    execution, at_ms = executed(container, ["sleep", "60"], 1_000)

    assert (execution.done.value, at_ms) == (137, 3_000)


def test_no_exec_in_a_container_that_has_ended():
    container = sh("exit 0")

    assert container.processes.exec(["true"]).done.value == 126


def test_the_documentations_prestop_example_ends_a_web_server_gracefully():
    container = Container("nginx", "-g", "daemon off;", role=ProgramRole(run=Run(), on_sigterm=OnSigterm(exit_after_ms=1_500)))

    execution, at_ms = executed(container, ["/bin/sh", "-c", "nginx -s quit; while killall -0 nginx; do sleep 1; done"], 5_000)

    assert (container.code, container.agenda.now_ms) == (0, 6_500)
    assert (execution.done.value, at_ms) == (137, 6_500)


def test_a_hook_that_touches_a_file_lets_the_script_go_on():
    container = sh("until [ -f /tmp/stop ]; do sleep 3; done; echo stopping; exit 0")

    executed(container, ["touch", "/tmp/stop"], 10_000)

    assert (container.lines, container.code) == ([(12, "stopping")], 0)
