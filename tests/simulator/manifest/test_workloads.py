"""Which pods does a controller make from its template, and under which names?"""

import re

import pytest

import simulator

LETTERS = "[bcdfghjklmnpqrstvwxz2456789]"


def document(api_version, kind, spec, *, template_spec="{containers: [{name: app, image: x}]}", name="web"):
    return f"""\
apiVersion: {api_version}
kind: {kind}
metadata: {{name: {name}, namespace: shop}}
spec:
  {spec}
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec: {template_spec}
"""


JOB = "{restartPolicy: Never, containers: [{name: app, image: x}]}"


def job(spec, kind="Job"):
    body = f"{spec}\n  template: {{spec: {JOB}}}\n"
    if kind == "Job":
        return f"apiVersion: batch/v1\nkind: Job\nmetadata: {{name: web, namespace: shop}}\nspec:\n  {body}"
    head = "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: web, namespace: shop}\n"
    return f"{head}spec:\n  {spec}\n  jobTemplate: {{spec: {{template: {{spec: {JOB}}}}}}}\n"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        pytest.param(document("apps/v1", "Deployment", "replicas: 2"), [f"web-{LETTERS}{{10}}-{LETTERS}{{5}}"] * 2, id="a Deployment's have two suffixes"),
        pytest.param(document("apps/v1", "ReplicaSet", "replicas: 2"), [f"web-{LETTERS}{{5}}"] * 2, id="a ReplicaSet's have one"),
        pytest.param(document("apps/v1", "ReplicaSet", "minReadySeconds: 0"), [f"web-{LETTERS}{{5}}"], id="one replica is the default"),
        pytest.param(document("apps/v1", "StatefulSet", "replicas: 3"), ["web-0", "web-1", "web-2"], id="a StatefulSet counts"),
        pytest.param(document("apps/v1", "StatefulSet", "replicas: 2\n  ordinals: {start: 5}"), ["web-5", "web-6"], id="from an ordinal of its own"),
        pytest.param(document("apps/v1", "DaemonSet", "minReadySeconds: 0"), [f"web-{LETTERS}{{5}}"], id="a DaemonSet has one on the one node"),
        pytest.param(job("parallelism: 2"), [f"web-{LETTERS}{{5}}"] * 2, id="a Job starts as many as may run at once"),
        pytest.param(job("parallelism: 5\n  completions: 3"), [f"web-{LETTERS}{{5}}"] * 3, id="and no more than must complete"),
        pytest.param(job("parallelism: 2\n  completions: 2\n  completionMode: Indexed"), [f"web-{n}-{LETTERS}{{5}}" for n in "01"], id="an indexed Job counts"),
        pytest.param(job("suspend: true"), [], id="a suspended Job has none"),
        pytest.param(job("schedule: '* * * * *'", "CronJob"), [f"web-[0-9]{{8}}-{LETTERS}{{5}}"], id="a CronJob's Job has the minute in its name"),
        pytest.param(document("apps/v1", "Deployment", "replicas: 0"), [], id="no replicas, no pods"),
    ],
)
def test_names_and_numbers_of_pods(text, names):
    pods = simulator.load({"web.yaml": text}).pods

    assert len(pods) == len(names)
    for pod, pattern in zip(pods, names, strict=True):
        assert re.fullmatch(pattern, pod.name), pod.name
        assert pod.namespace == "shop"


def test_a_replication_controller_and_a_pod_template():
    controller = "apiVersion: v1\nkind: ReplicationController\nmetadata: {name: rc}\nspec: {template: {spec: {containers: [{name: a, image: x}]}}}\n"
    template = "apiVersion: v1\nkind: PodTemplate\nmetadata: {name: tp}\ntemplate: {spec: {containers: [{name: a, image: x}]}}\n"

    pods = simulator.load({"x.yaml": controller + "---\n" + template}).pods

    assert [(pod.owner.kind, pod.owner.name, pod.owner.ordinal) for pod in pods] == [("ReplicationController", "rc", 1), ("PodTemplate", "tp", 1)]


