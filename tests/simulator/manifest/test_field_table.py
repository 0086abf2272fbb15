"""Does the table of fields say what the schemas say, with sentences about what is there?"""

from __future__ import annotations

from typing import Any

import pytest

import simulator
from simulator.manifest.field_table import API_VERSIONS, documentation

LONGEST_SENTENCE = 240
FEWEST_DOCUMENTED = 200

TABLE = simulator.field_table()
SENTENCES = [(owner, field, text) for owner, fields in documentation()["docs"].items() for field, text in fields.items()]


def field_at(kind: str, path: str) -> dict[str, Any]:
    """What the table says of a path such as `spec.containers.image`; lists and maps with free keys are gone into."""
    place: dict[str, Any] = {"of": TABLE["kinds"][kind]["type"]}
    for step in path.split("."):
        while "of" not in place:
            place = place.get("items") or place["values"]
        place = TABLE["types"][place["of"]][step]
    return place


def test_every_sentence_is_about_a_field_that_is_in_the_schema():
    missing = [f"{owner}.{field}" for owner, field, _ in SENTENCES if field not in TABLE["types"].get(owner, {})]

    assert missing == []


def test_every_choice_is_of_a_field_that_is_in_the_schema():
    listed = [(owner, field) for owner, fields in documentation()["values"].items() for field in fields]

    assert [pair for pair in listed if pair[1] not in TABLE["types"].get(pair[0], {})] == []


def test_every_type_that_borrows_sentences_has_a_lender():
    assert all(one in TABLE["types"] and other in TABLE["types"] for one, other in documentation()["like"].items())


def test_sentences_are_short_and_end():
    long_or_open = [f"{owner}.{field}" for owner, field, text in SENTENCES if len(text) > LONGEST_SENTENCE or not text.endswith(".") or "\n" in text]

    assert long_or_open == []


def test_most_of_what_people_write_is_documented():
    assert len(SENTENCES) >= FEWEST_DOCUMENTED


def test_every_field_of_a_scenario_is_documented():
    ours = [kind for kind in TABLE["types"] if kind.startswith(("a ", "an ", "the ", "disk ", "filesystems", "what "))]

    bare = [f"{owner}.{field}" for owner in ours for field, about in TABLE["types"][owner].items() if "doc" not in about]
    assert len(ours) > 15
    assert bare == []


@pytest.mark.parametrize(
    ("kind", "path", "expected"),
    [
        pytest.param("Pod", "spec.containers.livenessProbe", {"type": "map", "of": "Probe"}, id="a map with known fields"),
        pytest.param("Pod", "spec.containers", {"type": "list"}, id="a list"),
        pytest.param("Deployment", "spec.template.spec.initContainers.image", {"type": "string"}, id="a container of a controller"),
        pytest.param("CronJob", "spec.jobTemplate.spec.template.spec.restartPolicy", {"values": ["Always", "OnFailure", "Never"]}, id="one of a few words"),
        pytest.param("Pod", "spec.containers.lifecycle.preStop.sleep", {"since": "1.29"}, id="a field that came later"),
        pytest.param("KubeletConfiguration", "imageGCHighThresholdPercent", {"type": "integer", "default": "85"}, id="a default"),
        pytest.param("KubeletConfiguration", "imageMinimumGCAge", {"type": "duration", "default": "2m0s"}, id="a default in units"),
        pytest.param("KubeletConfiguration", "crashLoopBackOff", {"default": "none; maxContainerRestartPeriod 5m0s (from 1.35 on)"}, id="by version"),
        pytest.param("Scenario", "spec.behaviors.liveness.result", {"values": ["success", "failure", "timeout", "error"]}, id="below a free key"),
        pytest.param("Scenario", "spec.jitter", {"type": "boolean"}, id="a boolean of ours"),
        pytest.param("Scenario", "spec.actions.downFor", {"type": "duration"}, id="an option of an action"),
        pytest.param("Node", "spec.taints.effect", {"values": ["NoSchedule", "PreferNoSchedule", "NoExecute"]}, id="a node"),
    ],
)
def test_what_the_table_says_of_a_field(kind: str, path: str, expected: dict[str, Any]):
    about = field_at(kind, path)

    assert {key: about.get(key) for key in expected} == expected


@pytest.mark.parametrize("field", ["status", "managedFields", "uid"])
def test_what_the_server_writes_is_not_offered(field: str):
    assert all(field not in TABLE["types"][owner] for owner in ("Pod", "ObjectMeta", "Deployment"))


def test_every_kind_has_its_version_of_the_api():
    assert {kind: about["apiVersion"] for kind, about in TABLE["kinds"].items()} == dict(API_VERSIONS)


def test_every_type_that_is_named_is_there():
    def named(about: dict[str, Any]) -> list[str]:
        below = [about[key] for key in ("items", "values") if isinstance(about.get(key), dict)]
        return [*([about["of"]] if "of" in about else []), *(name for inner in below for name in named(inner))]

    used = [name for fields in TABLE["types"].values() for about in fields.values() for name in named(about)]
    assert [name for name in used if name not in TABLE["types"]] == []


@pytest.mark.parametrize(("value", "taken"), [(value, True) for value in documentation()["values"]["Container"]["imagePullPolicy"]] + [("Sometimes", False)])
def test_choices_are_those_that_the_api_takes(value: str, taken: bool):
    pod = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec: {{containers: [{{name: a, image: b, imagePullPolicy: {value}}}]}}\n"
    problems = []
    try:
        simulator.load({"": pod})
    except simulator.ManifestError as error:
        problems = list(error.problems)

    assert (problems == []) is taken
