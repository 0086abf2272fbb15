"""How does a document become a pod, or the template of one? Form, defaults, the version's gates, validation, and only then the value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.behavior import Behavior
from simulator.errors import Problem
from simulator.limits import MAX_CONTAINERS
from simulator.manifest import behaviors
from simulator.manifest.compose import Budget, compose
from simulator.manifest.defaults import CONTAINER_LISTS, default_pod_spec
from simulator.manifest.disabled_fields import drop_disabled, drop_user_namespace
from simulator.manifest.kubernetes_schema import first_minor_with, shape_of
from simulator.manifest.nodes import Document, Finding, Key, Path, path_text
from simulator.manifest.pods import APPLY_ANNOTATION, ASSUMED_PRIORITY, BEHAVIOR_ANNOTATION, SYSTEM_PRIORITIES, pod_of
from simulator.manifest.report import Report, mark
from simulator.manifest.shapes import Conformance, Shape, conform
from simulator.manifest.validation.pod import pod_findings
from simulator.manifest.validation.warnings import pod_warnings
from simulator.names import generated, uid
from simulator.pod import Pod
from simulator.versions import Version

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class WrittenPod:
    """A pod, or the template of one, with the clean and defaulted fields of the API that it was made of."""

    pod: Pod
    fields: Fields


@dataclass(slots=True)
class Intake:
    """What reading any document needs."""

    report: Report
    version: Version
    seed: int
    budget: Budget
    node_name: str
    priorities: dict[str, int] = field(default_factory=dict)
    """PriorityClasses of the input."""
    used_names: dict[str, int] = field(default_factory=dict)
    """How often a name was generated from the same base."""
    written: dict[str, WrittenPod] = field(default_factory=dict)
    """Pods by `namespace/name` and templates by `Kind/namespace/name`, those that an action brings along, too. Of two with one name the first."""


def conformed(intake: Intake, document: Document, group: str, kind: str) -> tuple[Fields, tuple[Path, ...]]:
    """The clean copy of a document of Kubernetes' own kinds, and the paths of what did not fit: nothing more is to be said about these."""
    shape = shape_of(intake.version.minor, group, kind)
    if shape is None:
        intake.report.problem(document, Finding(("kind",), f'Kubernetes 1.{intake.version.minor} has no kind "{kind}"'))
        return {}, ((),)
    return conformed_to(intake, document, shape, group, kind)


def conformed_to(intake: Intake, document: Document, shape: Shape, group: str = "", kind: str = "") -> tuple[Fields, tuple[Path, ...]]:
    """As `conformed`, for a shape of our own."""
    result = Conformance()
    clean = conform(document.root, shape, (), result)
    for path in result.unknown:
        _on_unknown(intake, document, path, result.unknown_hints[path], group, kind)
    for finding in result.findings:
        intake.report.problem(document, finding)
    return clean if isinstance(clean, dict) else {}, (*(finding.path for finding in result.findings), *result.meant)


def _on_unknown(intake: Intake, document: Document, path: Path, hint: str, group: str, kind: str) -> None:
    """A field that a newer version knows is dropped with a word; any other is a mistake."""
    names = tuple(step for step in path if isinstance(step, str) and not isinstance(step, Key))
    newer = first_minor_with(group, kind, names, intake.version.minor) if kind else None
    finding = Finding(path, f'unknown field "{path_text(path)}"', hint, at_key=True)
    if newer is not None:
        words = f"dropped: the field exists from Kubernetes 1.{newer} on, this is 1.{intake.version.minor}"
        intake.report.warning(document, Finding(path, words, at_key=True))
    elif intake.report.strict:
        intake.report.problem(document, finding)
    else:
        intake.report.warning(document, finding)


def below_any(path: Path, paths: tuple[Path, ...]) -> bool:
    """Whether `path` is one of `paths`, or stands under one: what has the wrong type is not missing as well."""
    return any(path[: len(wrong)] == wrong for wrong in paths)


def pod_document(intake: Intake, document: Document) -> Pod | None:
    """A document of kind Pod. None when it has problems."""
    before = len(intake.report.problems)
    clean, wrong = conformed(intake, document, "", "Pod")
    named = _named(intake, document, clean)
    checked = check_pod(intake, document, clean, (), wrong, kind="Pod")
    if checked is None or len(intake.report.problems) > before:
        return None
    pod = build_pod(intake, document, clean, (), named)
    intake.written.setdefault(pod.key, WrittenPod(pod, clean))
    return pod


def _named(intake: Intake, document: Document, clean: Fields) -> str:
    """The name, generated where the document leaves it to the API server."""
    metadata = clean.setdefault("metadata", {})
    name, base = metadata.get("name", ""), metadata.get("generateName", "")
    if not name and base:
        count = intake.used_names[base] = intake.used_names.get(base, 0) + 1
        name = metadata["name"] = generated(base, intake.seed, metadata.get("namespace", "default"), count)
    return str(name)


