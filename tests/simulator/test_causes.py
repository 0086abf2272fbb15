"""Does every record say why, and do the causes lead back to what a person would name?"""

import pytest

import simulator
from tests import goldens

SCENARIOS = goldens.folders()


def run(pod, actions=""):
    head = "apiVersion: nodeviz.dev/v1alpha1\nkind: Scenario\nmetadata: {name: s}\nspec:\n  until: 5m\n"
    text = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec:\n  {pod}\n---\n{head}{actions}"
    return list(simulator.simulate(simulator.load({"x.yaml": text})))


def chain(records, record):
    """The records that led to this one, itself last."""
    found = [record]
    while "because" in found[0]:
        found.insert(0, records[found[0]["because"]])
    return found


def first(records, **fields):
    return next(r for r in records if all(r.get(name) == value for name, value in fields.items()))


@pytest.mark.parametrize("folder", SCENARIOS, ids=lambda path: path.name)
def test_every_record_has_a_reason_and_an_earlier_cause(folder):
    for record in simulator.simulate(goldens.scenario_of(folder)):
        assert record["why"]
        assert record.get("because", -1) < record["seq"]


LIVENESS = "containers: [{name: app, image: x, livenessProbe: {httpGet: {port: 80}, failureThreshold: 2}}]"
FAILS = "  behaviors: {web/app: {liveness: [{from: 0s, result: success}, {from: 30s, result: failure}]}}\n"
SIDECAR = "restartPolicy: Never\n  initContainers: [{name: side, image: x, restartPolicy: Always}]\n  containers: [{name: app, image: x}]"
ENDS = "  behaviors: {web/app: {runs: [{duration: 10s}]}}\n"


@pytest.mark.parametrize(
    ("pod", "actions", "wanted", "whys"),
    [
        pytest.param(
            LIVENESS,
            FAILS,
            {"call": "signal"},
            ["pod-created", "process-runs", "liveness-probe-failed"],
            id="the SIGTERM of a failed probe leads back to the start of the process",
        ),
        pytest.param(LIVENESS, FAILS, {"call": "StartContainer called", "attempt": 1}, ["liveness-probe-failed", "process-finished"], id="so does the restart"),
        pytest.param(
            "containers: [{name: app, image: x}]",
            "  actions: [{at: 30s, delete: web}]\n",
            {"field": "watch", "to": "DELETED"},
            ["asked-for", "deletion-timestamp", "pod-deleted"],
            id="a pod leaves the API because somebody deleted it",
        ),
        pytest.param(
            SIDECAR,
            ENDS,
            {"call": "signal", "object": "side"},
            ["process-finished", "relist-saw-it", "pod-completed"],
            id="a sidecar stops because the main ended",
        ),
        pytest.param(
            "containers: [{name: app, image: x}]",
            "  behaviors: {web/app: {runs: [{duration: 1s, exitCode: 1}]}}\n",
            {"to": "waiting:CrashLoopBackOff"},
            ["process-failed", "relist-saw-it"],
            id="CrashLoopBackOff is shown because a process failed",
        ),
    ],
)
def test_the_chain_of_causes_names_what_a_person_would(pod, actions, wanted, whys):
    records = run(pod, actions)

    found = [record["why"] for record in chain(records, first(records, **wanted))]

    rest = iter(found)
    assert all(why in rest for why in whys), f"{whys} does not occur in this order in {found}"


MAIN = "containers: [{name: app, image: x}]"
INIT = "initContainers: [{name: app, image: x}]\n  containers: [{name: b, image: x}]"
ALWAYS = INIT.replace("x}]", "x, restartPolicy: Always}]", 1)
RULES = "restartPolicyRules: [{action: Restart, exitCodes: {operator: In, values: [3]}}]"
RULED = f"restartPolicy: Never\n  containers: [{{name: app, image: x, restartPolicy: Never, {RULES}}}]"
HOOK = "containers: [{name: app, image: x, lifecycle: {postStart: {exec: {command: [check]}}}}]"


