"""What becomes of the pods of a controller in a run? Documents in, what a watcher would see out."""

import re
from collections import Counter

import pytest

import simulator

MANUAL = ", annotations: {nodeviz.dev/apply: manual}"
SELECTOR = "selector: {matchLabels: {app: web}}"


def workload(kind, spec, *, image="web:1", pod="", labels="app: web", annotations=""):
    return f"""\
apiVersion: apps/v1
kind: {kind}
metadata: {{name: web{annotations}}}
spec:
  {spec}
  {SELECTOR}
  template:
    metadata: {{labels: {{{labels}}}}}
    spec: {{containers: [{{name: app, image: "{image}"{pod}}}]}}
"""


def batch(kind, spec, command="sleep 2; exit 1", policy="Never"):
    template = f'template: {{spec: {{restartPolicy: {policy}, containers: [{{name: app, image: "web:1", command: [sh, -c, "{command}"]}}]}}}}'
    if kind == "CronJob":
        head, body = spec
        return f"apiVersion: batch/v1\nkind: CronJob\nmetadata: {{name: web}}\nspec:\n  {head}\n  jobTemplate:\n    spec:\n      {body}\n      {template}\n"
    return f"apiVersion: batch/v1\nkind: Job\nmetadata: {{name: web}}\nspec:\n  {spec}\n  {template}\n"


def scenario(*actions, until="10m", more=""):
    listed = "".join(f"  - {action}\n" for action in actions)
    head = f"apiVersion: nodeviz.dev/v1alpha1\nkind: Scenario\nmetadata: {{name: s}}\nspec:\n  jitter: false\n  until: {until}\n{more}"
    return head + (f"  actions:\n{listed}" if listed else "")


def run(*documents):
    return list(simulator.simulate(simulator.load({"x.yaml": "---\n".join(documents)})))


def told(records, *reasons):
    """(seconds, object, message) of the controllers' Events."""
    return [(r["t"], r["object"], r["message"]) for r in records if r["layer"] == "event" and "pod" not in r and (not reasons or r["reason"] in reasons)]


def added(records):
    return [(r["t"], r["pod"]) for r in records if r.get("field") == "watch" and r["to"] == "ADDED"]


def alive(records):
    """How many pods there are at any time: the most, and the fewest after the first two minutes."""
    there, most = Counter(), 0
    for record in records:
        if record.get("field") == "watch":
            there[record["pod"]] += 1 if record["to"] == "ADDED" else -1
            most = max(most, there.total())
    return most, there.total()


@pytest.mark.parametrize(
    ("kind", "spec"), [("Deployment", "replicas: 2"), ("ReplicaSet", "replicas: 2"), ("StatefulSet", "replicas: 2"), ("DaemonSet", "minReadySeconds: 0")]
)
def test_a_deleted_pod_is_replaced(kind, spec):
    records = run(workload(kind, spec), scenario(f'{{at: 60s, delete: "{kind}/web#1"}}'))

    before = [pod for at, pod in added(records) if at < 60]
    (at, pod), *others = [(at, pod) for at, pod in added(records) if at >= 60]
    gone_at = next(r["t"] for r in records if r.get("field") == "watch" and r["to"] == "DELETED")
    assert not others
    assert (pod in before) == (kind == "StatefulSet")
    assert (at < gone_at) == (kind in ("Deployment", "ReplicaSet")), "StatefulSets and DaemonSets wait until the old one is gone"


def test_a_deployment_rolls_to_another_template_without_losing_a_replica():
    documents = [
        workload("Deployment", "replicas: 3"),
        workload("Deployment", "replicas: 3", image="web:2", annotations=MANUAL),
    ]

    records = run(*documents, scenario("{at: 60s, apply: Deployment/web}"))

    steps = [re.sub(r"replica set web-\S+", "", message).replace("Scaled ", "") for at, _, message in told(records, "ScalingReplicaSet") if at >= 60]
    assert steps == ["up  from 0 to 1", "down  from 3 to 2", "up  from 1 to 2", "down  from 2 to 1", "up  from 2 to 3", "down  from 1 to 0"]
    assert len({pod.rsplit("-", 1)[0] for _, pod in added(records)}) == 2
    assert alive(records) == (6, 3)


def test_a_rollout_to_an_image_that_does_not_exist_stops_before_anything_is_lost():
    missing = '  registry: {images: [{image: "web:2", error: {reason: NotFound}}]}\n'
    text = workload("Deployment", "replicas: 4", image="web:2", annotations=MANUAL)
    records = run(workload("Deployment", "replicas: 4"), text, scenario("{at: 60s, apply: Deployment/web}", more=missing))

    assert alive(records)[1] == 3 + 2, "a quarter of the old ones is gone, and half of the new ones wait for their image"


def test_a_rollout_written_inside_the_action():
    action = "at: 60s\n    apply:\n" + "".join(f"      {line}\n" for line in workload("Deployment", "replicas: 1", image="web:2").splitlines())

    records = run(workload("Deployment", "replicas: 1"), scenario(action.rstrip()))

    assert [r["object"] for r in records if r["layer"] == "action"] == ["Deployment/web"]
    assert len(added(records)) == 2


def test_the_pods_of_a_stateful_set_come_one_after_the_other_is_ready():
    ready_after_five = ", readinessProbe: {httpGet: {port: 80}, initialDelaySeconds: 5}"
    records = run(workload("StatefulSet", "replicas: 3", pod=ready_after_five), scenario())

    ready = [r["t"] for r in records if r.get("field") == "condition:Ready" and r["to"] == "True"]
    assert [pod for _, pod in added(records)] == ["default/web-0", "default/web-1", "default/web-2"]
    assert [at for at, _ in added(records)][1:] == [pytest.approx(at + 0.01) for at in ready[:2]]


