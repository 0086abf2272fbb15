"""What holds for every pod, whatever its containers do and whatever is done to it?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from hypothesis import given, settings

import simulator
from simulator.pod import Pod
from simulator.scenario import Scenario
from simulator.trace import encode
from tests.simulator.strategies import scenarios

Record = dict[str, Any]
TERMINAL = ("Succeeded", "Failed")
FORGETS = ("evict", "shutdownNode")
"""Actions whose grace period is the kubelet's own and stands nowhere in the trace."""


def ms(record: Record) -> int:
    return round(record["t"] * 1000)


def of(records: list[Record], pod: Pod, layer: str) -> list[Record]:
    """A pod's records of a layer."""
    return [record for record in records if record.get("pod") == pod.key and record["layer"] == layer]


def running_at(records: list[Record], pod: Pod, at: int) -> set[str]:
    """Whose processes ran just before the record number `at`?"""
    alive: set[str] = set()
    for record in of(records[:at], pod, "runtime"):
        match record["call"]:
            case "StartContainer returned":
                alive.add(record["object"])
            case "exit event":
                alive.discard(record["object"])
    return alive


def grace_s(records: list[Record], scenario: Scenario, pod: Pod, at: int) -> int | None:
    """The grace of a pod that begins to terminate at the record number `at`; None: it stands nowhere in the trace."""
    if any(action.verb in FORGETS for action in scenario.actions):
        return None
    said = [
        int(str(record["message"]).rpartition("=")[2]) if record["field"] == "deletionTimestamp" else int(record["to"])
        for record in of(records[:at], pod, "status")
        if record["field"] in ("deletionTimestamp", "deletionGracePeriodSeconds")
    ]
    if not said:
        return pod.termination_grace_period_seconds
    return None if said[-1] == 0 else min(said)


def stops(records: list[Record], pod: Pod) -> Iterator[tuple[Record, int]]:
    """Each StopContainer call of a pod, and the seconds that it gave."""
    for record in of(records, pod, "runtime"):
        if record["call"] == "StopContainer called":
            yield record, int(record["detail"].removeprefix("timeout ").removesuffix("s"))


# -- what must hold -----------------------------------------------------------------------------------------------------------------


def time_never_runs_back(scenario: Scenario, records: list[Record]) -> None:
    assert all(before["t"] <= after["t"] for before, after in pairwise(records))
    assert ms(records[0]) == 0
    assert ms(records[-1]) == scenario.until_ms


def seq_has_no_holes(scenario: Scenario, records: list[Record]) -> None:
    assert [record["seq"] for record in records] == list(range(len(records)))
    assert all(record["because"] < record["seq"] for record in records if "because" in record)
    assert [record["layer"] for record in records].count("end") == 1


def spans_of_a_lane_follow_each_other(scenario: Scenario, records: list[Record]) -> None:
    """Each change begins where the one before it ended."""
    last: dict[tuple[str, str, str], Any] = {}
    for record in records:
        if record["layer"] == "status" and record["field"] not in ("watch", "deletionTimestamp", "deletionGracePeriodSeconds", "lastState"):
            lane = record.get("pod", ""), record["object"], record["field"]
            if lane in last or record["field"] in ("state", "phase"):
                assert record["from"] == last.get(lane), lane
            last[lane] = record["to"]


def instances_of_a_container_never_overlap(scenario: Scenario, records: list[Record]) -> None:
    alive: dict[tuple[str, str], int] = {}
    for record in records:
        if record["layer"] == "runtime":
            lane = record["pod"], record["object"]
            if record["call"] == "StartContainer returned":
                assert lane not in alive
                alive[lane] = record["attempt"]
            elif record["call"] == "exit event" and lane in alive:
                assert alive.pop(lane) == record["attempt"]


def restart_count_never_falls(scenario: Scenario, records: list[Record]) -> None:
    shown: dict[tuple[str, str], int] = defaultdict(int)
    created: dict[tuple[str, str], int] = {}
    for record in records:
        lane = record.get("pod", ""), record.get("object", "")
        if record["layer"] == "status" and record["field"] == "restartCount":
            assert record["to"] > shown[lane]
            shown[lane] = record["to"]
        elif record.get("call") == "CreateContainer returned":
            assert record["attempt"] > created.get(lane, -1)
            created[lane] = record["attempt"]


def a_terminal_phase_never_changes(scenario: Scenario, records: list[Record]) -> None:
    for pod in scenario.pods:
        phases = [record["to"] for record in of(records, pod, "status") if record["field"] == "phase"]
        assert not any(phase in TERMINAL for phase in phases[:-1])


def nothing_starts_after_termination_began(scenario: Scenario, records: list[Record]) -> None:
    """Within the life of one kubelet: a new one does not know what the old one was about to do to a pod that nobody deleted."""
    terminating: set[str] = set()
    for record in records:
        if record.get("call") == "kubelet stopped":
            terminating.clear()
        elif record.get("call") == "SyncTerminatingPod enter":
            terminating.add(record["pod"])
        elif record.get("call") in ("RunPodSandbox called", "CreateContainer called", "StartContainer called"):
            assert record["pod"] not in terminating


