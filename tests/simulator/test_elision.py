"""Is everything that is left out really without effect? The simulator against the slow reference that looks at everything in every period."""

from __future__ import annotations

from dataclasses import replace
from itertools import zip_longest

import pytest
from hypothesis import given

import simulator
from simulator.scenario import Scenario
from simulator.simulation import Simulation
from simulator.units import DAY_MS, HOUR_MS
from tests import goldens
from tests.simulator.strategies import scenarios
from tests.simulator.ticking import Seen, ticking, visible

FOLDERS = goldens.folders()


def differences(elided: Seen, ticked: Seen) -> list[str]:
    """Of each pod the first record that the two do not share."""
    found = []
    for pod in sorted({*elided, *ticked}):
        pairs = zip_longest(elided.get(pod, []), ticked.get(pod, []))
        found += [f"{pod}, record {at}: elided {one}, ticked {other}" for at, (one, other) in enumerate(pairs) if one != other][:1]
    return found


@pytest.mark.parametrize("seed", [pytest.param(None, id="its own seed"), *(pytest.param(n, marks=pytest.mark.long, id=f"seed {n}") for n in (2, 3, 4))])
@pytest.mark.parametrize("folder", FOLDERS, ids=[folder.name for folder in FOLDERS])
def test_every_scenario_looks_the_same_to_the_slow_reference(folder: goldens.Path, seed: int | None) -> None:
    own = goldens.scenario_of(folder)
    scenario = own if seed is None else replace(own, seed=seed)

    assert not differences(visible(simulator.simulate(scenario)), visible(ticking(scenario)))


@given(scenario=scenarios())
def test_random_scenarios_look_the_same_to_the_slow_reference(scenario: Scenario) -> None:
    assert not differences(visible(simulator.simulate(scenario)), visible(ticking(scenario)))


def timers_fired(scenario: Scenario, until_ms: int) -> int:
    """How much there was to do up to an instant."""
    agenda, count = Simulation(scenario).agenda, 0
    while (due_ms := agenda.next_due_ms()) is not None and due_ms <= until_ms:
        agenda.step()
        count += 1
    return count


def test_an_idle_week_costs_no_more_than_an_idle_hour() -> None:
    scenario = goldens.scenario_of(goldens.SCENARIOS / "sidecar-startup-probe")

    assert timers_fired(scenario, 7 * DAY_MS) == timers_fired(scenario, HOUR_MS)
