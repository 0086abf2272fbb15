"""How do the actions of a scenario become values? Actions that bring a pod, a container or an object along carry a document in the document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.manifest import actions
from simulator.manifest.defaults import default_pod_spec
from simulator.manifest.documents import WORKLOAD_KINDS
from simulator.manifest.kubernetes_schema import shape_of
from simulator.manifest.nodes import Document, Finding, ListNode, MapNode, Path
from simulator.manifest.pod_documents import Intake, pod_document
from simulator.manifest.pods import container_of
from simulator.manifest.report import mark
from simulator.manifest.shapes import Conformance, conform
from simulator.manifest.validation.ephemeral import added_container_findings
from simulator.manifest.workload_documents import workload_document
from simulator.pod import Container, ContainerType, Pod
from simulator.scenario import Action, Workload

Fields = Mapping[str, Any]


def action_of(intake: Intake, document: Document, action: Fields, path: Path) -> Action | None:
    """The value of an action without findings of its own; None when what it carries has problems."""
    verb = actions.verb_of(action)
    before = len(intake.report.problems)
    options = actions.options_of(action, verb)
    target, pod, workload, container = action.get(verb), None, None, None
    raw = node_at(document.root, (*path, verb))
    if verb == "apply" and isinstance(raw, MapNode):
        pod, workload = _applied(intake, document, raw, (*path, verb))
        target = pod.key if pod else f"{workload.kind}/{workload.name}" if workload else ""
    elif verb == "createObject":
        target, options["keys"] = _object(intake, document, raw, action, (*path, verb))
    elif verb == "addEphemeral":
        container = _ephemeral(intake, document, (*path, "container"))
    elif not isinstance(target, str):
        intake.report.problem(document, Finding((*path, verb), f"must be {actions.VERBS[verb].target}, as text"))
    if len(intake.report.problems) > before:
        return None
    return Action(
        verb=verb,
        target=str(target),
        at_ms=action.get("at"),
        after=action.get("after", ""),
        plus_ms=action.get("plus", 0),
        options=options,
        pod=pod,
        workload=workload,
        container=container,
        mark=mark(document, path),
    )


def node_at(root: object, path: Path) -> object:
    """What stands at a path of the text."""
    for step in path:
        if isinstance(root, MapNode) and isinstance(step, str):
            root = root.get(step)
        elif isinstance(root, ListNode) and isinstance(step, int):
            root = root[step]
    return root


def _applied(intake: Intake, document: Document, raw: MapNode, path: Path) -> tuple[Pod | None, Workload | None]:
    """A pod or a controller's object written inside the action. Its problems have the places of the text, and paths from the object's own root."""
    api_version, kind = raw.get("apiVersion"), raw.get("kind")
    inner = Document(document.file, raw, raw.place)
    if (api_version, kind) == ("v1", "Pod"):
        return pod_document(intake, inner), None
    group, _, version = str(api_version).rpartition("/")
    if WORKLOAD_KINDS.get((group, str(kind))) == version:
        return None, workload_document(intake, inner, group, str(kind))
    intake.report.problem(document, Finding(path, "apply takes the document of a pod or of a controller (Deployment, Job, ...), or the name of one"))
    return None, None


def _object(intake: Intake, document: Document, raw: object, action: Fields, path: Path) -> tuple[str, tuple[str, ...]]:
    """`ConfigMap/name`, `ConfigMap/namespace/name`, or the object's document; with its keys."""
    if isinstance(raw, MapNode) and raw.get("kind") in ("ConfigMap", "Secret"):
        return object_key(raw), object_keys(raw)
    parts = raw.split("/") if isinstance(raw, str) else []
    if len(parts) not in (2, 3) or parts[0] not in ("ConfigMap", "Secret"):
        intake.report.problem(document, Finding(path, "createObject takes ConfigMap/name or Secret/name, or the object's document"))
        return "", ()
    kind, *names = parts
    return "/".join([kind, *(["default"] if len(names) == 1 else []), *names]), tuple(action.get("keys", ()))


def object_key(root: MapNode) -> str:
    """`ConfigMap/namespace/name`."""
    metadata = root.get("metadata")
    fields = metadata if isinstance(metadata, MapNode) else MapNode()
    return f"{root.get('kind')}/{fields.get('namespace') or 'default'}/{fields.get('name', '')}"


def object_keys(root: MapNode) -> tuple[str, ...]:
    """The keys of a ConfigMap's or Secret's data."""
    made: dict[str, None] = {}
    for name in ("data", "binaryData", "stringData"):
        data = root.get(name)
        if isinstance(data, MapNode):
            made.update(dict.fromkeys(data))
    return tuple(made)


def _ephemeral(intake: Intake, document: Document, path: Path) -> Container | None:
    """`container:` of addEphemeral, checked like an entry of spec.ephemeralContainers."""
    pod_shape = shape_of(intake.version.minor, "", "Pod")
    assert pod_shape is not None
    assert pod_shape.fields is not None
    spec_shape = pod_shape.fields["spec"].fields
    assert spec_shape is not None
    shape = spec_shape["ephemeralContainers"].items
    assert shape is not None
    result = Conformance()
    clean = conform(node_at(document.root, path), shape, path, result)
    for unknown in result.unknown:
        intake.report.problem(document, Finding(unknown, f'unknown field "{unknown[-1]}"', result.unknown_hints[unknown], at_key=True))
    for finding in result.findings:
        intake.report.problem(document, finding)
    if not isinstance(clean, dict):
        return None
    spec = {"ephemeralContainers": [clean]}
    default_pod_spec(spec)
    found = list(added_container_findings(clean, path))
    for finding in found:
        intake.report.problem(document, finding)
    if found or result.findings:
        return None
    return container_of(clean, ContainerType.EPHEMERAL, spec, mark(document, path), {})
