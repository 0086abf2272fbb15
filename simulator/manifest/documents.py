"""What kinds of documents are in the input, and which of them are none of Kubernetes'?

Contract, section 2. A document goes to the part that knows its kind; every other kind is kept and listed as not simulated.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto

from simulator.limits import MAX_DOCUMENTS
from simulator.manifest import kubelet_document, scenario_document
from simulator.manifest.kubernetes_schema import known_kinds
from simulator.manifest.nodes import Document, Finding, ListNode, MapNode
from simulator.manifest.shapes import did_you_mean


class Role(Enum):
    """What a document is for."""

    POD = auto()
    WORKLOAD = auto()
    OBJECT = auto()
    PRIORITY_CLASS = auto()
    SCENARIO = auto()
    KUBELET = auto()
    OTHER = auto()


WORKLOAD_KINDS = {
    ("", "ReplicationController"): "v1",
    ("", "PodTemplate"): "v1",
    ("apps", "Deployment"): "v1",
    ("apps", "ReplicaSet"): "v1",
    ("apps", "StatefulSet"): "v1",
    ("apps", "DaemonSet"): "v1",
    ("batch", "Job"): "v1",
    ("batch", "CronJob"): "v1",
}
DROP_IN_ENDING = ".conf"
"""Files of --config-dir (cmd/kubelet/app/server.go)."""

_RETIRED = {
    ("extensions", "Deployment"): "apps/v1",
    ("extensions", "ReplicaSet"): "apps/v1",
    ("extensions", "DaemonSet"): "apps/v1",
    ("apps", "Deployment"): "apps/v1",
    ("apps", "ReplicaSet"): "apps/v1",
    ("apps", "StatefulSet"): "apps/v1",
    ("apps", "DaemonSet"): "apps/v1",
    ("batch", "Job"): "batch/v1",
    ("batch", "CronJob"): "batch/v1",
    ("", "Pod"): "v1",
    ("", "ReplicationController"): "v1",
}
_OURS = {
    (scenario_document.GROUP, scenario_document.KIND): (scenario_document.VERSION, Role.SCENARIO),
    (kubelet_document.GROUP, kubelet_document.KIND): (kubelet_document.VERSION, Role.KUBELET),
}
_SIMULATED = frozenset({"Pod", *(kind for _, kind in WORKLOAD_KINDS), "ConfigMap", "Secret"})


@dataclass(slots=True)
class SortedDocuments:
    """The documents by role, each list in the order of the text."""

    by_role: dict[Role, list[tuple[Document, str, str]]] = field(default_factory=lambda: {role: [] for role in Role})
    """(document, group, kind)."""
    findings: list[tuple[Document, Finding]] = field(default_factory=list)

    def of(self, role: Role) -> list[tuple[Document, str, str]]:
        """Documents of a role, with group and kind."""
        return self.by_role[role]


def sort_documents(documents: list[Document]) -> SortedDocuments:
    """Each document to its role; `List`s are opened first."""
    result = SortedDocuments()
    for document in opened(documents, result.findings):
        api_version, kind = document.root.get("apiVersion"), document.root.get("kind")
        if not isinstance(api_version, str) or not isinstance(kind, str) or not api_version or not kind:
            result.findings.append((document, _stranger(document.root, document.file)))
            continue
        group, _, version = api_version.rpartition("/")
        role, finding = _role(group, version, kind)
        if finding is not None:
            result.findings.append((document, finding))
        elif role is not None:
            result.by_role[role].append((document, group, kind))
    return result


def _role(group: str, version: str, kind: str) -> tuple[Role | None, Finding | None]:
    api_version = f"{group}/{version}" if group else version
    if (group, kind) in _OURS:
        expected, role = _OURS[group, kind]
        if version == expected:
            return role, None
        return None, _no_match(api_version, kind, f"use apiVersion: {group}/{expected}")
    if group == kubelet_document.GROUP and kind.startswith(kubelet_document.KIND):
        return None, Finding(("kind",), f"unknown apiVersion/kind: {api_version}, {kind}", did_you_mean(kind, [kubelet_document.KIND]))
    if group == "" and version == "v1":
        if kind == "Pod":
            return Role.POD, None
        if kind in ("ConfigMap", "Secret"):
            return Role.OBJECT, None
    if group == "scheduling.k8s.io" and kind == "PriorityClass":
        return Role.PRIORITY_CLASS, None
    if WORKLOAD_KINDS.get((group, kind)) == version:
        return Role.WORKLOAD, None
    if (group, kind) in _RETIRED:
        return None, _no_match(api_version, kind, f"use apiVersion: {_RETIRED[group, kind]}")
    if group in ("", "apps", "batch") and (group, version) != ("", "v1") and kind in _SIMULATED:
        return None, _no_match(api_version, kind, f"use apiVersion: {_home(kind)}")
    if group in ("", "apps", "batch") and kind not in known_kinds(group):
        wrong_home = f"use apiVersion: {_home(kind)}" if kind in _SIMULATED else ""
        return None, _no_match(api_version, kind, wrong_home or did_you_mean(kind, sorted(known_kinds(group))))
    return Role.OTHER, None


def _home(kind: str) -> str:
    group = next((group for group, known in WORKLOAD_KINDS if known == kind), "")
    return f"{group}/v1" if group else "v1"


def _no_match(api_version: str, kind: str, hint: str) -> Finding:
    at = "apiVersion" if hint.startswith("use apiVersion") else "kind"
    return Finding((at,), f'no matches for kind "{kind}" in version "{api_version}"', hint)


def opened(documents: list[Document], findings: list[tuple[Document, Finding]]) -> Iterator[Document]:
    """Documents with `List`s replaced by their items, a List in a List included."""
    waiting = list(reversed(documents))
    count = 0
    while waiting:
        document = waiting.pop()
        kind, items = document.root.get("kind"), document.root.get("items")
        if not (isinstance(kind, str) and kind.endswith("List") and (isinstance(items, ListNode) or kind == "List")):
            count += 1
            if count > MAX_DOCUMENTS:
                findings.append((document, Finding((), f"more than {MAX_DOCUMENTS} documents")))
                return
            yield document
            continue
        made = []
        for index, item in enumerate(items if isinstance(items, ListNode) else ()):
            place = items.items_at[index] if isinstance(items, ListNode) else document.place
            if isinstance(item, MapNode):
                made.append(Document(document.file, item, place))
            else:
                findings.append((document, Finding(("items", index), "an item of a List must be a document with apiVersion and kind")))
        waiting.extend(reversed(made))


def _stranger(root: MapNode, file: str) -> Finding:
    """A document without apiVersion or kind: what is it?"""
    if file.endswith(DROP_IN_ENDING) and "kind" not in root:
        header = f"apiVersion: {kubelet_document.GROUP}/{kubelet_document.VERSION} and kind: {kubelet_document.KIND}"
        return Finding((), "Object 'Kind' is missing: the kubelet does not start with such a file", f"a drop-in begins with {header}")
    missing = [name for name in ("apiVersion", "kind") if not isinstance(root.get(name), str) or not root.get(name)]
    at = () if len(missing) == 2 else (missing[0],)
    if isinstance(root.get("services"), MapNode):
        return Finding((), "this is a Compose file, not a Kubernetes manifest", "convert it first, for example with kompose convert")
    if ("resources" in root and isinstance(root.get("resources"), ListNode)) or "configMapGenerator" in root or "namePrefix" in root:
        return Finding((), "this is a Kustomization: a list of files, not a manifest", "run kubectl kustomize and paste what it prints")
    if isinstance(root.get("containers"), ListNode):
        return Finding(
            (), f"{_not_set(missing)}: this is the spec of a pod without the pod", "put it under spec: of a document with apiVersion: v1 and kind: Pod"
        )
    if "name" in root and "version" in root and root.get("apiVersion") in ("v1", "v2"):
        return Finding((), "this is the Chart.yaml of a Helm chart, not a manifest", "run helm template and paste what it prints")
    if "image" in root and "replicaCount" in root:
        return Finding((), "this is the values file of a Helm chart, not a manifest", "run helm template and paste what it prints")
    if "spec" in root and "metadata" in root:
        return Finding(at, _not_set(missing), "a pod begins with apiVersion: v1 and kind: Pod")
    near = [name for key in root for name in missing if did_you_mean(key, [name])]
    hint = f'did you mean "{near[0]}"?' if near else "a pod begins with apiVersion: v1 and kind: Pod"
    return Finding(at, _not_set(missing), hint)


def _not_set(missing: list[str]) -> str:
    return "error validating data: [" + ", ".join(f"{name} not set" for name in missing) + "]"


def label_of(document: Document, kind: str) -> str:
    """`Kind/name`, for the list of what is not simulated."""
    metadata = document.root.get("metadata")
    name = (metadata.get("name") or metadata.get("generateName")) if isinstance(metadata, MapNode) else None
    return f"{kind}/{name}" if isinstance(name, str | int) else kind
