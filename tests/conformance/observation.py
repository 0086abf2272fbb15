"""What does no trace hold? How often each probe's handler was called, of which image each run is, and what the API stores of each pod at the end.

A trace has nothing periodic that changed nothing, and the prober skips ticks whose answer is known. Here each answer holds for its own instant only, so that
every tick asks, as in a real kubelet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from simulator.engine.tasks import Steps
from simulator.pod import Handler, Pod, ProbeType
from simulator.runtime.processes import ContainerProcesses, ProbeAnswer
from simulator.scenario import Scenario
from simulator.simulation import Simulation
from tests.conformance.history import Record


class ProbeCall(NamedTuple):
    """One call of a probe's handler."""

    t: float
    pod: str
    container: str
    probe: str


class StartedImage(NamedTuple):
    """The image that a run of a container was made from."""

    pod: str
    container: str
    image: str


@dataclass(slots=True)
class Observation:
    """What an observed run showed. Runs of a container are in the order of their start."""

    probe_calls: list[ProbeCall] = field(default_factory=list)
    images: list[StartedImage] = field(default_factory=list)
    pods: Mapping[str, Pod] = field(default_factory=dict)
    """The stored objects at the end, by name; of one that is gone the last state."""


def observe(scenario: Scenario) -> Observation:
    """Run the scenario and watch it from inside."""
    simulation, seen = Simulation(scenario), Observation()
    for record in simulation.run():
        if record["layer"] == "runtime" and record["call"] == "StartContainer returned":
            _watch(simulation, seen, record)
    seen.pods = {obj.pod.name: obj.pod for obj in simulation.api.by_uid.values()}
    return seen


def _watch(simulation: Simulation, seen: Observation, record: Record) -> None:
    """A container has just started: note its image, and every call of its probes from now on."""
    pod = next(obj.pod for obj in reversed(simulation.api.by_uid.values()) if obj.pod.key == record["pod"])
    made = simulation.runtime.running(pod.uid, record["object"])
    if made is None or made.processes is None:
        return
    name = made.container.name
    seen.images.append(StartedImage(pod.name, name, made.image))

    def note(probe: ProbeType) -> int:
        seen.probe_calls.append(ProbeCall(simulation.agenda.now_ms / 1000, pod.name, name, str(probe)))
        return simulation.agenda.now_ms

    made.processes = _Asked(made.processes, note)


class _Asked:
    """A container's processes; every call of a probe's handler is noted, and its answer holds for that instant only."""

    def __init__(self, inner: ContainerProcesses, note: Callable[[ProbeType], int]) -> None:
        self._inner = inner
        self._note = note

    def __getattr__(self, attribute: str) -> Any:
        return getattr(self._inner, attribute)

    def probe(self, probe_type: ProbeType, handler: Handler, timeout_ms: int) -> Steps:
        """As the real one, noted."""
        asked_ms = self._note(probe_type)
        answer: ProbeAnswer = yield from self._inner.probe(probe_type, handler, timeout_ms)
        return replace(answer, holds_until_ms=asked_ms)
