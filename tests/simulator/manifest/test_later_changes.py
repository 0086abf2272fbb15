"""What may be done to a pod that exists? Ephemeral containers and updates: rules 76 to 78 and 85 to 87 of lifecycle.md, section 19.2."""

import pytest

from simulator.manifest.validation.ephemeral import added_container_findings, added_to_pod_findings
from simulator.manifest.validation.updates import update_findings


@pytest.mark.parametrize(
    ("container", "expected"),
    [
        pytest.param({"name": "debug", "image": "x"}, [], id="fine"),
        pytest.param({"image": "x"}, ["name"], id="76 no name"),
        pytest.param({"name": "Debug", "image": "x"}, ["name"], id="76 a name"),
        pytest.param({"name": "app", "image": "x"}, ["name"], id="76 a name that is taken"),
        pytest.param({"name": "debug", "image": "x", "targetContainerName": "nowhere"}, ["targetContainerName"], id="77 a target"),
        pytest.param({"name": "debug", "image": "x", "ports": [{}], "lifecycle": {"preStop": {}}}, ["ports", "lifecycle"], id="78 what it cannot have"),
    ],
)
def test_ephemeral_containers(container, expected):
    found = [*added_container_findings(container, ()), *added_to_pod_findings(container.get("name", ""), container.get("targetContainerName", ""), ["app"], ())]

    assert [finding.path[0] for finding in found] == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"containers": [{"name": "a", "image": "y", "env": []}]}, [], id="85 another image"),
        pytest.param({"activeDeadlineSeconds": 50, "tolerations": [{"key": "a"}, {"key": "b"}]}, [], id="85 a shorter deadline, one more toleration"),
        pytest.param(
            {"containers": [{"name": "a", "image": "x", "env": [{"name": "A"}]}]}, ["Forbidden: pod updates may not change fields other"], id="85 env"
        ),
        pytest.param({"tolerations": []}, ["Forbidden: pod updates may not change fields other"], id="85 a toleration less"),
        pytest.param({"containers": []}, ["Forbidden: pod updates may not add or remove containers"], id="86"),
        pytest.param({"activeDeadlineSeconds": 101}, ["Invalid value: 101: must be less than or equal to previous value"], id="87 longer"),
        pytest.param({"activeDeadlineSeconds": None}, ["Invalid value: null: must not update from a positive integer to nil value"], id="87 none"),
    ],
)
def test_updates(changes, expected):
    old = {"containers": [{"name": "a", "image": "x", "env": []}], "activeDeadlineSeconds": 100, "tolerations": [{"key": "a"}]}

    found = [finding.message for finding in update_findings(old, {**old, **changes})]

    assert [message[: len(start)] for message, start in zip(found, expected, strict=True)] == expected
