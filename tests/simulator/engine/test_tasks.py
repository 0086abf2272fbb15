"""How does something take virtual time? Generators that yield what they wait for."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.engine.agenda import Agenda
from simulator.engine.tasks import Gate, Slots, Steps, Task, Wait


def finish(clock: Agenda) -> None:
    while clock.step():
        pass


def timed(clock: Agenda, waits_for: Any) -> list[tuple[int, Any]]:
    """When a task that waits for this goes on, and with which value."""
    seen: list[tuple[int, Any]] = []

    def steps() -> Steps:
        value = yield waits_for
        seen.append((clock.now_ms, value))

    Task(clock, steps())
    finish(clock)
    return seen


def opened_at(clock: Agenda, at_ms: int, value: Any = None) -> Gate:
    gate = Gate()
    clock.at(at_ms, lambda: gate.open(value))
    return gate


def answering(delay_ms: int, answer: Any) -> Steps:
    yield delay_ms
    return answer


def test_a_number_is_a_delay() -> None:
    assert timed(Agenda(), 250) == [(250, None)]


def test_a_gate_gives_its_value() -> None:
    clock = Agenda()

    assert timed(clock, opened_at(clock, 40, "exit 1")) == [(40, "exit 1")]


def test_an_open_gate_does_not_wait() -> None:
    gate = Gate()
    gate.open("at once")

    assert timed(Agenda(), gate) == [(0, "at once")]


@pytest.mark.parametrize(
    ("opens_ms", "expected"),
    [
        pytest.param(40, (40, True), id="it opens in time"),
        pytest.param(150, (100, False), id="it opens too late"),
        pytest.param(100, (100, True), id="it opens at the last moment: armed first, it wins"),
    ],
)
def test_waiting_for_a_gate_at_most_100_ms(opens_ms: int, expected: tuple[int, bool]) -> None:
    clock = Agenda()

    assert timed(clock, Wait(opened_at(clock, opens_ms), 100)) == [expected]


def test_a_task_that_waits_for_another_gets_what_it_returned() -> None:
    clock = Agenda()

    assert timed(clock, Task(clock, answering(70, "done"))) == [(70, "done")]


def test_yield_from_passes_values_up() -> None:
    clock = Agenda()

    def outer() -> Steps:
        first = yield from answering(10, 1)
        second = yield from answering(20, 2)
        return first + second

    assert timed(clock, Task(clock, outer())) == [(30, 3)]


def test_a_gate_lets_everybody_through_in_the_order_in_which_they_came() -> None:
    gate, order = Gate(), []
    for word in ("a", "b", "c"):
        gate.when_open(lambda word=word: order.append(word))  # type: ignore[misc]

    gate.open()
    gate.open("again")

    assert order == ["a", "b", "c"]
    assert gate.value is None, "opening twice changes nothing"


def test_a_cancelled_task_cleans_up_and_never_goes_on() -> None:
    clock, log = Agenda(), []

    def steps() -> Steps:
        try:
            yield 100
            log.append("went on")
        finally:
            log.append("cleaned up")

    task = Task(clock, steps())
    clock.at(50, task.cancel)
    finish(clock)

    assert log == ["cleaned up"]
    assert task.cancelled
    assert task.done.is_open
    assert task.done.value is None


def test_cancelling_a_task_that_has_ended_keeps_its_answer() -> None:
    clock = Agenda()
    task = Task(clock, answering(10, "kept"))
    finish(clock)

    task.cancel()

    assert (task.done.value, task.cancelled) == ("kept", False)


def test_slots_are_given_out_in_the_order_of_asking() -> None:
    clock, slots, log = Agenda(), Slots(1), []

    def pull(name: str, takes_ms: int) -> Steps:
        yield from slots.acquire()
        log.append((clock.now_ms, name))
        yield takes_ms
        slots.release()

    for name, takes_ms in (("big", 100), ("small", 10), ("tiny", 1)):
        Task(clock, pull(name, takes_ms))
    assert slots.waiting == 2
    finish(clock)

    assert log == [(0, "big"), (100, "small"), (110, "tiny")]


def test_without_a_limit_nobody_waits_for_a_slot() -> None:
    clock, slots = Agenda(), Slots(None)

    for _ in range(100):
        Task(clock, slots.acquire())
    slots.release()

    assert slots.waiting == 0