def check_pod(intake: Intake, document: Document, clean: Fields, path: Path, wrong: tuple[Path, ...], *, kind: str) -> bool | None:
    """Defaults, gates and rules for the pod or template at `path`; problems are reported. True when nothing was found."""
    spec = clean.setdefault("spec", {})
    if sum(len(spec.get(list_name, ())) for list_name in CONTAINER_LISTS) > MAX_CONTAINERS:
        intake.report.problem(document, Finding((*path, "spec"), f"more than {MAX_CONTAINERS} containers"))
        return None
    default_pod_spec(spec)
    for finding in drop_disabled(spec, (*path, "spec"), intake.version):
        intake.report.warning(document, finding)
    fine = True
    for finding in pod_findings(clean, path, intake.version, kind=kind):
        if not below_any(finding.path, wrong):
            intake.report.problem(document, finding)
            fine = False
        if intake.report.full:
            return None
    for finding in drop_user_namespace(spec, (*path, "spec"), intake.version):
        intake.report.warning(document, finding)
    for finding in pod_warnings(clean, path):
        intake.report.warning(document, finding)
    _warn(intake, document, spec, (*path, "spec"))
    return True if fine else None


def _warn(intake: Intake, document: Document, spec: Fields, path: Path) -> None:
    """What no API server warns of and is still worth a word here."""
    node_name = spec.get("nodeName", "")
    if node_name and node_name != intake.node_name:
        # A pod of another node's kubelet, usually from kubectl get -o yaml: there is only one node to run it on.
        spec["nodeName"] = intake.node_name
        intake.report.warning(document, Finding((*path, "nodeName"), f'"{node_name}" is another node: the pod is simulated on {intake.node_name}'))
    class_name = spec.get("priorityClassName", "")
    if class_name and "priority" not in spec and class_name not in SYSTEM_PRIORITIES and class_name not in intake.priorities:
        words = f'no PriorityClass with name "{class_name}" in the input: priority {ASSUMED_PRIORITY} is assumed'
        intake.report.warning(document, Finding((*path, "priorityClassName"), words, "add a PriorityClass document"))
    for list_name in ("initContainers", "containers"):
        for index, container in enumerate(spec.get(list_name, ())):
            image = container.get("image", "")
            if "${" in image or "{{" in image:
                words = f'"{image}" holds a variable that nobody filled in: the image cannot be pulled'
                intake.report.warning(document, Finding((*path, list_name, index, "image"), words, "fill it in first, for example with envsubst"))


def build_pod(intake: Intake, document: Document, clean: Fields, path: Path, name: str) -> Pod:
    """The value of a checked pod or template at `path`."""
    metadata = clean.get("metadata", {})
    annotations = metadata.get("annotations", {})
    return pod_of(
        clean,
        spec_path=(*path, "spec"),
        mark_of=lambda at: mark(document, at),
        name=name,
        uid=metadata.get("uid") or uid(intake.seed, "Pod", metadata.get("namespace") or "default", name),
        priorities=intake.priorities,
        behaviors=annotated_behaviors(intake, document, annotations, clean["spec"], (*path, "metadata", "annotations")),
    )


def annotated_behaviors(intake: Intake, document: Document, annotations: Mapping[str, str], spec: Fields, path: Path) -> Mapping[str, Behavior]:
    """The annotations `behavior.nodeviz.dev/CONTAINER`, each a behavior written as YAML text; problems are shown at the annotation."""
    names = [container.get("name", "") for list_name in ("initContainers", "containers") for container in spec.get(list_name, ())]
    made: dict[str, Behavior] = {}
    for key, text in annotations.items():
        if key == APPLY_ANNOTATION and text != "manual":
            intake.report.problem(document, Finding((*path, Key(key)), f'Unsupported value: "{text}": supported values: "manual"'))
        if not key.startswith(BEHAVIOR_ANNOTATION):
            continue
        container = key.removeprefix(BEHAVIOR_ANNOTATION)
        if container not in names:
            words = f'no container "{container}" in the pod'
            intake.report.problem(document, Finding((*path, Key(key)), words, f"it has {', '.join(names)}", at_key=True))
            continue
        behavior = _annotated(intake, document, text, (*path, Key(key)))
        if behavior is not None:
            made[container] = behavior
    return made


def _annotated(intake: Intake, document: Document, text: str, path: Path) -> Behavior | None:
    inner: list[Problem] = []
    documents = compose(document.file, text, intake.budget, inner)
    if inner or len(documents) != 1:
        words = inner[0].message if inner else "must be one map of a behavior, such as {runs: [{duration: 5s}]}"
        intake.report.problem(document, Finding(path, words, inner[0].hint if inner else ""))
        return None
    result = Conformance()
    clean = conform(documents[0].root, behaviors.BEHAVIOR, (), result)
    found = [Finding(at, f'unknown field "{path_text(at)}"', result.unknown_hints[at]) for at in result.unknown] + result.findings
    if isinstance(clean, dict):
        found += [finding for finding in behaviors.findings(clean, ()) if not below_any(finding.path, tuple(f.path for f in result.findings))]
    for finding in found:
        where = path_text(finding.path)
        intake.report.problem(document, Finding(path, f"{where}: {finding.message}" if where else finding.message, finding.hint))
    return None if found or not isinstance(clean, dict) else behaviors.behavior_of(clean)