def test_pods_know_their_controller_and_carry_its_labels():
    deployment, stateful = document("apps/v1", "Deployment", "replicas: 2"), document("apps/v1", "StatefulSet", "replicas: 1", name="db")

    first, second, third = simulator.load({"web.yaml": deployment + "---\n" + stateful}).pods

    assert (first.owner.kind, first.owner.name, first.owner.ordinal, second.owner.ordinal) == ("Deployment", "web", 1, 2)
    assert first.labels == {"app": "web", "pod-template-hash": first.name.split("-")[1]}
    assert third.labels["apps.kubernetes.io/pod-index"] == "0"
    assert first.uid != second.uid


def test_the_hash_in_the_name_changes_with_the_template_and_not_with_its_place():
    text = document("apps/v1", "Deployment", "replicas: 1")

    (here,), (further_down,), (changed,) = (
        [pod.name.split("-")[1] for pod in simulator.load({"web.yaml": version}).pods]
        for version in (text, "\n\n" + text, text.replace("image: x", "image: other"))
    )

    assert here == further_down != changed


def test_claims_of_a_stateful_set_are_volumes_of_its_pods():
    text = document(
        "apps/v1",
        "StatefulSet",
        "replicas: 1\n  volumeClaimTemplates: [{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce]}}]",
        template_spec="{containers: [{name: app, image: x, volumeMounts: [{name: data, mountPath: /data}]}]}",
    )

    assert [(volume.name, volume.kind) for volume in simulator.load({"db.yaml": text}).pods[0].volumes] == [("data", "persistentVolumeClaim")]


def test_what_a_controller_needs_later_is_kept():
    (workload,) = simulator.load({"j": job("backoffLimit: 3\n  completions: 4\n  parallelism: 2\n  ttlSecondsAfterFinished: 60")}).workloads

    assert (workload.kind, workload.parallelism, workload.completions, workload.backoff_limit) == ("Job", 2, 4, 3)
    assert workload.options["ttlSecondsAfterFinished"] == 60


@pytest.mark.parametrize(
    ("text", "path", "message"),
    [
        pytest.param(
            document("apps/v1", "Deployment", "replicas: 1", template_spec="{restartPolicy: Never, containers: [{name: a, image: x}]}"),
            "spec.template.spec.restartPolicy",
            'Unsupported value: "Never": supported values: "Always"',
            id="a Deployment's pods run for ever",
        ),
        pytest.param(
            job("parallelism: 1").replace("restartPolicy: Never, ", ""),
            "spec.template.spec.restartPolicy",
            'Required value: valid values: "OnFailure", "Never"',
            id="a Job's pods end",
        ),
        pytest.param(
            job("schedule: '* * * * *'", "CronJob").replace("restartPolicy: Never", "restartPolicy: Always"),
            "spec.jobTemplate.spec.template.spec.restartPolicy",
            'Required value: valid values: "OnFailure", "Never"',
            id="a CronJob's, too",
        ),
        pytest.param(job("suspend: false", "CronJob"), "spec.schedule", "Required value", id="a CronJob has a schedule"),
        pytest.param(job("completionMode: Indexed"), "spec.completions", "Required value: when completion mode is Indexed", id="an indexed Job knows how many"),
        pytest.param(
            document("apps/v1", "Deployment", "replicas: -1"), "spec.replicas", "Invalid value: -1: must be greater than or equal to 0", id="fewer than none"
        ),
        pytest.param(
            document("apps/v1", "Deployment", "replicas: 1").replace("labels: {app: web}", "labels: {app: shop}"),
            "spec.template.metadata.labels",
            'Invalid value: {"app":"shop"}: `selector` does not match template `labels`',
            id="a selector that does not match",
        ),
        pytest.param(
            document("apps/v1", "DaemonSet", "minReadySeconds: 0").replace("  selector: {matchLabels: {app: web}}\n", ""),
            "spec.selector",
            "Required value",
            id="no selector",
        ),
    ],
)
def test_rules_of_the_controllers_themselves(text, path, message):
    with pytest.raises(simulator.ManifestError) as caught:
        simulator.load({"web.yaml": text})

    assert [(problem.path, problem.message) for problem in caught.value.problems] == [(path, message)]


