"""Does every knob show what the text says, and does the text say afterwards what was turned?"""

from __future__ import annotations

from pathlib import Path

import pytest

import simulator
from tests.simulator.parts import in_parts, part_of
from tests.surroundings import CHECKOUT

FOLDERS = sorted(path for path in Path(CHECKOUT, "scenarios").iterdir() if (path / "pods.yaml").is_file())
PARTS = 5
"""Of an example's knobs."""
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: app
    image: x
    # asks often
    readinessProbe: {httpGet: {port: 80}, periodSeconds: 5}  # five
  - name: log
    image: x
    command: [sh, -c, "sleep 5"]
"""
SCENARIO = "---\napiVersion: nodeviz.dev/v1alpha1\nkind: Scenario\n"
KUBELET = "---\napiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n"


def text_of(folder: Path) -> str:
    return "---\n".join((folder / name).read_text().removeprefix("---\n") for name in ("pods.yaml", "scenario.yaml") if (folder / name).is_file())


def value_of(text: str, knob_id: str):
    return next((knob.value, knob.default) for knob in simulator.knobs_in(text) if knob.id == knob_id)


def another_value(knob):
    """One that the slider reaches, and that is not there now."""
    return next(
        value for value in (round((knob.min + knob.max) / 2), round(knob.min), round(knob.max)) if knob.min <= value <= knob.max and value != knob.value
    )


@in_parts(PARTS)
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_what_is_turned_is_read_back_and_nothing_else_changes(folder: Path, part: int):
    text = text_of(folder)
    found = simulator.knobs_in(text)
    comments = [line for line in text.splitlines() if line.lstrip().startswith("#")]
    before = {knob.id: knob.value for knob in found}

    assert len(before) == len(found)
    for knob in part_of(found, part, PARTS, FOLDERS.index(folder)):
        for value in (another_value(knob), *knob.words):
            changed = simulator.with_knob(text, knob.id, value)
            after = {other.id: other.value for other in simulator.knobs_in(changed)}
            assert after[knob.id] == value
            assert {name: said for name, said in after.items() if name in before and name != knob.id} == {
                name: said for name, said in before.items() if name in after and name != knob.id
            }
            assert [line for line in changed.splitlines() if line.lstrip().startswith("#")] == comments


def turn_to_its_ends(text, knob):
    for value in (knob.min, knob.max):
        simulator.with_knob(text, knob.id, value)


def test_every_value_of_a_slider_is_one_that_can_be_run():
    """Its ends, once for each thing that can be turned, written already or not: the examples have nearly all of their sliders in common."""
    sliders = {}
    for folder in FOLDERS:
        text = text_of(folder)
        for knob in simulator.knobs_in(text):
            sliders.setdefault((knob.id.partition(":")[0], knob.label, knob.min, knob.max, knob.default), (text, knob))

    assert len(sliders) > 50
    for text, knob in sliders.values():
        turn_to_its_ends(text, knob)


@pytest.mark.long
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_value_of_every_slider_is_one_that_can_be_run(folder: Path):
    text = text_of(folder)

    for knob in simulator.knobs_in(text):
        turn_to_its_ends(text, knob)


@pytest.mark.parametrize(
    ("text", "knob_id", "before", "value"),
    [
        pytest.param(POD, "seed", (1, True), 7, id="a seed, with no Scenario"),
        pytest.param(POD + SCENARIO + "spec: {seed: 3}\n", "seed", (3, False), 7, id="a seed in braces"),
        pytest.param(POD, "bandwidth", (50, True), 2.5, id="bandwidth"),
        pytest.param(POD + SCENARIO + "spec:\n  node: {link: {bandwidth: 1Gi/s}}\n", "bandwidth", (1024, False), 10, id="bandwidth in another unit"),
        pytest.param(POD, "filesystem:nodefs", (40, True), 25, id="a disk, whose use stays what it was"),
        pytest.param(
            POD + SCENARIO + "spec: {node: {filesystems: {nodefs: {used: 5Gi}, imagefs: {capacity: 10Gi}}}}\n",
            "filesystem:imagefs",
            (10, False),
            4.25,
            id="the other disk",
        ),
        pytest.param(POD, "imageGCHighThresholdPercent", (85, True), 90, id="a threshold, with no configuration"),
        pytest.param(POD + KUBELET + "maxPods: 5\n", "imageGCLowThresholdPercent", (80, True), 50, id="a threshold, beside another field"),
        pytest.param(
            POD + KUBELET + KUBELET + "imageGCLowThresholdPercent: 70\n", "imageGCLowThresholdPercent", (70, False), 50, id="a threshold in a drop-in"
        ),
        pytest.param(POD, "evictionHard:nodefs.available", (10, True), 12.5, id="an eviction threshold: the others stay"),
        pytest.param(POD + KUBELET + "evictionHard: {memory.available: 1Gi}\n", "evictionHard:memory.available", (1024, False), 200, id="one in bytes"),
        pytest.param(POD, "grace:web", (30, True), 5, id="the grace period"),
        pytest.param(POD, "probe:web/app:readiness:periodSeconds", (5, False), 20, id="a probe's number"),
        pytest.param(POD, "probe:web/app:readiness:successThreshold", (1, True), 2, id="a probe's number that is not written"),
        pytest.param(POD, "run:web/app", ("forever", True), 3, id="a run for ever ends"),
        pytest.param(POD, "exit:web/app", (0, True), 3, id="an exit code"),
        pytest.param(POD, "sigterm:web/app", (0.5, True), "ignore", id="SIGTERM is ignored"),
        pytest.param(POD, "run:web/log", ("command", True), "forever", id="a script gives way"),
        pytest.param(POD + SCENARIO + "spec: {behaviors: {log: {runs: [{duration: 3s}]}}}\n", "run:web/log", (3, False), "command", id="and decides again"),
        pytest.param(
            POD + SCENARIO + "spec:\n  behaviors:\n    default/web/app:\n      onSIGTERM: ignore  # deaf\n",
            "sigterm:web/app",
            ("ignore", False),
            2,
            id="under another of its names",
        ),
        pytest.param(
            POD + SCENARIO + "spec:\n  behaviors:\n    '*/app': {readiness: [{from: 3s, result: success}], runs: [{duration: 9s}]}\n",
            "run:web/app",
            (9, False),
            4,
            id="under a wider name, which keeps its other words",
        ),
    ],
)
def test_a_knob_is_turned_where_it_stands(text, knob_id, before, value):
    assert value_of(text, knob_id) == before

    changed = simulator.with_knob(text, knob_id, value)

    assert value_of(changed, knob_id) == (value, value == "command")
    assert all(comment in changed for comment in ("# five", "# asks often"))
    old, new = (simulator.load({"x.yaml": each}) for each in (text, changed))
    assert new.node.filesystems["nodefs"].used_bytes == old.node.filesystems["nodefs"].used_bytes
    assert set(new.kubelet.eviction_hard) == set(old.kubelet.eviction_hard)


def test_a_wider_behavior_keeps_its_other_words():
    text = POD + SCENARIO + "spec:\n  behaviors:\n    '*/app': {readiness: [{from: 3s, result: success}], runs: [{duration: 9s}]}\n"

    changed = simulator.load({"": simulator.with_knob(text, "run:web/app", 4)})

    assert changed.behaviors["web/app"].readiness == changed.behaviors["*/app"].readiness


def test_a_version_that_is_applied_later_has_knobs_of_its_own_but_for_what_its_containers_do():
    first = text_of(Path(CHECKOUT, "scenarios", "rollout-that-stops-itself"))
    found = [knob.id for knob in simulator.knobs_in(first)]

    assert found.count("run:Deployment/shop/app") == 1
    assert [each for each in found if each.startswith("grace:")] == ["grace:Deployment/shop", "grace:Deployment/shop (version 2)"]
    changed = simulator.with_knob(first, "probe:Deployment/shop (version 2)/app:readiness:periodSeconds", 7)
    assert changed.split("---")[0] == first.split("---")[0]
    assert "periodSeconds: 7" in changed.split("---")[1]


READY, RUNS, DEAF = "readiness:  # slow\n      - {from: 3s, result: success}  # three\n", "runs:\n      - duration: 9s  # nine\n", "onSIGTERM: ignore  # deaf\n"


@pytest.mark.parametrize(
    ("entry", "left"),
    [
        pytest.param(f"\n      # late\n      {READY}      {RUNS}      {DEAF}", f"\n      # late\n      {READY}", id="behind what stays"),
        pytest.param(f"  # crashes\n      {RUNS}      # late\n      {READY}", f"  # crashes\n      # late\n      {READY}", id="before what stays"),
        pytest.param(f"\n      {DEAF}      {READY}      {RUNS}      # end\n", f"\n      {READY}      # end\n", id="around what stays"),
        pytest.param(
            " {readiness: [{from:   3s, result: success}], runs: [{duration: 9s}], onSIGTERM: ignore}  # all\n",
            " {readiness: [{from:   3s, result: success}]}  # all\n",
            id="in braces",
        ),
        pytest.param(
            " {\n      runs: [{duration: 9s}],  # nine\n      readiness: [{from: 3s, result: success}],  # three\n      onSIGTERM: ignore  # deaf\n    }\n",
            " {\n      readiness: [{from: 3s, result: success}]  # three\n    }\n",
            id="in braces on several lines",
        ),
        pytest.param(f"\n      {RUNS}      {DEAF}", None, id="nothing stays"),
    ],
)
def test_a_script_decides_again_and_what_else_is_said_stays_as_it_is_written(entry, left):
    head, tail = POD + SCENARIO + "spec:\n  behaviors:\n    # who is asked\n", "    web/app: {runs: [{duration: 1s}]}\n"
    said = "" if left is None else f"    web/log:{left}"

    assert simulator.with_knob(f"{head}    web/log:{entry}{tail}", "run:web/log", "command") == head + said + tail


def test_a_value_that_is_there_already_leaves_the_text_as_it_is():
    assert simulator.with_knob(POD, "grace:web", 30) == POD


@pytest.mark.parametrize(
    ("text", "knob_id", "value", "words"),
    [
        pytest.param(POD, "nothing", 3, "there is no knob", id="no such knob"),
        pytest.param(POD, "grace:web", "soon", "must be a number", id="a word that means nothing"),
        pytest.param(POD, "grace:web", True, "must be a number", id="a boolean"),
        pytest.param(POD, "grace:web", float("inf"), "must be a number", id="without end"),
        pytest.param(POD, "seed", float("nan"), "must be a number", id="no number at all"),
        pytest.param(POD, "seed", 10**400, "must be a number of at most 64 bits", id="more than a float holds"),
        pytest.param(POD, "seed", -(10**5000), "must be a number of at most 64 bits", id="more digits than Python writes"),
        pytest.param(POD, "grace:web", 1e300, "must be a number of at most 64 bits", id="a float that would be written as three hundred digits"),
        pytest.param(POD, "grace:web", -3, "by hand", id="what the API server takes for another"),
        pytest.param(POD, "grace:web", 2.5, "terminationGracePeriodSeconds", id="no whole number"),
        pytest.param(POD, "imageGCHighThresholdPercent", 20, "imageGC", id="what the kubelet refuses"),
        pytest.param("a: [", "seed", 3, "did not find", id="no YAML"),
        pytest.param(
            POD.replace("readinessProbe: {", "livenessProbe: &p {").replace("  # five", "\n    readinessProbe: *p"),
            "probe:web/app:liveness:periodSeconds",
            9,
            "by hand",
            id="one that is repeated from elsewhere",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_reason(text, knob_id, value, words):
    with pytest.raises(simulator.ManifestError, match=words) as refused:
        simulator.with_knob(text, knob_id, value)

    assert len(str(refused.value)) < 300


@pytest.mark.parametrize("value", [2**63 - 1, 1 - 2**63, 2.0**62])
@pytest.mark.parametrize("knob", simulator.knobs_in(POD), ids=lambda knob: knob.id)
def test_the_largest_numbers_are_taken_or_refused_in_a_line(knob, value):
    said = ""
    try:
        simulator.with_knob(POD, knob.id, value)
    except simulator.ManifestError as refused:
        said = str(refused)

    assert len(said) < 300


@pytest.mark.parametrize("threshold", ["memory.available", "nodefs.available"])
def test_a_threshold_of_endless_digits_is_refused(threshold):
    with pytest.raises(simulator.ManifestError, match="a quantity has at most 64 characters"):
        simulator.knobs_in(POD + KUBELET + f"evictionHard: {{{threshold}: {'9' * 400}Mi}}\n")
