"""Does a text say another version or other gates after the switch, and is everything else as its author wrote it?"""

from __future__ import annotations

import difflib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import simulator
from simulator.feature_gates import GATES
from simulator.versions import NEWEST, OLDEST
from tests import goldens

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: a, image: x}]}\n"
SCENARIO = "apiVersion: nodeviz.dev/v1alpha1\nkind: Scenario\n"
KUBELET = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(POD, f'{POD}---\n{SCENARIO}spec:\n  kubernetes: "1.28"\n', id="without a Scenario one is appended"),
        pytest.param(POD.rstrip("\n"), f'{POD}---\n{SCENARIO}spec:\n  kubernetes: "1.28"\n', id="a text without a last line end gets one first"),
        pytest.param("", f'{SCENARIO}spec:\n  kubernetes: "1.28"\n', id="an empty text becomes the Scenario"),
        pytest.param(f'{SCENARIO}spec:\n  kubernetes: "1.36"  # ours\n', f'{SCENARIO}spec:\n  kubernetes: "1.28"  # ours\n', id="a comment behind it stays"),
        pytest.param(f"{SCENARIO}spec: {{kubernetes: '1.36', seed: 1}}\n", f"{SCENARIO}spec: {{kubernetes: '1.28', seed: 1}}\n", id="its quotes stay"),
        pytest.param(f"{SCENARIO}spec: {{kubernetes: 1.35}}\n", f'{SCENARIO}spec: {{kubernetes: "1.28"}}\n', id="a bare number gets quotes"),
        pytest.param(f"{SCENARIO}spec:\n  kubernetes:\n  seed: 1\n", f'{SCENARIO}spec:\n  kubernetes: "1.28"\n  seed: 1\n', id="an empty value is filled"),
        pytest.param(
            f"{SCENARIO}spec:\n  # how long\n  until: 5m\n",
            f'{SCENARIO}spec:\n  # how long\n  kubernetes: "1.28"\n  until: 5m\n',
            id="a spec without it gets it first",
        ),
        pytest.param(f"{SCENARIO}spec: {{until: 5m}}\n", f'{SCENARIO}spec: {{kubernetes: "1.28", until: 5m}}\n', id="in braces as well"),
        pytest.param(f"{SCENARIO}spec: {{}}\n", f'{SCENARIO}spec: {{kubernetes: "1.28"}}\n', id="in empty braces as well"),
        pytest.param(f"{SCENARIO}spec: # soon\n---\n{POD}", f'{SCENARIO}spec: {{kubernetes: "1.28"}} # soon\n---\n{POD}', id="an empty spec gets braces"),
        pytest.param(SCENARIO, f'{SCENARIO}spec:\n  kubernetes: "1.28"\n', id="a Scenario without a spec gets one"),
        pytest.param(f"{SCENARIO}# the end\n", f'{SCENARIO}spec:\n  kubernetes: "1.28"\n# the end\n', id="a comment at the end stays there"),
        pytest.param(
            '{"apiVersion": "nodeviz.dev/v1alpha1", "kind": "Scenario", "spec": {"seed": 1}}',
            '{"apiVersion": "nodeviz.dev/v1alpha1", "kind": "Scenario", "spec": {"kubernetes": "1.28", "seed": 1}}',
            id="JSON stays JSON",
        ),
        pytest.param(
            '{"apiVersion": "nodeviz.dev/v1alpha1", "kind": "Scenario"}',
            '{"apiVersion": "nodeviz.dev/v1alpha1", "kind": "Scenario", "spec": {"kubernetes": "1.28"}}',
            id="JSON without a spec, too",
        ),
        pytest.param(
            "apiVersion: v1\nkind: List\nitems:\n- apiVersion: nodeviz.dev/v1alpha1\n  kind: Scenario\n  spec:\n    until: 5m\n",
            'apiVersion: v1\nkind: List\nitems:\n- apiVersion: nodeviz.dev/v1alpha1\n  kind: Scenario\n  spec:\n    kubernetes: "1.28"\n    until: 5m\n',
            id="a Scenario in a List",
        ),
        pytest.param(f'{SCENARIO}spec: {{kubernetes: "v1.28"}}\n', f'{SCENARIO}spec: {{kubernetes: "v1.28"}}\n', id="what says it already stays as written"),
        pytest.param(f"# größer 🙂\n{SCENARIO}spec:\n  title: é\n", f'# größer 🙂\n{SCENARIO}spec:\n  kubernetes: "1.28"\n  title: é\n', id="any alphabet"),
    ],
)
def test_the_version(before: str, after: str):
    assert simulator.with_settings(before, kubernetes="1.28") == after


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        pytest.param(POD, True, f"{POD}---\n{KUBELET}featureGates:\n  NodeSwap: true\n", id="without a configuration one is appended"),
        pytest.param(f"{KUBELET}maxPods: 3\n", False, f"{KUBELET}maxPods: 3\nfeatureGates:\n  NodeSwap: false\n", id="one without gates gets the field"),
        pytest.param(f"{KUBELET}maxPods: 3", True, f"{KUBELET}maxPods: 3\nfeatureGates:\n  NodeSwap: true\n", id="without a last line end, too"),
        pytest.param(
            f"{KUBELET}featureGates:\n  # alpha\n  EventedPLEG: true\n",
            True,
            f"{KUBELET}featureGates:\n  # alpha\n  NodeSwap: true\n  EventedPLEG: true\n",
            id="beside another one",
        ),
        pytest.param(f"{KUBELET}featureGates: {{}}\n", True, f"{KUBELET}featureGates: {{NodeSwap: true}}\n", id="in empty braces"),
        pytest.param(f"{KUBELET}featureGates: null\n", True, f"{KUBELET}featureGates: {{NodeSwap: true}}\n", id="in place of null"),
        pytest.param(f"{KUBELET}featureGates: {{NodeSwap: false}}\n", True, f"{KUBELET}featureGates: {{NodeSwap: true}}\n", id="one that is set is replaced"),
        pytest.param(
            f"{KUBELET}featureGates: {{NodeSwap: on}}\n---\n{KUBELET}maxPods: 1\n",
            False,
            f"{KUBELET}featureGates: {{NodeSwap: false}}\n---\n{KUBELET}maxPods: 1\n",
            id="where it is set, not in a drop-in without it",
        ),
        pytest.param(
            f"{KUBELET}featureGates: {{NodeSwap: true}}\n---\n{KUBELET}metadata: {{name: b}}\nfeatureGates: {{NodeSwap: true}}\n---\n"
            f"{KUBELET}metadata: {{name: a}}\nfeatureGates: {{NodeSwap: false}}\n",
            False,
            f"{KUBELET}featureGates: {{NodeSwap: true}}\n---\n{KUBELET}metadata: {{name: b}}\nfeatureGates: {{NodeSwap: false}}\n---\n"
            f"{KUBELET}metadata: {{name: a}}\nfeatureGates: {{NodeSwap: false}}\n",
            id="in the drop-in that has the last word by its name",
        ),
        pytest.param(f"{KUBELET}featureGates: {{NodeSwap: true}}\n", None, "", id="back to the default, an empty configuration goes"),
        pytest.param(f"{POD}---\n{KUBELET}featureGates:\n  NodeSwap: true\n", None, POD, id="with its separator"),
        pytest.param(f"{KUBELET}featureGates:\n  NodeSwap: true\n---\n{POD}", None, f"---\n{POD}", id="in front of a pod"),
        pytest.param(f"{KUBELET}# mine\nfeatureGates:\n  NodeSwap: true\n", None, f"{KUBELET}# mine\n", id="a configuration with a comment stays"),
        pytest.param(f"{KUBELET}maxPods: 3\nfeatureGates:\n  NodeSwap: true # on\n", None, f"{KUBELET}maxPods: 3\n", id="one with other fields stays"),
        pytest.param(f"{KUBELET}featureGates: {{NodeSwap: true}}\nmaxPods: 3\n", None, f"{KUBELET}maxPods: 3\n", id="in whatever order"),
        pytest.param(
            f"{KUBELET}featureGates:\n  AllAlpha: true\n  NodeSwap: true # on\n  # last\n  EventedPLEG: true\n",
            None,
            f"{KUBELET}featureGates:\n  AllAlpha: true\n  # last\n  EventedPLEG: true\n",
            id="one line of several goes",
        ),
        pytest.param(f"{KUBELET}featureGates: {{A: true, NodeSwap: true}}\n", None, f"{KUBELET}featureGates: {{A: true}}\n", id="the last in braces"),
        pytest.param(f"{KUBELET}featureGates: {{NodeSwap: true, A: true}}\n", None, f"{KUBELET}featureGates: {{A: true}}\n", id="the first in braces"),
        pytest.param(
            f"{KUBELET}featureGates: {{NodeSwap: true, A: true}}\n---\n{KUBELET}featureGates: {{NodeSwap: false}}\n",
            None,
            f"{KUBELET}featureGates: {{A: true}}\n",
            id="out of every file",
        ),
        pytest.param(f"{KUBELET}featureGates: {{NodeSwap: yes}}\n", True, f"{KUBELET}featureGates: {{NodeSwap: yes}}\n", id="what says it already stays"),
        pytest.param(POD, None, POD, id="what was never set needs no change"),
    ],
)
def test_a_gate(before: str, value: bool | None, after: str):
    assert simulator.with_settings(before, gates={"NodeSwap": value}) == after


