"""How is a case run? Through `simulator.load` and `simulator.simulate`, like anybody's documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import simulator
from simulator.scenario import Scenario
from tests.conformance.actions import Moment, moment_of, verbs_of
from tests.conformance.case import Case
from tests.conformance.history import History, Record, read_history
from tests.conformance.instants import Instants
from tests.conformance.observation import Observation, observe
from tests.conformance.translation import Setting, documents


@dataclass(slots=True, kw_only=True)
class Evidence:
    """Everything that one run of a case showed."""

    case: Case
    setting: Setting
    scenario: Scenario
    records: Sequence[Record]
    history: History
    instants: Instants
    _observation: Observation | None = field(default=None)

    @property
    def observation(self) -> Observation:
        """What no trace holds; from a second run of the same scenario, made when it is first asked for."""
        if self._observation is None:
            self._observation = observe(self.scenario)
        return self._observation


class Unresolved(Exception):
    """An action waits for an instant that never comes."""


def drive(case: Case, setting: Setting) -> Evidence:
    """Run the case once. Raises ManifestError when the simulator refuses the input, Unresolved, BadCase."""
    moments = [moment_of(case, index) for index in range(len(case.actions))]
    evidence = _run(case, setting, moments)
    while any(moment.look_up for moment in moments):
        moments = _with_next_instant(moments, evidence)
        evidence = _run(case, setting, moments)
    return evidence


def _with_next_instant(moments: Sequence[Moment], trial: Evidence) -> list[Moment]:
    """Of the instants to be looked up, the earliest becomes a time: what comes after it may change with the action."""
    found = {moment.look_up: trial.instants.find(moment.look_up) for moment in moments if moment.look_up}
    came = {text: instant.t for text, instant in found.items() if instant is not None}
    if not came:
        raise Unresolved(f"an action waits for {', '.join(found)}, which never came")
    text = min(came, key=lambda each: came[each])
    return [replace(moment, at_s=came[text], look_up="") if moment.look_up == text else moment for moment in moments]


def _run(case: Case, setting: Setting, moments: Sequence[Moment]) -> Evidence:
    scenario = simulator.load({f"{case.title}.yaml": documents(case, setting, moments)})
    records = list(simulator.simulate(scenario))
    history = read_history(records, horizon_s=case.horizon_s)
    instants = Instants(case, history, _action_times(case, history))
    return Evidence(case=case, setting=setting, scenario=scenario, records=records, history=history, instants=instants)


def _action_times(case: Case, history: History) -> list[float | None]:
    """When each action of the case was carried out: the trace names verb and target; equal ones come in the order of the case."""
    left = list(history.actions)
    times: list[float | None] = []
    for index in range(len(case.actions)):
        found = [_taken(left, verb) for verb in verbs_of(case, index)]
        times.append(next((t for t in found if t is not None), None))
    return times


def _taken(records: list[Record], verb: dict[str, object]) -> float | None:
    name, target = next(iter(verb.items()))
    grace = verb.get("gracePeriodSeconds")
    for position, record in enumerate(records):
        options = record.get("options") or {}
        same_target = str(target).rpartition("/")[2] == str(record["object"]).rpartition("/")[2]
        if record["call"] == name and same_target and options.get("gracePeriodSeconds") == grace and options.get("image") == verb.get("image"):
            del records[position]
            return float(record["t"])
    return None
