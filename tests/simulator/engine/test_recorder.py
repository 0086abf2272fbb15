"""What happened, in order? And the one door through which a state changes."""

from __future__ import annotations

from enum import StrEnum

import pytest

from simulator.engine.agenda import Agenda
from simulator.engine.recorder import Recorder
from simulator.errors import BrokenInvariant
from simulator.states import MOVES, ContainerState, PodPhase, RuntimeState, SandboxState, WorkerState


def test_records_are_numbered_without_holes_and_carry_virtual_seconds() -> None:
    clock = Agenda()
    recorder = Recorder(clock)
    recorder.record("node", call="first")
    clock.now_ms = 1_234
    assert recorder.record("node", call="second") == 1
    clock.now_ms = 2_000
    recorder.record("node", call="third")

    assert [(r["seq"], r["t"]) for r in recorder.take()] == [(0, 0), (1, 1.234), (2, 2)]
    assert recorder.take() == [], "each record is given out once"
    assert (recorder.count, recorder.last_ms) == (3, 2_000)


def test_a_field_that_is_none_is_left_out_but_for_from() -> None:
    recorder = Recorder(Agenda())
    recorder.record("status", field="phase", from_=None, to="Pending", reason=None)

    assert recorder.take() == [{"seq": 0, "t": 0, "layer": "status", "field": "phase", "from": None, "to": "Pending", "why": "phase-pending"}]


def test_a_record_tells_what_it_follows_from_across_everything_that_was_armed_meanwhile() -> None:
    clock = Agenda()
    recorder = Recorder(clock)
    recorder.record("action", object="node", call="cordon")
    clock.after(10, lambda: recorder.record("event", object="pod", reason="Told"))
    clock.after(20, lambda: recorder.record("runtime", object="app", call="exit event", exit_code=0))
    clock.after(20, lambda: recorder.record("runtime", object="app", call="exit event", exit_code=1, because=1))
    while clock.step():
        pass

    assert [(r["why"], r.get("because")) for r in recorder.take()] == [("asked-for", None), ("event-told", 0), ("process-finished", 0), ("process-failed", 1)]


def test_what_the_api_shows_side_by_side_follows_from_one_cause() -> None:
    recorder = Recorder(Agenda())
    recorder.record("kubelet", object="pod", call="SyncPod enter")
    recorder.record("status", object="pod", field="phase", from_=None, to="Running")
    recorder.record("status", object="pod", field="condition:Ready", from_=None, to="True")

    assert [r.get("because") for r in recorder.take()] == [None, 0, 0]


@pytest.mark.parametrize(
    ("moves", "illegal"),
    [
        pytest.param([PodPhase.PENDING, PodPhase.RUNNING, PodPhase.SUCCEEDED], PodPhase.RUNNING, id="a pod that has succeeded runs again"),
        pytest.param([PodPhase.PENDING, PodPhase.FAILED], PodPhase.SUCCEEDED, id="a pod that has failed succeeds after all"),
        pytest.param([], PodPhase.RUNNING, id="a pod begins as Running"),
        pytest.param([RuntimeState.CREATED, RuntimeState.RUNNING, RuntimeState.EXITED], RuntimeState.RUNNING, id="a dead instance comes back to life"),
        pytest.param([RuntimeState.CREATED, RuntimeState.RUNNING], RuntimeState.REMOVED, id="a running instance is removed"),
        pytest.param([SandboxState.READY, SandboxState.NOT_READY], SandboxState.READY, id="a stopped sandbox is used again"),
        pytest.param([WorkerState.SYNCING, WorkerState.TERMINATING], WorkerState.SYNCING, id="a terminating pod is synced again"),
    ],
)
def test_an_illegal_move_raises_and_changes_nothing(moves: list[StrEnum], illegal: StrEnum) -> None:
    recorder = Recorder(Agenda())
    for state in moves:
        recorder.move("web", state)

    with pytest.raises(BrokenInvariant, match=r"of web: .* is not in the table"):
        recorder.move("web", illegal)

    assert recorder.state(type(illegal), "web") == (moves[-1] if moves else None)
    assert recorder.count == 0


def test_subjects_and_kinds_of_state_are_kept_apart() -> None:
    recorder = Recorder(Agenda())
    recorder.move("web", PodPhase.PENDING)
    recorder.move("web", ContainerState.RUNNING)

    assert recorder.state(PodPhase, "web") is PodPhase.PENDING
    assert recorder.state(ContainerState, "web") is ContainerState.RUNNING
    assert recorder.state(PodPhase, "other") is None


@pytest.mark.parametrize("states", list(MOVES), ids=lambda states: states.__name__)
def test_every_state_can_be_reached_and_has_its_row(states: type[StrEnum]) -> None:
    table = MOVES[states]
    reached, frontier = set(), set(table[None])
    while frontier:
        reached |= frontier
        frontier = {to for state in frontier for to in table[state]} - reached

    assert set(table) == {None, *states}
    assert reached == set(states)
