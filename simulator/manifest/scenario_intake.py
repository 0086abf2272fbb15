"""How does the Scenario document become values? Form, then what is in it, then whether it names what exists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from simulator.addresses import pod_addresses
from simulator.manifest import behaviors, references, scenario_document
from simulator.manifest.action_documents import action_of
from simulator.manifest.compose import Budget
from simulator.manifest.documents import Role, SortedDocuments
from simulator.manifest.nodes import Document, Finding, Path, path_text
from simulator.manifest.pod_documents import Intake, below_any
from simulator.manifest.report import Report
from simulator.manifest.shapes import Conformance, conform
from simulator.pod import Pod
from simulator.scenario import Action, Scenario, Workload

_SPEC: Path = ("spec",)
LENIENT = "lenient"
"""`validation` of the Scenario: unknown fields are warnings, in this document and in all others."""


@dataclass(slots=True)
class ScenarioText:
    """The Scenario document and its clean copy; both empty without one."""

    document: Document | None = None
    clean: dict[str, Any] = field(default_factory=dict)
    wrong: tuple[Path, ...] = ()

    @property
    def spec(self) -> dict[str, Any]:
        """Its spec."""
        spec: dict[str, Any] = self.clean.get("spec", {})
        return spec


def scenario_text(report: Report, found: SortedDocuments, budget: Budget) -> ScenarioText:
    """The first Scenario document, checked for its form; a second one is a problem."""
    documents = [document for document, _, _ in found.of(Role.SCENARIO)]
    for extra in documents[1:]:
        report.problem(extra, Finding(("kind",), "there can be one Scenario at most", f"the first one stands on line {documents[0].place.line}"))
    if not documents:
        return ScenarioText()
    result = Conformance()
    clean = conform(documents[0].root, scenario_document.SCENARIO, (), result)
    spec = clean.get("spec") if isinstance(clean, dict) else None
    if isinstance(spec, dict) and spec.get("validation") == LENIENT:
        report.strict = False
    for path in result.unknown:
        finding = Finding(path, f'unknown field "{path_text(path)}"', result.unknown_hints[path], at_key=True)
        (report.problem if report.strict else report.warning)(documents[0], finding)
    for finding in result.findings:
        report.problem(documents[0], finding)
    return ScenarioText(documents[0], clean if isinstance(clean, dict) else {}, (*(finding.path for finding in result.findings), *result.meant))


def scenario_values(intake: Intake, text: ScenarioText) -> Scenario:
    """What the document says, without pods."""
    if text.document is None:
        return Scenario()
    spec = text.spec
    before = len(intake.report.problems)
    for finding in scenario_document.findings(spec, _SPEC):
        if not below_any(finding.path, text.wrong):
            intake.report.problem(text.document, finding)
    if text.wrong or len(intake.report.problems) > before:
        return Scenario()
    made = _actions(intake, text.document, spec.get("actions", ()))
    return Scenario(
        name=text.clean.get("metadata", {}).get("name") or "scenario",
        title=spec.get("title", ""),
        description=spec.get("description", ""),
        until_ms=spec.get("until"),
        jitter=spec.get("jitter", True),
        node=scenario_document.node_of(spec.get("node", {})),
        registry=scenario_document.registry_of(spec.get("registry", {})),
        behaviors={key: behaviors.behavior_of(behavior) for key, behavior in spec.get("behaviors", {}).items()},
        actions=made,
    )


def _actions(intake: Intake, document: Document, listed: Sequence[dict[str, Any]]) -> tuple[Action, ...]:
    made = (action_of(intake, document, action, ("spec", "actions", index)) for index, action in enumerate(listed))
    return tuple(action for action in made if action is not None)


def check_names(intake: Intake, text: ScenarioText, pods: Sequence[Pod], workloads: Sequence[Workload], made: Sequence[Action]) -> None:
    """Addresses in behaviors and actions; pods and containers that actions bring along count as well."""
    document, spec = text.document, text.spec
    if document is None:
        return
    everything = references.inhabitants_of(
        [*pods, *(action.pod for action in made if action.pod)],
        [*workloads, *(action.workload for action in made if action.workload)],
        [action.container for action in made if action.container],
    )
    for finding in references.behavior_findings(spec.get("behaviors", {}), everything, (*_SPEC, "behaviors")):
        if intake.report.full:
            return
        intake.report.problem(document, finding)
    if len(made) == len(spec.get("actions", ())):
        for finding in references.ephemeral_findings(made, everything, (*_SPEC, "actions")):
            intake.report.problem(document, finding)
    for finding in references.without_effect(spec.get("behaviors", {}), everything, (*_SPEC, "behaviors")):
        intake.report.warning(document, finding)
    for index, action in enumerate(spec.get("actions", ())):
        for finding in references.action_findings(action, everything, (*_SPEC, "actions", index)):
            if not below_any(finding.path, text.wrong):
                intake.report.problem(document, finding)


def with_applied(made: Sequence[Action], pods: Sequence[Pod], workloads: Sequence[Workload]) -> tuple[Action, ...]:
    """`apply` by name gets what waits for it in the input: a pod, or a controller's object by `Kind/name`."""
    result: list[Action] = []
    for action in made:
        if action.verb != "apply" or action.pod is not None or action.workload is not None:
            result.append(action)
            continue
        objects = [workload for workload in workloads if workload.template.apply_manually and action.target == f"{workload.kind}/{workload.name}"]
        waiting = [pod for pod in pods if pod.owner is None and pod.apply_manually and action.target in pod_addresses(pod)]
        result.extend(replace(action, workload=workload) for workload in objects)
        result.extend(replace(action, pod=pod) for pod in waiting)
    return tuple(result)
