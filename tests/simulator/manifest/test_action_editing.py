"""How does a text say what was done from outside, after a button of the page was pressed?"""

from __future__ import annotations

import pytest

import simulator

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - {name: app, image: x, readinessProbe: {httpGet: {port: 80}}}
"""
SCENARIO = "---\napiVersion: nodeviz.dev/v1alpha1\nkind: Scenario\nmetadata: {name: s}\n"
DELETE = {"at": "12.345s", "delete": "web", "gracePeriodSeconds": 30}
OLD = "{at: 1s, cordon: node}"
JSON_SCENARIO = '---\n{"apiVersion": "nodeviz.dev/v1alpha1", "kind": "Scenario", "spec": {"until": "5m"}}\n'

LAYOUTS = [
    pytest.param(POD, id="no Scenario"),
    pytest.param(POD + SCENARIO, id="a Scenario without a spec"),
    pytest.param(POD + SCENARIO + "spec: {}\n", id="an empty spec"),
    pytest.param(POD + SCENARIO + "spec:\n", id="a spec that is null"),
    pytest.param(POD + SCENARIO + "spec:\n  until: 5m  # five\n", id="a spec with something else"),
    pytest.param(POD + SCENARIO + "spec:\n  until: 5m  # five", id="no line end at the end"),
    pytest.param(POD + SCENARIO + "spec: {until: 5m}\n", id="a spec in braces"),
    pytest.param(POD + JSON_SCENARIO, id="a Scenario in JSON"),
    pytest.param(POD + SCENARIO + "spec:\n  actions:\n", id="actions that are null"),
    pytest.param(POD + SCENARIO + "spec:\n  actions: []\n", id="no actions"),
    pytest.param(POD + SCENARIO + f"spec:\n  actions: [{OLD}]  # one\n  until: 5m\n", id="actions in brackets"),
    pytest.param(POD + SCENARIO + f"spec:\n  actions:\n  - {OLD}  # one\n  # the end\n  until: 5m\n", id="actions in lines"),
    pytest.param(POD + SCENARIO + f"spec:\n  actions:\n    - {OLD}\n    - at: 2s\n      cordon: node\n---\n" + POD.replace("web", "b"), id="lines further in"),
    pytest.param(SCENARIO + "spec:\n  title: t\n---\n" + POD, id="a Scenario before the pod"),
    pytest.param(POD.replace("\n", "\r\n"), id="line ends of Windows"),
]


def plain(text: str) -> str:
    return text.replace("\r\n", "\n")


@pytest.mark.parametrize("text", LAYOUTS)
def test_an_action_is_appended_and_taken_out_again(text):
    before = simulator.load({"x.yaml": text})

    changed = simulator.with_action(text, DELETE)

    after = simulator.load({"x.yaml": changed})
    (*others, last) = after.actions
    assert (last.verb, last.target, last.at_ms, last.options) == ("delete", "web", 12_345, {"gracePeriodSeconds": 30})
    assert [(action.verb, action.at_ms) for action in others] == [(action.verb, action.at_ms) for action in before.actions]
    assert (after.until_ms, after.title, [pod.uid for pod in after.pods]) == (before.until_ms, before.title, [pod.uid for pod in before.pods])
    assert [comment for comment in ("# five", "# one", "# the end") if comment in text and comment not in changed] == []
    again = simulator.without_action(changed, len(others))
    assert simulator.actions_in(again) == simulator.actions_in(text)
    assert simulator.load({"x.yaml": again}).until_ms == before.until_ms


def test_where_there_was_no_scenario_nothing_is_left_of_one():
    assert simulator.without_action(simulator.with_action(POD, DELETE), 0) == POD


def test_actions_are_listed_as_they_are_written_with_their_lines():
    text = POD + SCENARIO + "spec:\n  actions:\n  - {at: 60s, delete: web}\n  - after: ready:web/app\n    plus: 2s\n    probe: web/app\n    result: failure\n"

    assert simulator.actions_in(text) == [
        {"at": "60s", "index": 0, "verb": "delete", "value": "web", "line": 13},
        {"after": "ready:web/app", "plus": "2s", "result": "failure", "index": 1, "verb": "probe", "value": "web/app", "line": 14},
    ]


def test_the_first_of_several_can_be_taken_out():
    text = POD + SCENARIO + f"spec:\n  actions:\n  # first\n  - {OLD}\n  - at: 2s\n    delete: web\n"

    assert simulator.without_action(text, 0) == text.replace(f"  - {OLD}\n", "")
    flow = POD + SCENARIO + f"spec:\n  actions: [{OLD}, {{at: 2s, delete: web}}]\n"
    assert simulator.without_action(flow, 0) == flow.replace(f"{OLD}, ", "")


FIRST, SECOND, THIRD = "    {at: 5s, cordon: node}, # one\n", "    {at: 6s,\n     delete: web} , # two\n", "    {at: 7s, cordon: node}  # three\n"
COMMA, BESIDE = THIRD.replace("}", "},"), "    {at: 7s, cordon: node}]  # all of them\n"
END = "    # the end\n  ]\n"


@pytest.mark.parametrize(
    ("listed", "index", "left"),
    [
        pytest.param(FIRST + SECOND + THIRD + END, 0, SECOND + THIRD + END, id="the first"),
        pytest.param(FIRST + SECOND + THIRD + END, 1, FIRST + THIRD + END, id="one in between, on two lines"),
        pytest.param(FIRST + SECOND + THIRD + END, 2, FIRST + SECOND.replace(" ,", "") + END, id="the last, with the comma before it"),
        pytest.param(FIRST + SECOND + COMMA + END, 2, FIRST + SECOND + END, id="the last, which has a comma as well"),
        pytest.param(FIRST + SECOND + BESIDE, 1, FIRST + BESIDE, id="before one that stands beside the bracket"),
        pytest.param(FIRST + SECOND + BESIDE, 2, FIRST + SECOND.partition(" ,")[0] + "]  # all of them\n", id="the last, beside the bracket"),
        pytest.param(f"    {OLD}, {OLD}, # old\n" + THIRD + END, 0, f"    {OLD}, # old\n" + THIRD + END, id="one of two in a line"),
        pytest.param("    {at: 5s, cordon: node}\n    , {at: 6s, delete: web}\n" + END, 0, "    {at: 6s, delete: web}\n" + END, id="commas before the lines"),
    ],
)
def test_an_action_between_brackets_is_taken_out_with_its_line(listed, index, left):
    head, tail = POD + SCENARIO + "spec:\n  actions: [  # all\n    # the first\n", "  until: 5m\n"

    assert simulator.without_action(head + listed + tail, index) == head + left + tail


@pytest.mark.parametrize(
    ("text", "action", "words"),
    [
        pytest.param(POD, {"at": "5s", "delete": "nobody"}, 'no pod "nobody"', id="a pod that is not there"),
        pytest.param(POD, {"at": "soon", "delete": "web"}, "soon", id="a time that is none"),
        pytest.param(POD, {"at": "5s"}, "needs a verb", id="no verb"),
        pytest.param(POD, {}, "needs one moment", id="nothing at all"),
        pytest.param(POD, {"at": "5s", "delete": "web", "force": "1: {x"}, "force", id="a value that would be YAML"),
        pytest.param("a: [", DELETE, "did not find", id="a text that is no YAML"),
        pytest.param(POD + SCENARIO + "spec: {actions: x}\n", DELETE, "by hand", id="actions that are no list"),
        pytest.param(
            POD + "---\nx: &list [{at: 1s, cordon: node}]\napiVersion: nodeviz.dev/v1alpha1\nkind: Scenario\nspec: {actions: *list}\n",
            DELETE,
            "by hand|unknown field",
            id="a list that is repeated from elsewhere",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_reason(text, action, words):
    with pytest.raises(simulator.ManifestError, match=words):
        simulator.with_action(text, action)


@pytest.mark.parametrize("index", [-1, 1, 7])
def test_an_action_that_is_not_there_cannot_be_taken_out(index):
    with pytest.raises(simulator.ManifestError, match="there is no action"):
        simulator.without_action(POD + SCENARIO + f"spec: {{actions: [{OLD}]}}\n", index)
