"""What does a person's input come to? Text to documents to values, with every problem at once.

The order: texts to YAML documents, documents by kind, the Scenario first (it says which Kubernetes version), then the KubeletConfigurations (which feature
gates), then pods and workloads, at last what the scenario says about them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypedDict, Unpack

from simulator.errors import Problem
from simulator.feature_gates import enabled
from simulator.kubelet_config import KubeletConfiguration
from simulator.limits import MAX_CONTAINERS, MAX_PODS, MAX_UNTIL_MS
from simulator.manifest import kubelet_document
from simulator.manifest.action_documents import object_key, object_keys
from simulator.manifest.compose import Budget
from simulator.manifest.documents import Role, SortedDocuments, label_of, sort_documents
from simulator.manifest.files import read_files
from simulator.manifest.kubelet_document import KubeletFile
from simulator.manifest.kubelet_shapes import KUBELET_CONFIGURATION
from simulator.manifest.node_size import fitted, labelled
from simulator.manifest.nodes import Document, Finding, MapNode
from simulator.manifest.pod_documents import Intake, WrittenPod, conformed, conformed_to, pod_document
from simulator.manifest.pod_sources import pod_source, workload_source
from simulator.manifest.report import Report
from simulator.manifest.scenario_document import minor_version
from simulator.manifest.scenario_intake import check_names, scenario_text, scenario_values, with_applied
from simulator.manifest.shapes import WrongValue
from simulator.manifest.workload_documents import workload_document
from simulator.pod import Pod
from simulator.scenario import Node, Scenario, Workload
from simulator.sources import PodSource
from simulator.units import parse_duration_ms
from simulator.versions import NEWEST, Version
from simulator.workloads import count_of, cron_epoch, pods_of


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chosen:
    """What the command line or the page chose, instead of the scenario's own."""

    minor: int | None = None
    seed: int | None = None
    until_ms: int | None = None
    jitter: bool | None = None