# -- what an action applies ---------------------------------------------------------------------------------------------------------

SCENARIO = "---\napiVersion: nodeviz.dev/v1alpha1\nkind: Scenario\nmetadata: {name: s}\nspec:\n"
MANUAL = document("apps/v1", "Deployment", "replicas: 2").replace("namespace: shop}", "annotations: {nodeviz.dev/apply: manual}}")


def test_apply_names_a_controller_and_brings_its_object():
    (action,) = simulator.load({"x.yaml": f"{MANUAL}{SCENARIO}  actions: [{{at: 1s, apply: Deployment/web}}]\n"}).actions

    assert (action.workload.kind, action.workload.name, action.pod) == ("Deployment", "web", None)


@pytest.mark.parametrize(
    ("target", "words"),
    [
        pytest.param("Deployment/web#1", '"Deployment/web#1" is a pod of Deployment/web, which makes it; write "Deployment/web"', id="one of its pods"),
        pytest.param("Deployment/default/web", "no pod", id="an address that the contract does not have"),
        pytest.param("web", "no pod", id="its bare name"),
    ],
)
def test_apply_of_what_brings_nothing_is_refused(target, words):
    with pytest.raises(simulator.ManifestError, match=re.escape(words)):
        simulator.load({"x.yaml": f'{MANUAL}{SCENARIO}  actions: [{{at: 1s, apply: "{target}"}}]\n'})


def test_apply_of_a_controller_that_is_there_from_the_start_is_refused():
    with pytest.raises(simulator.ManifestError, match="is created at the start already"):
        simulator.load({"x.yaml": document("apps/v1", "Deployment", "replicas: 1") + SCENARIO + "  actions: [{at: 1s, apply: Deployment/web}]\n"})


def test_a_behavior_may_be_that_of_a_controller_that_an_action_brings_along():
    inline = "".join(f"      {line}\n" for line in document("apps/v1", "Deployment", "replicas: 1", name="late").splitlines())
    behaviors = "  behaviors: {Deployment/late/app: {runs: [{duration: 5s}]}}\n"

    scenario = simulator.load(
        {"x.yaml": f"{document('apps/v1', 'Deployment', 'replicas: 1')}{SCENARIO}{behaviors}  actions:\n  - at: 1s\n    apply:\n{inline}"}
    )

    assert [action.workload.name for action in scenario.actions] == ["late"]


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        pytest.param("*/5 3 * * 1-5", "", id="five fields"),
        pytest.param("0 0 1 JAN SUN", "", id="names"),
        pytest.param("@daily", "", id="a macro"),
        pytest.param("@every 90m", "", id="an interval"),
        pytest.param("0 0 * * */7", "", id="a step of seven"),
        pytest.param("* * *", "expected exactly 5 fields, found 3: [* * *]", id="too few fields"),
        pytest.param("61 * * * *", "bad minute", id="no such minute"),
        pytest.param("0 0 * * 7", "end of range (7) above maximum (6): 7", id="Sunday is 0"),
        pytest.param("0 0 L * *", "bad character", id="what other crons read"),
        pytest.param("@often", "unrecognized descriptor: @often", id="no such macro"),
        pytest.param("@every now", "failed to parse duration @every now", id="no interval"),
    ],
)
def test_the_schedules_that_a_cron_job_takes(schedule, words):
    text = job(f"schedule: '{schedule}'", "CronJob")
    if not words:
        assert simulator.load({"x.yaml": text}).workloads
        return

    with pytest.raises(simulator.ManifestError, match=re.escape(f'spec.schedule: Invalid value: "{schedule}": {words}')):
        simulator.load({"x.yaml": text})


def test_a_time_zone_that_is_not_applied_is_said():
    zone = job("schedule: '0 3 * * *'", "CronJob").replace("schedule:", "timeZone: Europe/Zurich\n  schedule:")

    assert '"Europe/Zurich" is not applied: the schedule is read in UTC' in simulator.load({"x.yaml": zone}).warnings[0]
    assert simulator.load({"x.yaml": zone.replace("Europe/Zurich", "Etc/UTC")}).warnings == ()
