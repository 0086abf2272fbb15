"""Does an address change what it says, and is every wrong word refused at its place?"""

from __future__ import annotations

import pytest

import simulator
from nodeviz.scenarios.changes import MAX_GATES, changed, read, words_of

POD = 'apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: app, image: "app:1"}]}\n'
JOB = """\
apiVersion: batch/v1
kind: Job
metadata: {name: report}
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
      - name: batch
        image: batch:1
      - name: log-shipper
        image: log-shipper:1
      - name: istio-proxy
        image: istio-proxy:1
"""


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param({}, (), id="nothing"),
        pytest.param({"kubernetes": " "}, (), id="an empty field of a form is nothing"),
        pytest.param({"kubernetes": "1.29"}, ("Kubernetes 1.29",), id="version"),
        pytest.param({"seed": "7"}, ("seed 7",), id="seed"),
        pytest.param({"gate.SidecarContainers": "false", "kubernetes": "1.29"}, ("Kubernetes 1.29", "SidecarContainers off"), id="gate"),
        pytest.param({"pulls": "parallel"}, ("parallel pulls",), id="parallel pulls"),
        pytest.param({"pulls": "serial"}, ("serial pulls",), id="serial pulls"),
    ],
)
def test_a_change_is_in_the_text(words: dict[str, str], expected: tuple[str, ...]) -> None:
    changes = read(words)

    assert words_of(changed(POD, changes), changes.kinds) == expected


@pytest.mark.parametrize(
    ("words", "paths"),
    [
        pytest.param({"seed": "x"}, ["seed"], id="a seed that is no number"),
        pytest.param({"seed": "-1"}, ["seed"], id="a seed below zero"),
        pytest.param({"seed": "9" * 19}, ["seed"], id="a seed that no field takes"),
        pytest.param({"gate.X": "on", "pulls": "fast"}, ["gate.X", "pulls"], id="every problem at once"),
        pytest.param({"sidecars": "legacy"}, ["sidecars"], id="only native sidecars can be made"),
        pytest.param({"image": "x"}, ["image"], id="anything else"),
        pytest.param({f"gate.G{number}": "true" for number in range(MAX_GATES + 1)}, ["gate"], id="too many gates"),
    ],
)
def test_what_is_wrong_is_said_at_its_place(words: dict[str, str], paths: list[str]) -> None:
    with pytest.raises(simulator.ManifestError) as refused:
        read(words)

    assert [problem.path for problem in refused.value.problems] == paths


@pytest.mark.parametrize("words", [{"kubernetes": "1.2"}, {"gate.NoSuchGate": "true"}, {"sidecars": "native"}])
def test_what_the_simulator_cannot_change_is_refused(words: dict[str, str]) -> None:
    with pytest.raises(simulator.ManifestError):
        changed(POD, read(words))


def test_every_helper_becomes_a_sidecar() -> None:
    text = changed(JOB, read({"sidecars": "native"}))

    assert words_of(JOB, frozenset({"sidecars"})) == ("legacy sidecars",)
    assert words_of(text, frozenset({"sidecars"})) == ("native sidecars",)
    pod = simulator.load({"": text}).pods[0]
    assert [container.name for container in pod.containers] == ["batch"]
    assert sorted(container.name for container in pod.init_containers) == ["istio-proxy", "log-shipper"]
