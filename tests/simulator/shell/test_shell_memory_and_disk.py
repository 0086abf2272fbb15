"""What do scripts take of memory and disk?"""

import pytest

from simulator.shell import Mount, Storage
from tests.simulator.shell.shell_host import sh

MIB = 1 << 20


@pytest.mark.parametrize(
    ("script", "lines", "code", "oom_killed", "oom_child"),
    [
        pytest.param("echo eating; a=x; while :; do a=$a$a; done", [(0, "eating")], 137, True, True, id="a variable that grows for ever"),
        pytest.param(
            'echo start; sh -c "a=x; while :; do a=\\$a\\$a; done"; echo child $?; sleep 2; exit 0',
            [(0, "start"), (0.124, "Killed"), (0.124, "child 137")],
            0,
            False,
            True,
            id="in a child, PID 1 lives on",
        ),
        pytest.param("tail /dev/zero; echo $?", [(0.022, "Killed"), (0.022, "137")], 0, False, True, id="a line without an end"),
        pytest.param("x=$(head -c 50M /dev/zero | tr '\\0' x); echo no", [], 137, True, True, id="a file read into a variable"),
        pytest.param("x=$(head -c 5M /dev/zero | tr '\\0' x); echo ${#x}", [(0.019, "5242880")], 0, False, False, id="one that fits"),
        pytest.param("stress --vm 1 --vm-bytes 250M --vm-hang 1", [(0.03, "stress: FAIL: worker got signal 9")], 1, False, True, id="stress over the limit"),
        pytest.param("stress --vm 1 --vm-bytes 10M --timeout 5; echo $?", [(5, "0")], 0, False, False, id="stress under the limit"),
        pytest.param("dd if=/dev/zero bs=100M count=1 2>/dev/null | sleep 9; echo $?", [(9, "0")], 0, False, True, id="the block of a dd that nobody reads"),
    ],
)
def test_over_a_limit_of_twenty_mebibytes(script, lines, code, oom_killed, oom_child):
    container = sh(script, memory_limit_bytes=20 * MIB).run()

    assert (container.lines, container.exit.code, container.exit.oom_killed, container.exit.oom_child) == (lines, code, oom_killed, oom_child)


def test_a_loop_that_adds_a_little_at_a_time_ends_by_the_arithmetic_of_its_growth():
    container = sh('while :; do a="$a xxxxxxxxxxxxxxxxxxxxxxx"; done', memory_limit_bytes=20 * MIB).run(10**9)

    assert (container.exit.code, container.exit.oom_killed) == (137, True)
    assert container.agenda.now_ms > 60_000
    assert container.steps < 20_000


def test_memory_stays_while_a_pipe_is_full_and_goes_with_its_process():
    container = sh("for s in 1900; do dd if=/dev/zero bs=${s}M count=1 2>/dev/null | sleep 60 & done; echo allocated; sleep 100 & wait $!; echo over")
    container.at(50_000, lambda: held.append(sum(container.memory_by_process.values())))
    held: list[int] = []
    container.run()

    assert held == [1900 * MIB]
    assert container.lines == [(0, "allocated"), (100, "over")]
    assert sum(container.memory_by_process.values()) == 0


def used_after(script: str, until_ms: int = 10**8) -> int:
    volume = Storage("d")
    sh(script, mounts={"/d": Mount(volume)}).run(until_ms)
    return volume.used_bytes


@pytest.mark.parametrize(
    ("script", "used_bytes"),
    [
        pytest.param("dd if=/dev/zero of=/d/f bs=1M count=190 2>/dev/null", 190 * MIB, id="dd"),
        pytest.param("dd if=/dev/zero of=/d/f bs=1k count=3 2>/dev/null; dd if=/dev/zero of=/d/f bs=1k count=1 2>/dev/null", 1024, id="dd again cuts the file"),
        pytest.param("dd if=/dev/zero of=/d/f bs=1M count=0 seek=100 2>/dev/null", 100 * MIB, id="dd that only seeks"),
        pytest.param("head -c 5M /dev/zero > /d/f", 5 * MIB, id="head -c"),
        pytest.param("truncate -s 3M /d/f; truncate -s 1M /d/f", MIB, id="truncate"),
        pytest.param("fallocate -l 2G /d/f", 2048 * MIB, id="fallocate"),
        pytest.param("echo hello > /d/a; cat /d/a /d/a > /d/b", 18, id="echo and cat"),
        pytest.param("echo hello > /d/a; echo hello >> /d/a; echo x > /d/a", 2, id="writing over"),
        pytest.param("printf 'é' > /d/a", 2, id="bytes, not characters"),
        pytest.param("dd if=/dev/zero of=/d/a bs=1M count=9 2>/dev/null; cp /d/a /d/b; rm /d/a", 9 * MIB, id="cp and rm"),
        pytest.param("mkdir -p /d/x/y; fallocate -l 1M /d/x/y/f; rm -r /d/x", 0, id="rm -r"),
        pytest.param("fallocate -l 1M /d/a; mv /d/a /tmp/a", 0, id="moved away"),
        pytest.param("fallocate -l 1M /tmp/a; mv /tmp/a /d/a", MIB, id="moved here"),
        pytest.param("while :; do echo 0123456789 >> /d/log; sleep 1; done", 11 * 101, id="a log that grows"),
        pytest.param("yes > /d/f", 16 * MIB, id="yes, a great deal a second"),
    ],
)
def test_bytes_of_a_volume(script, used_bytes):
    assert used_after(script, 1_050 if script.startswith("yes") else 100_000) == used_bytes


def test_a_long_write_takes_its_time_and_shows_on_the_way():
    volume = Storage("d")
    seen: list[int] = []
    volume.watch(lambda storage: seen.append(storage.used_bytes >> 20))

    container = sh("dd if=/dev/zero of=/d/f bs=1M count=180 2>/dev/null; echo wrote", mounts={"/d": Mount(volume)}).run()

    assert container.lines[0][0] == pytest.approx(1, abs=0.05)
    assert seen == sorted(seen)
    assert len(seen) > 10
    assert seen[-1] == 180


def test_a_full_disk_takes_what_fits():
    volume = Storage("d", room=lambda: 10 * MIB - volume.used_bytes)

    container = sh("dd if=/dev/zero of=/d/f bs=1M count=90 2>/dev/null; echo $?; echo x > /d/g; echo $?", mounts={"/d": Mount(volume)}).run()

    assert volume.used_bytes == 10 * MIB
    assert [line for _, line in container.lines] == ["1", "1"]


def test_a_file_that_is_removed_while_it_is_written_to_takes_no_more_room():
    assert used_after("exec 3>/d/f; echo one >&3; rm /d/f; echo two >&3") == 0