@pytest.mark.parametrize(
    ("text", "kubernetes", "gates"),
    [
        pytest.param(POD, "1.36", {}, id="nothing said means the newest"),
        pytest.param(f'{SCENARIO}spec: {{kubernetes: "v1.28.3"}}\n', "1.28", {}, id="patch releases are one version"),
        pytest.param(f'{SCENARIO}spec: {{kubernetes: "1.12"}}\n', "1.12", {}, id="a version that there is not is repeated"),
        pytest.param(f"{SCENARIO}spec: [1]\n---\n{KUBELET}featureGates: [1]\nmetadata: [2]\n", "1.36", {}, id="wrong types say nothing"),
        pytest.param(f"{KUBELET}featureGates: {{NodeSwap: 1, EventedPLEG: off}}\n", "1.36", {"EventedPLEG": False}, id="only booleans count"),
    ],
)
def test_what_a_text_chooses(text: str, kubernetes: str, gates: dict[str, bool]):
    assert simulator.settings_of(text) == (kubernetes, gates)


@pytest.mark.parametrize(
    ("text", "asked", "said"),
    [
        pytest.param("a: [1, 2", {"kubernetes": "1.28"}, "yaml:", id="no YAML"),
        pytest.param("[" * 100_000, {"kubernetes": "1.28"}, "nested more than", id="a hundred thousand brackets"),
        pytest.param("name: {{ .Values.name }}\n", {"kubernetes": "1.28"}, "Helm", id="a Helm template"),
        pytest.param("\ud800", {"kubernetes": "1.28"}, "surrogate", id="half a character"),
        pytest.param(POD, {"kubernetes": "1.99"}, "1.27 to 1.36", id="a version that there is not"),
        pytest.param(POD, {"gates": {"Nonsense": True}}, "unrecognized feature gate: Nonsense", id="a gate that there is not"),
        pytest.param(POD, {"gates": {"a: b\n---\n": True}}, "unrecognized feature gate", id="a gate that is YAML"),
        pytest.param(f"{KUBELET}featureGates: [1]\n", {"gates": {"NodeSwap": True}}, "must be a map", id="gates that are a list"),
        pytest.param(f"x: &a {{seed: 1}}\n{SCENARIO}spec: *a\n", {"kubernetes": "1.28"}, "repeated from an anchor", id="a spec that is repeated"),
        pytest.param(f'{SCENARIO}spec: {{kubernetes: &v "1.36", title: *v}}\n', {"kubernetes": "1.28"}, "by hand", id="a value that others repeat"),
    ],
)
def test_what_cannot_be_changed_is_refused(text: str, asked: dict, said: str):
    with pytest.raises(simulator.ManifestError, match=said):
        simulator.with_settings(text, **asked)


