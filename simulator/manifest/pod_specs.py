"""What would `kubectl describe` know of the pods' own fields? Metadata and spec as the API server keeps them, for whoever prints a pod. Pure."""

from __future__ import annotations

from typing import Any

from simulator.manifest.load import Loaded
from simulator.manifest.pod_documents import WrittenPod
from simulator.pod_resources import qos_class

DEFAULT_SERVICE_ACCOUNT = "default"
"""What the admission plugin ServiceAccount fills in."""


def pod_specs(loaded: Loaded) -> dict[str, dict[str, Any]]:
    """`{metadata, spec, qosClass}` of every pod by `namespace/name`, and of every controller's template by `Kind/namespace/name`, with the defaults filled in.

    A template has the labels of the first pod that is made of it: where a label tells the pod's own name or index, other pods have another value.
    """
    return {key: _spec(written) for key, written in loaded.written.items()}


def _spec(written: WrittenPod) -> dict[str, Any]:
    pod, fields = written.pod, written.fields
    metadata = {"labels": dict(pod.labels), "annotations": fields.get("metadata", {}).get("annotations", {})}
    spec = {"serviceAccountName": DEFAULT_SERVICE_ACCOUNT, **fields["spec"], "priority": pod.priority}
    return {"metadata": metadata, "spec": spec, "qosClass": qos_class(pod)}
