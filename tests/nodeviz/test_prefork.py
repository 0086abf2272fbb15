"""Does a worker notice at once that one of its processes has ended? Celery's own pool and event loop, and a real process that takes its time to end."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from typing import IO, Any

import pytest
from billiard.exceptions import WorkerLostError
from kombu.asynchronous import Hub

from nodeviz.prefork import PromptPool

PATIENCE_S = 30.0


class NoRounds(PromptPool):
    """Without the regular look at every process, which would find the lost one in the end."""

    @property
    def timers(self) -> dict[Callable[[], None], float]:
        return {}


def let_go_and_stay(until_fd: int) -> None:
    """As a killed process does for a moment: its files are closed, and it cannot be waited for yet. Here until somebody closes the pipe."""
    os.closerange(3, until_fd)
    os.closerange(until_fd + 1, 1024)
    os.read(until_fd, 1)
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture
def hub() -> Iterator[Hub]:
    made = Hub()
    yield made
    made.close()


@pytest.fixture
def until() -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """A pipe that the processes of the pool inherit."""
    read_fd, write_fd = os.pipe()
    with open(read_fd, "rb") as reading, open(write_fd, "wb") as writing:
        yield reading, writing


@pytest.fixture
def pool(hub: Hub, until: tuple[IO[bytes], IO[bytes]]) -> Iterator[NoRounds]:
    made = NoRounds(1, threads=False)
    made.register_with_event_loop(hub)
    yield made
    made.terminate()
    made.join()


def test_a_process_that_let_go_of_its_files_first_is_replaced_as_soon_as_it_has_ended(hub: Hub, until: tuple[IO[bytes], IO[bytes]], pool: NoRounds) -> None:
    (lost,) = pool._pool
    failures: list[Any] = []
    job = pool.apply_async(let_go_and_stay, (until[0].fileno(),), error_callback=failures.append)
    turn(hub, lambda: lost._sentinel_poll is None)
    was_there = lost._is_alive() and not job.ready()
    until[1].close()
    turn(hub, lambda: pool._pool != [lost])

    assert was_there
    assert (lost.exitcode, [failure.type for failure in failures], len(pool._pool)) == (-signal.SIGKILL, [WorkerLostError], 1)


def turn(hub: Hub, done: Callable[[], bool]) -> None:
    """The event loop."""
    loop, deadline_s = hub.create_loop(), time.monotonic() + PATIENCE_S
    while not done():
        assert time.monotonic() < deadline_s
        next(loop)
