"""How large is the node when nobody said? Large enough for the pods of the input, and it says so."""

import pytest

import simulator


def loaded(requests, *, more="", node=""):
    head = f"---\napiVersion: nodeviz.dev/v1alpha1\nkind: Scenario\nmetadata: {{name: s}}\nspec: {{node: {node}}}\n" if node else ""
    text = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n"
    limits = requests if "/" in requests else "{}"
    return simulator.load({"x.yaml": f"{text}  containers: [{{name: app, image: x, resources: {{requests: {requests}, limits: {limits}}}}}]\n  {more}\n{head}"})


def events(scenario):
    return [r["reason"] for r in simulator.simulate(scenario) if r["layer"] == "event"]


@pytest.mark.parametrize(
    ("requests", "larger", "words"),
    [
        pytest.param("{cpu: 2, memory: 1Gi}", {}, "", id="what fits leaves the node as it is"),
        pytest.param("{cpu: 16}", {"cpu": 32_000}, "the node was made larger for these pods: cpu 32", id="more processors"),
        pytest.param("{memory: 100Gi}", {"memory": 256 << 30}, "memory 256Gi", id="more memory"),
        pytest.param("{nvidia.com/gpu: 8}", {"nvidia.com/gpu": 8}, "nvidia.com/gpu 8", id="devices"),
    ],
)
def test_a_pod_finds_room_on_a_node_of_which_nothing_was_said(requests, larger, words):
    scenario = loaded(requests)

    assert {name: scenario.node.capacity[name] for name in larger} == larger
    assert words in " ".join(scenario.warnings)
    assert bool(scenario.warnings) == bool(words)
    assert "Scheduled" in events(scenario)


def test_a_capacity_that_somebody_wrote_stays():
    scenario = loaded("{cpu: 16}", node="{capacity: {cpu: 4}}")

    assert scenario.node.capacity["cpu"] == 4_000
    assert "FailedScheduling" in events(scenario)


def test_a_pod_that_names_its_node_is_rejected_by_the_kubelet_as_ever():
    scenario = loaded("{cpu: 16}", more="nodeName: node-a")

    assert scenario.node.capacity["cpu"] == 4_000
    assert "OutOfcpu" in events(scenario)


def test_the_node_gets_the_labels_that_pods_select():
    scenario = loaded("{cpu: 1}", more="nodeSelector: {cloud/tpu: v5, kubernetes.io/os: linux}")

    assert scenario.node.labels == {"cloud/tpu": "v5"}
    assert "the node was given the labels that these pods select: cloud/tpu=v5" in scenario.warnings[0]
    assert "Scheduled" in events(scenario)


def test_labels_that_somebody_wrote_stay_and_the_pod_waits():
    scenario = loaded("{cpu: 1}", more="nodeSelector: {disk: ssd}", node="{labels: {disk: hdd}}")

    assert "FailedScheduling" in events(scenario)


def test_a_second_pod_with_the_same_host_port_waits_for_the_first():
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: %s}\nspec: {containers: [{name: app, image: x, ports: [{containerPort: 80, hostPort: 80}]}]}\n"
    scenario = simulator.load({"x.yaml": pod % "a" + "---\n" + pod % "b"})

    assert "didn't have free ports" in str([r.get("message") for r in simulator.simulate(scenario)])


@pytest.mark.parametrize(
    ("restart_policy", "expected"),
    [
        pytest.param("Never", ["FailedScheduling", "Scheduled"], id="a pod that has ended holds no room, although its object stays"),
        pytest.param("Always", ["FailedScheduling"], id="a pod that starts again does"),
    ],
)
def test_a_pod_that_waits_for_room_is_looked_at_again_when_another_one_is_over(restart_policy, expected):
    spec = "{{restartPolicy: {policy}, containers: [{{name: app, image: a, resources: {{requests: {{cpu: 3}}}}}}]}}"
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\nspec: " + spec + "\n---\n"
    node = "apiVersion: nodeviz.dev/v1alpha1\nkind: Scenario\nmetadata: {name: s}\nspec:\n  until: 1m\n  node: {capacity: {cpu: 4}}\n"
    text = pod.format(name="first", policy=restart_policy) + pod.format(name="second", policy="Always") + node
    text += "  behaviors: {first/app: {runs: [{duration: 5s}]}}\n"

    records = simulator.simulate(simulator.load({"x.yaml": text}))

    assert [r["reason"] for r in records if r["layer"] == "event" and r["pod"] == "default/second" and "Sched" in r["reason"]] == expected
