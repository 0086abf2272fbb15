"""What does the API server warn of and accept all the same?"""

import pytest

import simulator


def main(fields=""):
    """A pod spec whose one main has these fields on top."""
    return f"containers: [{{name: a, image: x{', ' + fields if fields else ''}}}]"


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        pytest.param(main(), [], id="nothing to warn of"),
        pytest.param(
            main("env: [{name: A, value: x}, {name: B}, {name: A, value: z}]"),
            ['spec.containers[0].env[2]: hides previous definition of "A", which may be dropped when using apply'],
            id="a variable twice",
        ),
        pytest.param(
            main("ports: [{containerPort: 80}, {containerPort: 80}]"),
            ["spec.containers[0].ports[1]: duplicate port definition with spec.containers[0].ports[0]"],
            id="a port twice",
        ),
        pytest.param(
            main("resources: {requests: {memory: 100m}}"),
            ['spec.containers[0].resources.requests[memory]: fractional byte value "100m" is invalid, must be an integer'],
            id="a tenth of a byte",
        ),
        pytest.param(
            "nodeSelector: {beta.kubernetes.io/os: linux}\n" + main(),
            ['spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead'],
            id="an old label",
        ),
        pytest.param(
            "volumes: [{name: v, gitRepo: {repository: x}}]\n" + main(),
            ["spec.volumes[0].gitRepo: deprecated in v1.11, and disabled by default in v1.33+"],
            id="an old volume",
        ),
        pytest.param("nodeName: gke-1\n" + main(), ['spec.nodeName: "gke-1" is another node: the pod is simulated on node-a'], id="a pod of another node"),
        pytest.param("nodeName: node-a\n" + main(), [], id="a pod of this node"),
    ],
)
def test_warnings(spec, expected):
    text = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n" + "".join(f"  {line}\n" for line in spec.split("\n"))

    warnings = simulator.load({"pod.yaml": text}).warnings

    assert [warning.split(": ", 1)[1] for warning in warnings] == expected
