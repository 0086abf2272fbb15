"""Does any input come to a scenario or to a list of problems, and to nothing else?"""

from copy import deepcopy

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import simulator
from tests.work import calls_of

POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "web", "labels": {"app": "web"}, "annotations": {"behavior.nodeviz.dev/app": "{runs: [{duration: 5s}]}"}},
    "spec": {
        "initContainers": [{"name": "proxy", "image": "proxy:1.0", "restartPolicy": "Always", "startupProbe": {"httpGet": {"port": 80}}}],
        "containers": [
            {
                "name": "app",
                "image": "app:1.0",
                "env": [{"name": "A", "value": "$(B)"}, {"name": "C", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}],
                "ports": [{"containerPort": 80, "hostPort": 8080}],
                "resources": {"requests": {"cpu": "100m"}, "limits": {"cpu": 1, "memory": "1Gi"}},
                "livenessProbe": {"exec": {"command": ["true"]}, "periodSeconds": 5},
                "lifecycle": {"preStop": {"sleep": {"seconds": 3}}},
                "volumeMounts": [{"name": "v", "mountPath": "/v"}],
                "restartPolicyRules": [{"action": "Restart", "exitCodes": {"operator": "In", "values": [1]}}],
                "restartPolicy": "Never",
            }
        ],
        "volumes": [{"name": "v", "emptyDir": {"sizeLimit": "1Gi"}}, {"name": "c", "configMap": {"name": "c", "items": [{"key": "a", "path": "b"}]}}],
        "tolerations": [{"operator": "Exists"}],
        "terminationGracePeriodSeconds": 30,
    },
}
DEPLOYMENT = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "web"},
    "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "template": {"metadata": POD["metadata"], "spec": POD["spec"]}},
}
SCENARIO = {
    "apiVersion": "nodeviz.dev/v1alpha1",
    "kind": "Scenario",
    "spec": {
        "kubernetes": "1.34",
        "until": "5m",
        "node": {
            "capacity": {"cpu": "4"},
            "filesystems": {"nodefs": {"capacity": "40Gi"}},
            "runtime": {"unpack": "1M/s"},
            "images": [{"image": "a", "size": "1Mi"}],
        },
        "registry": {"images": [{"image": "a", "size": "1Mi", "layers": ["1Mi"], "error": {"reason": "NotFound"}}]},
        "behaviors": {"web/app": {"onSIGTERM": "ignore", "memory": [{"from": "0s", "value": "1Mi"}], "disk": {"logs": "1Ki/s"}}},
        "actions": [{"at": "1s", "delete": "web"}, {"after": "exit:web/app#1", "plus": "1s", "probe": "web/app", "type": "liveness", "result": "failure"}],
    },
}
KUBELET = {
    "apiVersion": "kubelet.config.k8s.io/v1beta1",
    "kind": "KubeletConfiguration",
    "maxPods": 10,
    "evictionHard": {"memory.available": "1Gi"},
    "featureGates": {"EventedPLEG": True},
    "shutdownGracePeriodByPodPriority": [{"priority": 0, "shutdownGracePeriodSeconds": 5}],
}
KINDS = st.sampled_from([POD, DEPLOYMENT, SCENARIO, KUBELET, {"apiVersion": "v1", "kind": "List", "items": [POD]}])

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.sampled_from(
        ["", "-1", "1e99", "5s", "10%", "1Gi", "web", "app", "web/app", "a/b/c", "Deployment/web#2", "${X}", "{{ .Values.x }}", "forever", "ignore"]
    ),
)
VALUES = st.recursive(SCALARS, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)), max_leaves=8)
WORDS = st.sampled_from(
    ["apiVersion: v1\n", "kind: Pod\n", "kind: List\n", "items:\n", "metadata: {name: a}\n", "spec:\n", "  containers:\n", "  - name: a\n", "    image: x\n",
     "---\n", "...\n", "&a ", "*a", "<<: ", "[", "]", "{", "}", "? ", ": ", "- ", "|\n", ">\n", "!!int ", "!x ", "'", '"', "#", "\t", "\n", "  ", "%YAML 1.1\n",
     "@", "\x00", "\ufeff"]
)  # fmt: skip

many = settings(max_examples=settings().max_examples * 2)


def load(content):
    """A scenario or a list of problems."""
    try:
        result = simulator.load({"any.yaml": content})
    except simulator.ManifestError as error:
        result, said = None, [problem.message for problem in error.problems]
    else:
        said = ["fine"]
    assert said
    assert all(said)
    return result


@many
@given(st.binary(max_size=200))
def test_any_bytes(content):
    load(content)


@many
@given(st.lists(WORDS, max_size=30).map("".join))
def test_any_pieces_of_yaml(text):
    load(text)


@st.composite
def changed(draw):
    """A good document in which one value, somewhere, is replaced by any other, a key is renamed, or something is gone."""
    document = deepcopy(draw(KINDS))
    holder = document
    for _ in range(draw(st.integers(0, 9))):
        below = [value for value in (holder.values() if isinstance(holder, dict) else holder) if isinstance(value, dict | list) and value]
        if not below:
            break
        holder = draw(st.sampled_from(below))
    key = draw(st.sampled_from(sorted(holder) if isinstance(holder, dict) else range(len(holder))))
    match draw(st.sampled_from(["replace", "rename", "remove"])):
        case "rename" if isinstance(holder, dict):
            holder[draw(st.text(max_size=8))] = holder.pop(key)
        case "remove":
            del holder[key]
        case _:
            holder[key] = draw(VALUES)
    return document


def written(documents, **options):
    """By libyaml, which is quicker."""
    return yaml.dump_all(documents, Dumper=yaml.CSafeDumper, allow_unicode=True, **options)


@many
@given(st.lists(changed(), min_size=1, max_size=3))
def test_any_change_of_good_documents(documents):
    load(written(documents, sort_keys=False))


@pytest.mark.parametrize("document", [POD, DEPLOYMENT, {"apiVersion": "v1", "kind": "List", "items": [POD]}], ids=["a pod", "a Deployment", "a List"])
def test_the_good_documents_are_good(document):
    text = written([document, KUBELET])

    assert simulator.load({"any.yaml": text}, kubernetes="1.36").pods


def test_the_good_scenario_is_good():
    documents = [POD, SCENARIO, {**KUBELET, "featureGates": {"ContainerRestartRules": True}}]

    assert simulator.load({"any.yaml": written(documents)}).actions


def pods_of_three_containers(count):
    documents = [{**POD, "metadata": {"name": f"web-{n}"}} for n in range(count)]
    for document in documents:
        document["spec"] = {**POD["spec"], "containers": [*({**POD["spec"]["containers"][0], "name": f"app-{n}", "ports": []} for n in range(3))]}
    return written(documents)


def test_each_further_pod_costs_what_the_first_did():
    one, many = ({"any.yaml": pods_of_three_containers(count)} for count in (1, 110))

    assert len(simulator.load(many).pods) == 110
    work = calls_of(lambda: simulator.load(one))
    assert work < 12_000
    assert calls_of(lambda: simulator.load(many)) < 110 * work
