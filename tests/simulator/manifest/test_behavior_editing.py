"""How does a text say what a container does, after the form of the page has changed it?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import simulator
from simulator.behavior import Behavior, DiskUse, Hook, Level, OnSigterm, Result, Run, Window
from simulator.manifest.behaviors import fields_of

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  initContainers:
  - {name: fetch, image: x}
  containers:
  - name: app
    image: x
    command: [sh, -c, "sleep 5"]
    livenessProbe: {exec: {command: [cat, /tmp/up]}}
    readinessProbe: {httpGet: {port: 80}}
"""
SCENARIO = "---\napiVersion: nodeviz.dev/v1alpha1\nkind: Scenario\nmetadata: {name: s}\n"
ENDS = {"runs": [{"duration": "5s", "exitCode": 1}]}
WANTED = Behavior(runs=(Run(duration_ms=5_000, exit_code=1),))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(POD, id="no Scenario"),
        pytest.param(POD + SCENARIO, id="a Scenario without a spec"),
        pytest.param(POD + SCENARIO + "spec: {}\n", id="an empty spec"),
        pytest.param(POD + SCENARIO + "spec:\n  until: 5m  # five\n", id="a spec with something else"),
        pytest.param(POD + SCENARIO + "spec: {until: 5m}\n", id="a spec in braces"),
        pytest.param(POD + SCENARIO + "spec:\n  behaviors:\n    web/fetch: {runs: [{duration: 1s}]}\n", id="behaviors of another container"),
        pytest.param(POD + SCENARIO + "spec:\n  behaviors: {web/fetch: {runs: [{duration: 1s}]}}\n", id="behaviors in braces"),
        pytest.param(POD + SCENARIO + "spec:\n  behaviors:\n    web/app: {runs: [{duration: 9s}]}\n  until: 5m\n", id="an old one in braces"),
        pytest.param(
            POD
            + SCENARIO
            + "spec:\n  behaviors:\n    web/app:  # crashes\n      runs:\n      - duration: 9s\n    # the other one\n    web/fetch: {}\n  until: 5m\n",
            id="an old one in lines",
        ),
        pytest.param(POD + SCENARIO + "spec:\n  behaviors:\n    app: {runs: [{duration: 9s}]}\n", id="a wider key"),
    ],
)
def test_a_behavior_is_written_and_wins(text):
    changed = simulator.with_behavior(text, "web/app", ENDS)

    before, after = (simulator.load({"x.yaml": each}) for each in (text, changed))
    assert after.behaviors["web/app"] == WANTED
    assert {key: value for key, value in after.behaviors.items() if key != "web/app"} == {k: v for k, v in before.behaviors.items() if k != "web/app"}
    assert (after.until_ms, after.pods) == (before.until_ms, before.pods)
    assert all(comment in changed for comment in ("# five", "# the other one") if comment in text)


@pytest.mark.parametrize(
    "spec",
    [
        pytest.param("spec:\n  behaviors:\n    web/app: {runs: [{duration: 9s}]}\n    web/fetch: {}\n", id="one of two"),
        pytest.param("spec:\n  until: 5m\n  behaviors:\n    web/app:\n      runs:\n      - duration: 9s\n", id="the only one"),
        pytest.param("spec:\n  behaviors:\n    web/app: {runs: [{duration: 9s}]}\n", id="the only thing in the spec"),
        pytest.param("spec: {behaviors: {web/app: {runs: [{duration: 9s}]}}}\n", id="in braces"),
        pytest.param("spec: {until: 5m}\n", id="there is none"),
    ],
)
def test_a_behavior_is_taken_out(spec):
    changed = simulator.with_behavior(POD + SCENARIO + spec, "web/app", None)

    assert "web/app" not in simulator.load({"x.yaml": changed}).behaviors


@pytest.mark.parametrize("behavior", [ENDS, None])
def test_a_behavior_that_another_container_repeats_is_changed_by_hand(behavior):
    text = POD + SCENARIO + "spec:\n  behaviors:\n    web/app: &ends {runs: [{duration: 9s}]}\n    web/fetch: *ends\n"

    with pytest.raises(simulator.ManifestError, match=r"19:14: what would be changed is repeated in line 20, as \*ends; change it by hand"):
        simulator.with_behavior(text, "web/app", behavior)


def test_a_text_without_a_scenario_has_nothing_to_take_out():
    assert simulator.with_behavior(POD, "web/app", None) == POD


