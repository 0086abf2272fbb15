"""Where is a container's behavior found? Per key, first hit wins. Contract, section 3.1."""

import pytest

from simulator.addresses import container_addresses
from simulator.behavior import Behavior, Hook, Level, OnSigterm, Run, Source, resolve, role_behavior
from simulator.pod import Owner, Pod

ROLE = Behavior(runs=(Run(),), on_sigterm=OnSigterm())
SHORT = Run(duration_ms=1000)
LATE = OnSigterm(exit_after_ms=9000)


@pytest.mark.parametrize(
    ("layers", "runs", "on_sigterm", "sources"),
    [
        pytest.param([(Source.ROLE, ROLE)], Run(), OnSigterm(), {"runs": Source.ROLE, "on_sigterm": Source.ROLE}, id="nobody says anything"),
        pytest.param(
            [(Source.SCENARIO, Behavior(runs=(SHORT,))), (Source.COMMAND, Behavior(runs=(Run(),), on_sigterm=LATE)), (Source.ROLE, ROLE)],
            SHORT,
            OnSigterm(),
            {"runs": Source.SCENARIO, "on_sigterm": Source.SCENARIO},
            id="the scenario's run is not mixed with the command's trap",
        ),
        pytest.param(
            [(Source.ANNOTATION, Behavior(on_sigterm=LATE)), (Source.COMMAND, Behavior(runs=(SHORT,))), (Source.ROLE, ROLE)],
            Run(),
            LATE,
            {"runs": Source.ROLE, "on_sigterm": Source.ANNOTATION},
            id="a reaction alone leaves the run time to the role",
        ),
        pytest.param(
            [(Source.SCENARIO, Behavior(pre_stop=Hook())), (Source.ANNOTATION, Behavior(runs=(SHORT,), on_sigterm=LATE)), (Source.ROLE, ROLE)],
            SHORT,
            LATE,
            {"runs": Source.ANNOTATION, "on_sigterm": Source.ANNOTATION, "pre_stop": Source.SCENARIO},
            id="other keys of a stronger source do not hide the pair of a weaker one",
        ),
    ],
)
def test_sources_are_laid_over_each_other_key_by_key(layers, runs, on_sigterm, sources):
    behavior, found = resolve(layers)

    assert (behavior.runs, behavior.on_sigterm) == ((runs,), on_sigterm)
    assert found == sources


def test_the_strongest_source_of_a_key_wins():
    strong, weak = (Level(from_ms=0, value_bytes=1),), (Level(from_ms=0, value_bytes=2),)

    behavior, found = resolve([(Source.SCENARIO, Behavior(memory=strong)), (Source.ANNOTATION, Behavior(memory=weak)), (Source.ROLE, ROLE)])

    assert (behavior.memory, found["memory"]) == (strong, Source.SCENARIO)


@pytest.mark.parametrize(
    ("is_regular_init", "owner_kind", "duration_ms"),
    [
        pytest.param(True, "", 1_000, id="a regular init container ends after a second"),
        pytest.param(True, "Job", 1_000, id="a Job's, too"),
        pytest.param(False, "Job", 10_000, id="a main of a Job's pod after ten"),
        pytest.param(False, "CronJob", 10_000, id="a main of a CronJob's pod as well"),
        pytest.param(False, "Deployment", None, id="anything else runs for ever"),
    ],
)
def test_roles(is_regular_init, owner_kind, duration_ms):
    behavior = role_behavior(is_regular_init=is_regular_init, owner_kind=owner_kind)

    assert behavior == Behavior(runs=(Run(duration_ms=duration_ms),), on_sigterm=OnSigterm(exit_after_ms=500, exit_code=0))


def test_a_container_answers_to_all_its_addresses_the_most_specific_first():
    pod = Pod(name="web-1", uid="u", owner=Owner(kind="ReplicaSet", name="web", ordinal=2))

    assert container_addresses(pod, "app") == (
        "default/web-1/app",
        "web-1/app",
        "ReplicaSet/web#2/app",
        "ReplicaSet/web/app",
        "*/app",
        "app",
    )
