"""How does a text look with a piece of advice followed?"""

import pytest

import simulator

LEGACY = """\
apiVersion: batch/v1
kind: Job
metadata: {name: report}
spec:
  template:
    spec:
      # Comments stay.
%s      containers:
      - name: app  # the work
        image: app:1
      - name: log
        image: log:1   # follows the log
        command:
        - sh
        - -c
        - |
          tail -f /log
      restartPolicy: Never
"""
INITS = """\
      initContainers:
        - name: prepare
          image: prepare:1
"""


def place_of_the_helper(text):
    loaded = simulator.load_with_sources({"x.yaml": text})
    (found,) = [found for found in simulator.lint(loaded.scenario, loaded.sources) if found.rule == "job-never-finishes"]
    return found.mark.line, found.mark.column


@pytest.mark.parametrize("inits", [pytest.param("", id="the first of initContainers"), pytest.param(INITS, id="behind the init containers that there are")])
def test_a_legacy_sidecar_becomes_a_native_one_and_the_job_ends(inits):
    text = LEGACY % inits

    fixed = simulator.with_native_sidecar(text, *place_of_the_helper(text))

    (pod,) = simulator.load({"x.yaml": fixed}).pods
    assert [(c.name, str(c.container_type)) for c in pod.init_containers][-1] == ("log", "sidecar")
    assert [c.name for c in pod.containers] == ["app"]
    assert [c.command for c in pod.init_containers][-1] == ("sh", "-c", "tail -f /log\n")
    assert all(comment in fixed for comment in ("# Comments stay.", "# the work", "# follows the log"))
    assert any(r.get("field") == "phase" and r["to"] == "Succeeded" for r in simulator.simulate(simulator.load({"x.yaml": fixed})))
    assert not any(r.get("field") == "phase" and r["to"] == "Succeeded" for r in simulator.simulate(simulator.load({"x.yaml": text})))


def test_the_lines_around_are_not_touched():
    text = LEGACY % ""

    fixed = simulator.with_native_sidecar(text, *place_of_the_helper(text))

    assert sorted(fixed.splitlines()) == sorted([*text.splitlines(), "      initContainers:", "        restartPolicy: Always"])


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        pytest.param(LEGACY % "", 1, 1, "there is no container here", id="another place"),
        pytest.param("spec:\n  containers: [{name: a, image: x}, {name: b, image: x}]\n", 2, 16, "not written as a block", id="flow style"),
        pytest.param("spec:\n  containers:\n  - name: a\n", 3, 5, "a pod needs a main container", id="the only container"),
    ],
)
def test_what_has_to_be_changed_by_hand(text, line, column, words):
    with pytest.raises(simulator.ManifestError, match=words):
        simulator.with_native_sidecar(text, line, column)


def test_a_missing_object_is_added_at_the_end():
    text = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec: {containers: [{name: a, image: x, envFrom: [{secretRef: {name: key}}]}]}"

    fixed = simulator.with_object(text, "Secret", "shop", "key")

    assert simulator.load({"x.yaml": fixed}).objects == {"Secret/shop/key": frozenset()}


UNKNOWN = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  unheardOf: 1\n  containers: [{name: a, image: x, port: 80}]\n"


@pytest.mark.parametrize(
    "scenario",
    [
        pytest.param("", id="without a Scenario"),
        pytest.param("---\napiVersion: nodeviz.dev/v1alpha1\nkind: Scenario\nspec: {until: 5m, validation: strict}\n", id="where it says strict"),
    ],
)
def test_a_text_can_choose_to_run_without_its_unknown_fields(scenario):
    with pytest.raises(simulator.ManifestError, match="unknown field"):
        simulator.load({"x.yaml": UNKNOWN + scenario})

    loaded = simulator.load({"x.yaml": simulator.with_lenient_validation(UNKNOWN + scenario)})

    assert [pod.name for pod in loaded.pods] == ["web"]
    assert sum("unknown field" in warning for warning in loaded.warnings) == 2


def test_lenient_counts_for_the_scenarios_own_unknown_fields_too():
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: a, image: x}]}\n"
    text = f"{pod}---\napiVersion: nodeviz.dev/v1alpha1\nkind: Scenario\nspec: {{validation: lenient, unheardOf: 1}}\n"

    assert "unknown field" in simulator.load({"x.yaml": text}).warnings[0]
    with pytest.raises(simulator.ManifestError, match="unknown field"):
        simulator.load({"x.yaml": text.replace("validation: lenient, ", "")})


def test_lenient_takes_nothing_else():
    with pytest.raises(simulator.ManifestError, match="Unsupported value"):
        simulator.load({"x.yaml": simulator.with_lenient_validation(UNKNOWN.replace("unheardOf: 1", "restartPolicy: never"))})
