"""Does a text say how images are pulled, and stay as it is otherwise?"""

from __future__ import annotations

import pytest

import simulator

POD = 'apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: app, image: "app:1"}]}\n'
KUBELET = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n"


@pytest.mark.parametrize(
    ("before", "parallel", "after"),
    [
        pytest.param(POD, True, f"{POD}---\n{KUBELET}serializeImagePulls: false\n", id="without a configuration one is added"),
        pytest.param(POD, False, POD, id="serial is the default and needs none"),
        pytest.param(f"{POD}---\n{KUBELET}syncFrequency: 1m\n", True, f"{POD}---\n{KUBELET}syncFrequency: 1m\nserializeImagePulls: false\n", id="added"),
        pytest.param(
            f"{POD}---\n{KUBELET}serializeImagePulls: false # fast\nmaxParallelImagePulls: 4\n",
            False,
            f"{POD}---\n{KUBELET}serializeImagePulls: true # fast\nmaxParallelImagePulls: 1\n",
            id="serial takes the limit back",
        ),
        pytest.param(
            f"{POD}---\n{KUBELET}---\n{KUBELET}metadata: {{name: 10-pulls}}\nserializeImagePulls: true\n",
            True,
            f"{POD}---\n{KUBELET}---\n{KUBELET}metadata: {{name: 10-pulls}}\nserializeImagePulls: false\n",
            id="where it was said last it is said now",
        ),
        pytest.param(
            f"{POD}---\n{KUBELET}---\n{KUBELET}metadata: {{name: b}}\nserializeImagePulls: true\n---\n"
            f"{KUBELET}metadata: {{name: a}}\nserializeImagePulls: true\n",
            True,
            f"{POD}---\n{KUBELET}---\n{KUBELET}metadata: {{name: b}}\nserializeImagePulls: false\n---\n"
            f"{KUBELET}metadata: {{name: a}}\nserializeImagePulls: true\n",
            id="the last one is the last by name",
        ),
        pytest.param(f"{POD}---\n{KUBELET}serializeImagePulls: false\n", True, f"{POD}---\n{KUBELET}serializeImagePulls: false\n", id="what is said stays"),
    ],
)
def test_with_parallel_pulls(before: str, parallel: bool, after: str) -> None:
    changed = simulator.with_parallel_pulls(before, parallel=parallel)

    assert changed == after
    assert simulator.load({"": changed}).kubelet.serialize_image_pulls is not parallel


@pytest.mark.parametrize(
    ("said", "after"),
    [
        pytest.param("serializeImagePulls: &x true\nprotectKernelDefaults: *x\n", None, id="repeated below"),
        pytest.param("protectKernelDefaults: &x true\nserializeImagePulls: *x\n", None, id="repeated from above"),
        pytest.param("serializeImagePulls: &x true\n", "serializeImagePulls: false\n", id="repeated nowhere"),
        pytest.param(
            "protectKernelDefaults: &x true\nregisterNode: *x\nserializeImagePulls: &x true\n",
            "protectKernelDefaults: &x true\nregisterNode: *x\nserializeImagePulls: false\n",
            id="another of the name is repeated",
        ),
        pytest.param(
            f"serializeImagePulls: &x true\n---\n{KUBELET}registerNode: &x true\nprotectKernelDefaults: *x\n",
            f"serializeImagePulls: false\n---\n{KUBELET}registerNode: &x true\nprotectKernelDefaults: *x\n",
            id="another document's is repeated",
        ),
    ],
)
def test_a_value_that_is_repeated_elsewhere_is_changed_by_hand(said: str, after: str | None) -> None:
    text = f"{POD}---\n{KUBELET}"
    if after is None:
        with pytest.raises(simulator.ManifestError, match="by hand"):
            simulator.with_parallel_pulls(text + said, parallel=True)
    else:
        assert simulator.with_parallel_pulls(text + said, parallel=True) == text + after


def test_a_name_that_is_none_is_for_the_loader_to_refuse() -> None:
    text = f"{KUBELET}---\n{KUBELET}metadata: 5\n---\n{KUBELET}"

    assert simulator.with_parallel_pulls(text, parallel=True) == text.replace("---", "serializeImagePulls: false\n---", 1)


def test_what_is_no_yaml_is_refused() -> None:
    with pytest.raises(simulator.ManifestError):
        simulator.with_parallel_pulls("{", parallel=True)
