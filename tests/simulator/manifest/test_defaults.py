"""Which values does the API server fill in, and what becomes of a pod's spec? One good pod, and what differs."""

import pytest

import simulator
from simulator.pod import ContainerType, HandlerKind, ObjectRef, PullPolicy, RestartPolicy, RestartRule


def pod_of(spec, metadata="{name: web}"):
    text = f"apiVersion: v1\nkind: Pod\nmetadata: {metadata}\nspec:\n" + "".join(f"  {line}\n" for line in spec.split("\n"))
    return simulator.load({"pod.yaml": text}).pods[0]


def main_of(fields):
    return pod_of(f"volumes: [{{name: v}}]\ncontainers: [{{name: app, image: 'x:1', {fields}}}]").containers[0]


def test_a_pod_of_two_lines_gets_everything_else():
    pod = pod_of("containers: [{name: app, image: nginx}]")

    assert (pod.namespace, pod.restart_policy, pod.termination_grace_period_seconds, pod.host_users) == ("default", RestartPolicy.ALWAYS, 30, True)
    container = pod.containers[0]
    assert container.container_type is ContainerType.MAIN
    assert (container.termination_message_path, container.termination_message_policy) == ("/dev/termination-log", "File")
    assert (container.mark.file, container.mark.line, container.mark.column) == ("pod.yaml", 5, 16)


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        pytest.param("nginx", PullPolicy.ALWAYS, id="no tag means latest"),
        pytest.param("nginx:latest", PullPolicy.ALWAYS, id="latest"),
        pytest.param("nginx:1.27", PullPolicy.IF_NOT_PRESENT, id="a tag"),
        pytest.param("localhost:5000/nginx", PullPolicy.ALWAYS, id="a port is no tag"),
        pytest.param("localhost:5000/nginx:1", PullPolicy.IF_NOT_PRESENT, id="a port and a tag"),
        pytest.param("nginx@sha256:" + "0" * 64, PullPolicy.IF_NOT_PRESENT, id="a digest alone"),
        pytest.param("nginx:latest@sha256:" + "0" * 64, PullPolicy.ALWAYS, id="latest with a digest"),
    ],
)
def test_the_pull_policy_follows_the_tag(image, expected):
    assert pod_of(f"containers: [{{name: app, image: '{image}'}}]").containers[0].image_pull_policy is expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [pytest.param("45", 45, id="as written"), pytest.param("0", 0, id="zero is allowed"), pytest.param("-5", 1, id="a negative one becomes 1")],
)
def test_grace_periods(written, expected):
    assert pod_of(f"terminationGracePeriodSeconds: {written}\ncontainers: [{{name: a, image: x}}]").termination_grace_period_seconds == expected


def test_probe_values_and_what_zero_means():
    probe = main_of("livenessProbe: {httpGet: {port: http}, periodSeconds: 0, failureThreshold: 5}").liveness_probe

    assert (probe.initial_delay_seconds, probe.period_seconds, probe.timeout_seconds, probe.success_threshold, probe.failure_threshold) == (0, 10, 1, 1, 5)
    assert (probe.handler.kind, probe.handler.port, probe.handler.path, probe.handler.scheme) == (HandlerKind.HTTP_GET, "http", "/", "HTTP")


def test_a_limit_is_its_own_request_and_quantities_are_integers():
    resources = main_of("resources: {limits: {cpu: 0.5, memory: 1Gi}, requests: {memory: 128974848}}").resources

    assert resources.limits == {"cpu": 500, "memory": 1 << 30}
    assert resources.requests == {"memory": 128974848, "cpu": 500}


def test_host_network_opens_every_port_on_the_host():
    pod = pod_of("hostNetwork: true\ncontainers: [{name: a, image: x, ports: [{containerPort: 80}, {containerPort: 53, protocol: UDP}]}]")

    assert pod.containers[0].host_ports == (("TCP", 80), ("UDP", 53))


def test_kinds_of_init_containers():
    pod = pod_of("initContainers: [{name: i, image: x}, {name: s, image: x, restartPolicy: Always}]\ncontainers: [{name: a, image: x}]")

    assert [(c.name, c.container_type) for c in pod.init_containers] == [("i", ContainerType.INIT), ("s", ContainerType.SIDECAR)]
    assert [c.name for c in pod.sidecars] == ["s"]


def test_restart_rules_and_hooks():
    container = main_of(
        "restartPolicy: Never, restartPolicyRules: [{action: Restart, exitCodes: {operator: In, values: [1, 2]}}], "
        "lifecycle: {postStart: {exec: {command: [sh, -c, x]}}, preStop: {sleep: {seconds: 3}}}"
    )

    assert container.restart_policy is RestartPolicy.NEVER
    assert container.restart_policy_rules == (RestartRule(action="Restart", operator="In", exit_codes=(1, 2)),)
    assert container.post_start.command == ("sh", "-c", "x")
    assert (container.pre_stop.kind, container.pre_stop.seconds) == (HandlerKind.SLEEP, 3)