def test_a_job_gives_up_after_its_back_off_limit_and_goes_after_its_time_to_live():
    records = run(batch("Job", "backoffLimit: 2\n  ttlSecondsAfterFinished: 30"), scenario())

    starts = [at for at, _ in added(records)]
    ends = [r["t"] for r in records if r.get("field") == "phase" and r["to"] == "Failed"]
    assert [round(after - before, 3) for before, after in zip(ends, starts[1:], strict=False)] == [10, 20]
    (failed_at, name, _) = told(records, "BackoffLimitExceeded")[0]
    assert name == "Job/default/web"
    assert {round(r["t"] - failed_at, 3) for r in records if r.get("field") == "deletionTimestamp"} == {30}
    assert alive(records) == (3, 0)


def test_a_job_restarts_its_container_in_place_with_on_failure():
    records = run(batch("Job", "backoffLimit: 2", policy="OnFailure"), scenario())

    assert len(added(records)) == 1
    assert told(records, "BackoffLimitExceeded")


def test_an_indexed_job_runs_each_index_once():
    records = run(batch("Job", "completions: 4\n  parallelism: 2\n  completionMode: Indexed", command="sleep 2"), scenario())

    assert [re.sub(r"-[a-z0-9]{5}$", "", pod) for _, pod in added(records)] == [f"default/web-{index}" for index in range(4)]
    assert told(records, "Completed")


@pytest.mark.parametrize(
    ("policy", "seconds", "jobs"),
    [
        pytest.param("Allow", 150, [0, 60, 120, 180], id="Allow: one a minute beside the others"),
        pytest.param("Forbid", 90, [0, 92.1, 184.2], id="Forbid: the next one when the last has ended"),
        pytest.param("Replace", 150, [0, 60, 120, 180], id="Replace: the last one is deleted"),
    ],
)
def test_a_cron_job_every_minute(policy, seconds, jobs):
    text = batch("CronJob", (f"schedule: '* * * * *'\n  concurrencyPolicy: {policy}", "backoffLimit: 0"), command=f"sleep {seconds}")
    records = run(text, scenario(until="200s"))

    starts = [at for at, name, message in told(records, "SuccessfulCreate") if name.startswith("CronJob")]
    assert starts == [pytest.approx(at, abs=6) for at in jobs]
    assert bool([r for r in records if r.get("field") == "deletionTimestamp"]) == (policy == "Replace")


def test_a_nightly_cron_job_shows_what_it_does_at_once_and_keeps_its_history_short():
    text = batch("CronJob", ("schedule: '0 3 * * *'\n  successfulJobsHistoryLimit: 2", "completions: 1"), command="sleep 2")
    records = run(text, scenario(until="4d"))

    assert [at for at, _ in added(records)] == [0, 86_400, 2 * 86_400, 3 * 86_400, 4 * 86_400]
    assert [message for _, _, message in told(records, "SuccessfulDelete")] == ["Deleted job web-29453940", "Deleted job web-29455380"]


def test_pods_of_controllers_keep_away_from_a_node_under_pressure():
    """Until the kubelet has reported the pressure, each evicted pod is replaced by one that is rejected, as real clusters have seen; then the taint holds."""
    hungry = ", resources: {requests: {cpu: 10m}}"
    text = workload("Deployment", "replicas: 2", pod=hungry)
    records = run(text, scenario("{at: 60s, fillDisk: nodefs, to: 96%}", "{at: 120s, freeDisk: nodefs, bytes: 30Gi}", until="15m"))

    told_at = next(r["t"] for r in records if r.get("field") == "condition:DiskPressure" and r["to"] == "True")
    assert 60 < told_at <= 70 + 1
    assert len([at for at, _ in added(records) if at > told_at + 0.5]) <= 2
    assert "had untolerated taint {node.kubernetes.io/disk-pressure: }" in " ".join(str(r.get("message")) for r in records)
    assert alive(records)[1] >= 2


def test_many_pods_come_as_fast_as_the_api_server_lets_a_controller_ask():
    records = run(workload("Deployment", "replicas: 35"), scenario(until="20s"))

    moments = Counter(at for at, _ in added(records))
    assert list(moments.items())[:3] == [(0, 15), (0.1, 1), (0.2, 1)]
    assert moments.total() == 35


def test_a_controller_whose_pods_never_last_ends_the_run_at_a_limit(monkeypatch):
    monkeypatch.setattr("simulator.controllers.controller_manager.MAX_PODS_MADE", 5)

    records = run(batch("Job", "backoffLimit: 100", command="exit 1"), scenario(until="3d"))

    assert records[-1] == {**records[-1], "layer": "end", "reason": "limit:MAX_PODS_MADE"}


def test_a_cron_job_that_is_made_later_does_not_make_up_for_what_was_due_before():
    text = batch("CronJob", ("schedule: '*/5 * * * *'", "completions: 1"), command="sleep 2")
    inline = "".join(f"      {line}\n" for line in text.splitlines())
    records = run(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: a, image: x}]}\n",
        scenario(f"at: 430s\n    apply:\n{inline.rstrip()}", until="11m"),
    )

    assert [at for at, name, _ in told(records, "SuccessfulCreate") if name.startswith("CronJob")] == [600]