EXAMPLES = {folder.name: "---\n".join((folder / name).read_text() for name in goldens.FILES) for folder in goldens.folders()}
names = st.sampled_from([gate.name for gate in GATES])
versions = st.integers(OLDEST, NEWEST).map(lambda minor: f"1.{minor}")


@settings(deadline=None)
@given(name=st.sampled_from(sorted(EXAMPLES)), kubernetes=versions, gates=st.dictionaries(names, st.none() | st.booleans(), max_size=4))
def test_what_was_set_is_what_the_text_says(name: str, kubernetes: str, gates: dict[str, bool | None]):
    text = EXAMPLES[name]
    before = simulator.settings_of(text)
    changed = simulator.with_settings(text, kubernetes=kubernetes, gates=gates)

    wanted = {**before.gates, **gates}
    assert simulator.settings_of(changed) == (kubernetes, {gate: value for gate, value in wanted.items() if value is not None})
    assert simulator.with_settings(changed, kubernetes=kubernetes, gates=gates) == changed
    # Nothing that the author wrote goes, but for lines that say the settings.
    gone = [line[2:] for line in difflib.ndiff(text.splitlines(), changed.splitlines()) if line.startswith("- ")]
    about = ("kubernetes:", "featureGates", *gates, "KubeletConfiguration", "kubelet.config", "---")
    assert [line for line in gone if line.strip() and not any(word in line for word in about)] == []


@settings(deadline=None)
@given(name=st.sampled_from(sorted(EXAMPLES)), gates=st.lists(names, unique=True, max_size=3))
def test_gates_that_are_set_and_taken_back_leave_the_text_as_it_was(name: str, gates: list[str]):
    text = EXAMPLES[name]
    fresh = [gate for gate in gates if gate not in simulator.settings_of(text).gates]
    changed = simulator.with_settings(text, gates=dict.fromkeys(fresh, True))

    assert simulator.with_settings(changed, gates=dict.fromkeys(fresh)) == text


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_every_example_can_still_be_loaded(name: str):
    chosen = simulator.settings_of(EXAMPLES[name]).kubernetes
    text = simulator.with_settings(EXAMPLES[name], kubernetes=chosen, gates={"SidecarContainers": True, "EventedPLEG": True})

    assert simulator.load({"all.yaml": text}).kubernetes == int(chosen.removeprefix("1."))