def sigkill_never_comes_before_the_grace_is_over(scenario: Scenario, records: list[Record]) -> None:
    outside = {action.target for action in scenario.actions if action.verb == "kill"}
    for pod in scenario.pods:
        given: dict[str, int] = {}
        whole_ms = None
        for record in [r for r in records if r.get("pod") == pod.key]:
            match record.get("call"), record.get("detail"):
                case "SyncTerminatingPod enter", _:
                    seconds = grace_s(records, scenario, pod, record["seq"])
                    whole_ms = None if seconds is None else ms(record) + seconds * 1000
                case "StopContainer called", str(detail):
                    # A call of a kubelet that has ended goes on in the runtime, beside that of the next one: the first to end kills.
                    until_ms = ms(record) + int(detail.removeprefix("timeout ").removesuffix("s")) * 1000
                    given[record["object"]] = min(until_ms, given.get(record["object"], until_ms))
                case "exit event", _:
                    given.pop(record["object"], None)
                case "signal", "SIGKILL" if f"{pod.name}/{record['object']}" not in outside:
                    assert ms(record) >= given[record["object"]]
                    assert whole_ms is None or ms(record) >= whole_ms


def everybody_has_two_seconds_between_the_signals(scenario: Scenario, records: list[Record]) -> None:
    for pod in scenario.pods:
        assert all(seconds >= 2 for _, seconds in stops(records, pod))


def a_sidecar_gets_sigterm_in_its_turn_or_when_the_grace_is_over(scenario: Scenario, records: list[Record]) -> None:
    """While the pod terminates: not before every main and the next later sidecar have ended."""
    if scenario.kubernetes < 29:
        return
    for pod in scenario.pods:
        names = [sidecar.name for sidecar in pod.sidecars]
        began = [r for r in records if r.get("call") == "kubelet stopped" or (r.get("pod") == pod.key and r.get("call") == "SyncTerminatingPod enter")]
        for stop, seconds in stops(records, pod):
            started = next((r for r in reversed(began) if r["seq"] < stop["seq"]), None)
            if started is None or started["call"] == "kubelet stopped" or stop["object"] not in names:
                continue
            later = names[names.index(stop["object"]) + 1 :][:1]
            waits_for = running_at(records, pod, stop["seq"]) & {*later, *(main.name for main in pod.containers)}
            whole_s = grace_s(records, scenario, pod, started["seq"])
            if waits_for:
                assert seconds == 2, f"{stop['object']} has {seconds} s left while {waits_for} run"
                assert whole_s is None or ms(stop) >= ms(started) + whole_s * 1000


def nothing_runs_whose_image_is_absent(scenario: Scenario, records: list[Record]) -> None:
    there = {image.image for image in scenario.node.images}
    images = {(pod.key, container.name): container.image for pod in scenario.pods for container in pod.all_containers()}
    for record in records:
        if record["layer"] == "image" and record["op"] == "pulled":
            there.add(record["image"].removeprefix("docker.io/library/"))
        elif record.get("call") == "CreateContainer called":
            assert images[record["pod"], record["object"]] in there or "present:2.0" in there


def an_object_stays_until_its_containers_have_ended(scenario: Scenario, records: list[Record]) -> None:
    """Unless it was deleted with a grace period of 0; then only the object goes."""
    for pod in scenario.pods:
        graces = [action.options.get("gracePeriodSeconds", pod.termination_grace_period_seconds) for action in scenario.actions if action.target == pod.name]
        for gone in [r for r in of(records, pod, "status") if r["field"] == "watch" and r["to"] == "DELETED"]:
            assert 0 in graces or not running_at(records, pod, gone["seq"])


def what_the_api_shows_has_happened(scenario: Scenario, records: list[Record]) -> None:
    """A container is shown running only after it was started, and an exit code only after that exit."""
    started: set[tuple[str, str]] = set()
    exits: set[tuple[str, str, int]] = set()
    for record in records:
        lane = record.get("pod", ""), record.get("object", "")
        if record.get("call") == "StartContainer returned":
            started.add(lane)
        elif record.get("call") == "exit event":
            exits.add((*lane, record["exit_code"]))
        elif record["layer"] == "status" and record["field"] == "state":
            assert record["to"] != "running" or lane in started
            if str(record["to"]).startswith("terminated:") and record["reason"] not in ("ContainerStatusUnknown", "RestartingAllContainers"):
                assert (*lane, record["exit_code"]) in exits


PROPERTIES: tuple[Callable[[Scenario, list[Record]], None], ...] = (
    time_never_runs_back,
    seq_has_no_holes,
    spans_of_a_lane_follow_each_other,
    instances_of_a_container_never_overlap,
    restart_count_never_falls,
    a_terminal_phase_never_changes,
    nothing_starts_after_termination_began,
    sigkill_never_comes_before_the_grace_is_over,
    everybody_has_two_seconds_between_the_signals,
    a_sidecar_gets_sigterm_in_its_turn_or_when_the_grace_is_over,
    nothing_runs_whose_image_is_absent,
    an_object_stays_until_its_containers_have_ended,
    what_the_api_shows_has_happened,
)


@given(scenario=scenarios())
def test_every_property_holds(scenario: Scenario) -> None:
    records = list(simulator.simulate(scenario))

    for holds in PROPERTIES:
        holds(scenario, records)


@given(scenario=scenarios(), other=scenarios())
@settings(max_examples=settings().max_examples // 3)
def test_the_same_input_gives_identical_bytes_whatever_was_simulated_before(scenario: Scenario, other: Scenario) -> None:
    first = [encode(record) for record in simulator.simulate(scenario)]
    list(simulator.simulate(other))

    assert [encode(record) for record in simulator.simulate(scenario)] == first