@dataclass(slots=True)
class _Contents:
    """What the documents hold, apart from the Scenario's and the kubelet's."""

    written: list[tuple[Pod, Document]] = field(default_factory=list)
    workloads: list[tuple[Workload, Document]] = field(default_factory=list)
    made: list[Pod] = field(default_factory=list)
    """Pods that controllers make at the start."""
    objects: dict[str, frozenset[str]] = field(default_factory=dict)

    @property
    def pods(self) -> tuple[Pod, ...]:
        """Written ones first, then those of controllers."""
        return (*(pod for pod, _ in self.written), *self.made)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A scenario, and where its pods stand in the text."""

    scenario: Scenario
    sources: tuple[PodSource, ...]
    written: Mapping[str, WrittenPod]
    """By the name under which records speak of them: pods by `namespace/name`, templates by `Kind/namespace/name`."""


class Choices(TypedDict, total=False):
    """What wins over the Scenario document."""

    kubernetes: str | None
    seed: int | None
    until: str | None
    jitter: bool | None
    strict: bool
    """False makes unknown fields warnings, and so does `validation: lenient` in the Scenario."""


def load(files: Mapping[str, str | bytes], **choices: Unpack[Choices]) -> Scenario:
    """The scenario of these files (name to content, in their order).

    Raises ManifestError with all problems, and nothing else, whatever the bytes are.
    """
    return load_with_sources(files, **choices).scenario


def load_with_sources(files: Mapping[str, str | bytes], **choices: Unpack[Choices]) -> Loaded:
    """As `load`, with the places of the pods for whoever has something to say about them."""
    report = Report(strict=choices.get("strict", True))
    chosen = _chosen(report, choices)
    budget = Budget()
    documents = read_files(files, budget, report)
    found = sort_documents(documents)
    readable = not report.problems and not found.findings
    for document, finding in found.findings:
        report.problem(document, finding)
    text = scenario_text(report, found, budget)
    intake = Intake(
        report=report,
        version=Version(minor=chosen.minor or text.spec.get("kubernetes", NEWEST)),
        seed=chosen.seed if chosen.seed is not None else text.spec.get("seed", 1),
        budget=budget,
        node_name=text.spec.get("node", {}).get("name") or Node().name,
    )
    kubelet = _kubelet(intake, found)
    contents = _contents(intake, found)
    scenario = scenario_values(intake, text)
    workloads = tuple(workload for workload, _ in contents.workloads)
    if readable and len(contents.written) == len(found.of(Role.POD)) and len(workloads) == len(found.of(Role.WORKLOAD)):
        # With a pod missing because of its own problems, nothing could be said about names.
        check_names(intake, text, contents.pods, workloads, scenario.actions)
    if not report.problems and not contents.pods and not workloads and not scenario.actions:
        report.problems.append(_no_pod(files, documents, found))
    report.raise_if_refused({name: index for index, name in enumerate(files)})
    if "capacity" not in text.spec.get("node", {}):
        node, larger = fitted(scenario.node, contents.pods)
        scenario = replace(scenario, node=node)
        if larger:
            report.remark(f"the node was made larger for these pods: {larger}", "write node.capacity in the Scenario for a node of your own")
    if "labels" not in text.spec.get("node", {}):
        node, added = labelled(scenario.node, contents.pods)
        scenario = replace(scenario, node=node)
        if added:
            report.remark(f"the node was given the labels that these pods select: {added}", "write node.labels in the Scenario for a node of your own")
    made = replace(
        scenario,
        kubernetes=intake.version.minor,
        seed=intake.seed,
        until_ms=chosen.until_ms if chosen.until_ms is not None else scenario.until_ms,
        jitter=chosen.jitter if chosen.jitter is not None else scenario.jitter,
        pods=contents.pods,
        workloads=workloads,
        actions=with_applied(scenario.actions, contents.pods, workloads),
        kubelet=kubelet,
        objects=contents.objects,
        not_simulated=tuple(label_of(document, kind) for document, _, kind in found.of(Role.OTHER)),
        warnings=report.warning_lines(),
    )
    sources = (*(pod_source(pod, document) for pod, document in contents.written), *(workload_source(w, d) for w, d in contents.workloads))
    return Loaded(made, sources, intake.written)


def _chosen(report: Report, choices: Choices) -> _Chosen:
    kubernetes, seed, until = choices.get("kubernetes"), choices.get("seed"), choices.get("until")
    minor = until_ms = None
    try:
        minor = int(str(minor_version(kubernetes))) if kubernetes is not None else None
    except WrongValue as error:
        report.problems.append(Problem(path="kubernetes", message=error.message, hint=error.hint))
    try:
        until_ms = parse_duration_ms(until) if until is not None else None
        if until_ms is not None and not 0 <= until_ms <= MAX_UNTIL_MS:
            report.problems.append(Problem(path="until", message=f'"{until}" must be between 0s and 366d'))
    except ValueError as error:
        report.problems.append(Problem(path="until", message=str(error), hint="write it like 90s, 10m, 1h30m or 3d"))
    if seed is not None and not 0 <= seed < 2**63:
        report.problems.append(Problem(path="seed", message=f"{seed} must be between 0 and {2**63 - 1}"))
    return _Chosen(minor=minor, seed=seed, until_ms=until_ms, jitter=choices.get("jitter"))


def _kubelet(intake: Intake, found: SortedDocuments) -> KubeletConfiguration:
    """The merged configuration; its feature gates become those of the version that everything else is read with."""
    files = [KubeletFile(document, conformed_to(intake, document, KUBELET_CONFIGURATION)[0]) for document, _, _ in found.of(Role.KUBELET)]
    minor = intake.version.minor
    intake.version = Version(minor=minor, gates=enabled(minor, kubelet_document.gate_overrides(files)))
    return kubelet_document.merge(files, minor, intake.report.problem)


def _contents(intake: Intake, found: SortedDocuments) -> _Contents:
    contents = _Contents()
    for document, _, _ in found.of(Role.PRIORITY_CLASS):
        metadata, value = document.root.get("metadata"), document.root.get("value")
        if isinstance(metadata, MapNode) and isinstance(value, int):
            intake.priorities[str(metadata.get("name"))] = value
    for document, group, kind in found.of(Role.OBJECT):
        conformed(intake, document, group, kind)
        contents.objects[object_key(document.root)] = frozenset(object_keys(document.root))
    documents = [document for document, _, _ in found.of(Role.POD)]
    if len(documents) > MAX_PODS:
        intake.report.problem(documents[MAX_PODS], Finding((), f"more than {MAX_PODS} pods in all", "one node runs 110 pods"))
        return contents
    for document in documents:
        pod = pod_document(intake, document)
        if pod is not None:
            contents.written.append((pod, document))
    for document, group, kind in found.of(Role.WORKLOAD):
        workload = workload_document(intake, document, group, kind)
        if workload is not None:
            contents.workloads.append((workload, document))
    _refuse_duplicates(intake.report, contents)
    _make_pods(intake, contents)
    return contents


def _refuse_duplicates(report: Report, contents: _Contents) -> None:
    """Two objects of one kind, namespace and name: the second is not created. One that an action applies may have the name of one that is deleted before."""
    seen: dict[tuple[str, str, bool], Document] = {}
    named = [(("pods", pod.key, pod.apply_manually), pod.name, document) for pod, document in contents.written]
    named += [((f"{w.kind.lower()}s", f"{w.namespace}/{w.name}", w.template.apply_manually), w.name, document) for w, document in contents.workloads]
    for key, name, document in named:
        if key in seen:
            first = seen[key].place
            words = f'{key[0]} "{name}" already exists'
            report.problem(document, Finding(("metadata", "name"), words, f"it stands first on line {first.line}"))
        else:
            seen[key] = document


def _make_pods(intake: Intake, contents: _Contents) -> None:
    """The controllers' pods, and the limits on pods and containers."""
    pods, containers = len(contents.written), sum(len(list(pod.all_containers())) for pod, _ in contents.written)
    epoch_minute = cron_epoch([workload for workload, _ in contents.workloads])
    for workload, _ in contents.workloads:
        count = count_of(workload)
        pods += count
        containers += count * len(list(workload.template.all_containers()))
        if pods <= MAX_PODS and containers <= MAX_CONTAINERS:
            contents.made.extend(pods_of(workload, intake.seed, epoch_minute))
            continue
        break
    too_many = next((words for words, count, limit in (("pods", pods, MAX_PODS), ("containers", containers, MAX_CONTAINERS)) if count > limit), "")
    if too_many:
        last = (contents.workloads or contents.written)[-1][1]
        limit = MAX_PODS if too_many == "pods" else MAX_CONTAINERS
        intake.report.problem(last, Finding((), f"more than {limit} {too_many} in all", "one node runs 110 pods"))


def _no_pod(files: Mapping[str, str | bytes], documents: list[Document], found: SortedDocuments) -> Problem:
    file = next(iter(files), "")
    if not any(content.strip() for content in files.values()):
        return Problem(file=file, line=1, column=1, message="the text is empty", hint="paste a pod: a document with apiVersion: v1 and kind: Pod")
    if not documents:
        return Problem(file=file, line=1, column=1, message="the text has only comments", hint="paste a pod: a document with apiVersion: v1 and kind: Pod")
    others = [label_of(document, kind) for role in Role for document, _, kind in found.of(role)]
    listed = ", ".join(others[:6]) + (", ..." if len(others) > 6 else "")
    hint = "a pod, or a Deployment, StatefulSet, DaemonSet, Job, CronJob that makes pods, is needed"
    if any("kustomize" in group for _, group, _ in found.of(Role.OTHER)):
        hint = "run kubectl kustomize and paste what it prints"
    place = documents[0].place
    return Problem(file=documents[0].file, line=place.line, column=place.column, message=f"there is no pod in it, only {listed}", hint=hint)