def test_what_environment_and_volumes_need():
    pod = pod_of(
        "volumes:\n- {name: all, configMap: {name: c}}\n- {name: some, secret: {secretName: s, items: [{key: k, path: p}], optional: true}}\n"
        "- {name: many, projected: {sources: [{configMap: {name: d}}, {serviceAccountToken: {path: t}}]}}\n- {name: none}\n"
        "- {name: cache, emptyDir: {medium: Memory, sizeLimit: 1Mi}}\n- {name: models, image: {reference: 'models:1'}}\n"
        "containers:\n- name: app\n  image: x\n  envFrom: [{configMapRef: {name: e}}]\n"
        "  env: [{name: A, valueFrom: {secretKeyRef: {name: f, key: g}}}]"
    )

    assert pod.containers[0].env_refs == (ObjectRef(kind="ConfigMap", name="e"), ObjectRef(kind="Secret", name="f", key="g"))
    volumes = {volume.name: volume for volume in pod.volumes}
    assert volumes["all"].refs == (ObjectRef(kind="ConfigMap", name="c"),)
    assert volumes["some"].refs == (ObjectRef(kind="Secret", name="s", key="k", optional=True),)
    assert volumes["many"].refs == (ObjectRef(kind="ConfigMap", name="d"),)
    assert volumes["none"].kind == "emptyDir"
    assert (volumes["cache"].in_memory, volumes["cache"].size_limit_bytes) == (True, 1 << 20)
    assert (volumes["models"].image, volumes["models"].pull_policy) == ("models:1", PullPolicy.IF_NOT_PRESENT)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        pytest.param("$(GREETING) you", "hello you", id="a known variable"),
        pytest.param("$(NAME)", "web", id="the pod's name"),
        pytest.param("$(TWICE)", "hello hello", id="a variable of variables"),
        pytest.param("$(UNKNOWN)", "$(UNKNOWN)", id="an unknown one stays"),
        pytest.param("$$(GREETING)", "$(GREETING)", id="two dollars escape"),
        pytest.param("$GREETING", "$GREETING", id="the shell's own form stays"),
    ],
)
def test_references_to_variables(word, expected):
    container = pod_of(
        "containers:\n- name: app\n  image: x\n  env:\n  - {name: GREETING, value: hello}\n  - {name: TWICE, value: $(GREETING) $(GREETING)}\n"
        f"  - {{name: NAME, valueFrom: {{fieldRef: {{fieldPath: metadata.name}}}}}}\n  args: ['{word}']"
    ).containers[0]

    assert container.args == (expected,)


def test_variables_that_double_each_other_do_not_fill_the_memory():
    variables = "".join(f"  - {{name: V{n}, value: $(V{n - 1})$(V{n - 1})}}\n" for n in range(1, 60))

    container = pod_of(f"containers:\n- name: app\n  image: x\n  env:\n  - {{name: V0, value: xx}}\n{variables.rstrip()}").containers[0]

    assert sum(len(value) for _, value in container.env) < 200_000


@pytest.mark.parametrize(
    ("written", "documents", "expected"),
    [
        pytest.param("priorityClassName: system-node-critical", "", 2_000_001_000, id="a class that every cluster has"),
        pytest.param(
            "priorityClassName: high", "apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: high}\nvalue: 7\n", 7, id="one of the input"
        ),
        pytest.param("priorityClassName: high", "", 1000, id="an unknown one is taken to be above the default"),
        pytest.param("priority: 5\n  priorityClassName: high", "", 5, id="as the API server wrote it"),
    ],
)
def test_priorities(written, documents, expected):
    text = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec:\n  {written}\n  containers: [{{name: a, image: x}}]\n---\n{documents}"

    assert simulator.load({"pod.yaml": text}).pods[0].priority == expected


def test_what_the_api_server_wrote_is_ignored_and_the_uid_is_kept():
    text = """\
apiVersion: v1
kind: Pod
metadata:
  name: web
  uid: 0ad55a10-2b50-4a36-9c1f-86c9f0186c9f
  creationTimestamp: "2026-01-01T00:00:00Z"
  resourceVersion: "1"
  generation: 1
  managedFields: [{manager: kubectl, fieldsV1: {"f:spec": {}}, unheardOf: 1}]
  ownerReferences: [{kind: ReplicaSet, name: web-1, unheardOf: 1}]
spec:
  nodeName: node-a
  containers: [{name: app, image: x}]
status: {phase: Running, unheardOf: 1}
"""

    pod = simulator.load({"pod.yaml": text}).pods[0]

    assert (pod.uid, pod.owner, pod.node_name) == ("0ad55a10-2b50-4a36-9c1f-86c9f0186c9f", None, "node-a")


def test_names_and_uids_are_made_from_the_seed():
    text = "apiVersion: v1\nkind: Pod\nmetadata: {generateName: web-}\nspec: {containers: [{name: a, image: x}]}\n---\n"

    first, second = simulator.load({"p": text * 2}, seed=7).pods
    again = simulator.load({"p": text * 2}, seed=7).pods
    other = simulator.load({"p": text * 2}, seed=8).pods

    assert (first, second) == again
    assert len({first.name, second.name, other[0].name, other[1].name}) == 4
    assert len({first.uid, second.uid, other[0].uid}) == 3


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        pytest.param("containers: [{name: a, image: x, args: [null, b]}]", None, id="a null among words is an empty word"),
        pytest.param("securityContext: {supplementalGroups: [null]}\ncontainers: [{name: a, image: x}]", None, id="a null among numbers is zero"),
        pytest.param(
            "securityContext: {supplementalGroups: [x]}\ncontainers: [{name: a, image: x}]", "spec.securityContext.supplementalGroups[0]", id="a word"
        ),
        pytest.param("containers: [null, {name: a, image: x}]", "spec.containers[0].name", id="a null among containers has no name"),
    ],
)
def test_nulls_in_lists_are_what_go_makes_of_them(spec, path):
    text = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n" + "".join(f"  {line}\n" for line in spec.split("\n"))
    try:
        simulator.load({"pod.yaml": text})
        found = []
    except simulator.ManifestError as error:
        found = [problem.path for problem in error.problems]

    assert found[:1] == ([path] if path else [])