@pytest.mark.parametrize("name", ["y", "n", "no", "null", "on", "x1"])
def test_a_container_whose_name_is_a_word_of_yaml(name):
    text = f'apiVersion: v1\nkind: Pod\nmetadata: {{name: "{name}"}}\nspec: {{containers: [{{name: "{name}", image: x}}]}}\n'

    changed = simulator.with_behavior(text, name, {**ENDS, "onSidecarGone": {"container": name, "exitCode": 1}})

    assert simulator.load({"x.yaml": changed}).behaviors[name].on_sidecar_gone == (name, 1)


@pytest.mark.parametrize("text", ["a: [", "{{ x }}", "\x00"])
def test_what_is_no_yaml_is_refused(text):
    with pytest.raises(simulator.ManifestError):
        simulator.with_behavior(text, "web/app", ENDS)


def test_each_container_is_listed_with_where_its_behavior_comes_from():
    annotated = POD.replace("{name: web}", '{name: web, annotations: {behavior.nodeviz.dev/fetch: "{runs: [{duration: 3s}]}"}}')
    scenario = "spec: {behaviors: {app: {readiness: [{result: failure}]}}}\n"
    loaded = simulator.load_with_sources({"x.yaml": annotated + SCENARIO + scenario})

    fetch, app = simulator.container_behaviors(loaded.scenario, loaded.sources)

    assert (fetch.address, fetch.container_type, fetch.sources["runs"]) == ("web/fetch", "init", "annotation")
    assert app.sources == {"runs": "command", "on_sigterm": "command", "readiness": "scenario", "liveness": "command"}
    assert app.parts == ("readiness", "liveness", "post_start", "pre_stop")[:2]
    assert app.command == "sh -c sleep 5"


def test_a_container_of_a_controller_has_the_controllers_address_and_role():
    text = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: j}\nspec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: x}]}}}\n"
    loaded = simulator.load_with_sources({"x.yaml": text})

    (found,) = simulator.container_behaviors(loaded.scenario, loaded.sources)
    changed = simulator.with_behavior(text, found.address, ENDS)

    assert (found.address, found.sources["runs"], found.behavior.runs) == ("Job/j/a", "role", (Run(duration_ms=10_000),))
    assert simulator.load({"x.yaml": changed}).behaviors["Job/j/a"] == WANTED


# -- whatever can be said can be written --------------------------------------------------------------------------------------------------

moments = st.integers(0, 10_000_000)
lengths = st.one_of(st.none(), moments)
codes = st.integers(0, 255)
results = st.sampled_from(list(Result))
windows = st.none() | st.lists(st.builds(Window, from_ms=moments, result=results), min_size=1, max_size=3, unique_by=lambda w: w.from_ms).map(
    lambda listed: tuple(sorted(listed, key=lambda w: w.from_ms))
)
levels = st.lists(st.builds(Level, from_ms=moments, value_bytes=st.integers(0, 1 << 40)), min_size=1, max_size=3, unique_by=lambda w: w.from_ms).map(
    lambda listed: tuple(sorted(listed, key=lambda w: w.from_ms))
)
runs = st.builds(Run, duration_ms=lengths, exit_code=codes, reason=st.sampled_from(["", "Error", "OOMKilled"]))
behaviors = st.builds(
    Behavior,
    runs=st.none() | st.lists(runs, min_size=1, max_size=3).map(tuple),
    on_sigterm=st.none() | st.builds(OnSigterm, exit_after_ms=moments, exit_code=codes) | st.just(OnSigterm(exit_after_ms=None)),
    post_start=st.none() | st.builds(Hook, duration_ms=lengths, result=results),
    pre_stop=st.none() | st.builds(Hook, duration_ms=lengths, result=results),
    startup=windows,
    readiness=windows,
    liveness=windows,
    memory=st.none() | levels,
    disk=st.none()
    | st.builds(
        DiskUse,
        writable_layer_bytes_per_second=st.integers(1, 1 << 30),
        logs=levels,
        empty_dirs=st.just(()) | st.builds(lambda rate: (("cache", rate, ()),), st.integers(1, 1 << 30)),
    ),
    on_sidecar_gone=st.none() | st.tuples(st.just("fetch"), codes),
)


@given(behavior=behaviors)
def test_whatever_is_written_is_read_back(behavior):
    changed = simulator.with_behavior(POD, "web/app", fields_of(behavior))

    assert simulator.load({"x.yaml": changed}).behaviors["web/app"] == behavior