GRACEFUL = "---\napiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nshutdownGracePeriod: 20s\nshutdownGracePeriodCriticalPods: 5s\n"


def ends(code):
    return f"  behaviors: {{web/app: {{runs: [{{duration: 1s, exitCode: {code}}}]}}}}\n"


def action(verb):
    return f"  actions: [{{at: 30s, {verb}}}]\n"


@pytest.mark.parametrize(
    ("pod", "actions", "attempt", "why"),
    [
        (MAIN, "", 0, "first-start"),
        (MAIN, ends(0), 1, "restart-policy-always"),
        (f"restartPolicy: OnFailure\n  {MAIN}", ends(1), 1, "restart-policy-on-failure"),
        (INIT, "", 0, "init-in-order"),
        (ALWAYS, "", 0, "sidecar-in-order"),
        (ALWAYS, action("exit: web/app, exitCode: 1"), 1, "sidecar-restarts"),
        (MAIN, action("setImage: web/app, image: other"), 1, "image-changed"),
        (RULED, ends(3), 1, "restart-rule"),
    ],
)
def test_why_a_container_starts(pod, actions, attempt, why):
    assert first(run(pod, actions), call="StartContainer called", object="app", attempt=attempt)["why"] == why


@pytest.mark.parametrize(
    ("pod", "actions", "why"),
    [
        (MAIN, action("delete: web"), "pod-deleted"),
        (MAIN, action("evict: web, hard: true"), "pod-evicted"),
        (MAIN, action("shutdownNode: node") + GRACEFUL, "node-shutdown"),
        (f"activeDeadlineSeconds: 20\n  {MAIN}", "", "active-deadline-exceeded"),
        (LIVENESS, FAILS, "liveness-probe-failed"),
        (LIVENESS.replace("liveness", "startup"), "  behaviors: {web/app: {startup: [{result: failure}]}}\n", "startup-probe-failed"),
        (HOOK, "  behaviors: {web/app: {postStart: {result: failure}}}\n", "post-start-hook-failed"),
        (MAIN, action("setImage: web/app, image: other"), "image-changed"),
    ],
)
def test_why_a_container_stops(pod, actions, why):
    assert first(run(pod, actions), call="StopContainer called")["why"] == why


# -- several at once ----------------------------------------------------------------------------------------------------------------

TWO = "".join(f"apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\nspec: {{{MAIN}}}\n---\n" for name in ("a", "b"))
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: app, image: x}]}}
---
"""


@pytest.mark.parametrize(
    ("text", "actions", "call"),
    [
        pytest.param(TWO, "", "SyncPod enter", id="two pods are created at once"),
        pytest.param(DEPLOYMENT, "", "SyncPod enter", id="a controller makes two pods"),
        pytest.param(TWO, action("drain: node"), "SyncTerminatingPod enter", id="an action deletes two pods"),
        pytest.param(DEPLOYMENT, action("delete: Deployment/web"), "SyncTerminatingPod enter", id="an action deletes a controller's pods"),
        pytest.param(TWO, action("shutdownNode: node") + GRACEFUL, "SyncTerminatingPod enter", id="a shutdown stops two pods"),
    ],
)
def test_what_happens_to_several_pods_follows_for_none_of_them_from_another(text, actions, call):
    """But for what they really share: pulls wait for each other, so a later pod starts because an earlier one's image came."""
    head = "apiVersion: nodeviz.dev/v1alpha1\nkind: Scenario\nmetadata: {name: s}\nspec:\n  until: 5m\n"
    records = list(simulator.simulate(simulator.load({"x.yaml": f"{text}{head}{actions}"})))

    began = {}
    for record in records:
        if record.get("call") == call:
            began.setdefault(record["pod"], record)
    assert len(began) >= 2
    for pod, record in began.items():
        # Up to the record that they all follow from: the action, or nothing.
        own = [r for r in chain(records, record) if r["t"] >= (30 if actions else 0)]
        assert {r["pod"] for r in own if "pod" in r} == {pod}
