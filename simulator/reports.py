"""How is a pipeline told which conditions hold? As text, JSON, JUnit XML and SARIF, each with the line of the text that decided. Pure."""

from __future__ import annotations

import itertools
import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

from simulator.advice.explanations import EXPLANATIONS, Explanation
from simulator.advice.places import address_of, field_place
from simulator.conditions import FACTS, Condition, ConditionError
from simulator.facts import Facts, Link, PodFacts
from simulator.outcomes import Blame, Outcome, Result, outcomes
from simulator.pod import Mark, RestartPolicy
from simulator.sarif import SarifResult, SarifRule, sarif
from simulator.sources import PodSource
from simulator.verdict import seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What in the text decided an outcome, as far as the causes tell."""

    mark: Mark = field(default_factory=Mark)
    """Without a file: the pod stands in no text."""
    path: str = ""
    """From the document's root: `spec.template.spec.containers[0].image`."""
    container: str = ""
    explanation: Explanation | None = None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that a report says."""

    outcomes: Sequence[tuple[Outcome, Decision]]
    """In the order of the conditions, then of the pods."""
    conditions: Sequence[Condition]
    facts: Facts
    about: Mapping[str, str | int]
    """What reproduces the run: version of the simulator, Kubernetes, seed."""

    @property
    def held(self) -> list[tuple[Outcome, Decision]]:
        """What fails the pipeline."""
        return [(outcome, decision) for outcome, decision in self.outcomes if outcome.result is Result.HOLDS]

    @property
    def cut_short(self) -> str:
        """The limit of the simulator that ended the run before its time; empty if none did."""
        return self.facts.end_reason.removeprefix("limit:") if self.facts.end_reason.startswith("limit:") else ""


def report(
    conditions: Sequence[Condition], facts: Facts, sources: Sequence[PodSource], about: Mapping[str, str | int]
) -> tuple[Report, list[tuple[int, ConditionError]]]:
    """Ask a run all conditions. Returns what is to be reported, and the conditions (by number, from 0) that nobody could answer."""
    known = {address_of(source): source for source in sources}

    def source_of(pod: PodFacts) -> PodSource | None:
        return known.get(pod.owner) or known.get(pod.key)

    def completes(pod: PodFacts) -> bool:
        source = source_of(pod)
        return source is not None and source.pod.restart_policy is not RestartPolicy.ALWAYS

    found, wrong = outcomes(conditions, facts, completes)
    decided = [(outcome, _decision(outcome, facts, source_of(outcome.pod))) for outcome in found]
    return Report(outcomes=decided, conditions=conditions, facts=facts, about=about), wrong


# -- what decided -------------------------------------------------------------------------------------------------------------------


def _decision(outcome: Outcome, facts: Facts, source: PodSource | None) -> Decision:
    if outcome.result is not Result.HOLDS:
        return Decision()
    links = list(facts.chain(outcome.at.seq)) if outcome.at else []
    link = _longest(links, outcome) if outcome.blame is Blame.LONGEST else next((link for link in links if _says(link, outcome.pod)), None)
    container, name = outcome.culprit, ""
    if link is not None and _decides(link, outcome.pod):
        where, _, name = EXPLANATIONS[link.why].field.partition(":")
        container = link.object if where == "container" else ""
    mark, path = field_place(source, container, name) if source else (Mark(), "")
    why = link.why if link else ""
    return Decision(mark=mark, path=path, container=container, explanation=EXPLANATIONS.get(why), why=why)


_SUMMING_UP = "phase-"
"""A pod's phase says what became of its containers: what decided lies before it."""


def _says(link: Link, pod: PodFacts) -> bool:
    """Has the record a sentence of its own? Causes may lead to other pods, whose turn came first."""
    return link.pod == pod.key and link.why in EXPLANATIONS and not EXPLANATIONS[link.why].passes and not link.why.startswith(_SUMMING_UP)


def _decides(link: Link, pod: PodFacts) -> bool:
    """Does a field of this pod stand behind the record?"""
    where = EXPLANATIONS[link.why].field.partition(":")[0] if _says(link, pod) else ""
    return where == "pod" or (where == "container" and link.object in pod.containers)


def _longest(links: Sequence[Link], outcome: Outcome) -> Link | None:
    """The cause with the field that took most of the time since the pod was created, or deleted."""
    since = outcome.pod.deleted if outcome.condition.fact == "terminating" and outcome.pod.deleted else outcome.pod.created
    spent: dict[tuple[str, str], float] = {}
    first: dict[tuple[str, str], Link] = {}
    later: Link | None = None
    for link, cause in itertools.pairwise(links):
        later = link if _decides(link, outcome.pod) else later
        if later is not None:
            label = (EXPLANATIONS[later.why].field, later.object)
            spent[label] = spent.get(label, 0) + max(0, link.t - max(cause.t, since.t))
            first.setdefault(label, later)
    return first[max(spent, key=lambda label: spent[label])] if spent else None


# -- the formats --------------------------------------------------------------------------------------------------------------------


def _place(decision: Decision) -> str:
    mark = decision.mark
    return f"{mark.file}:{mark.line}:{mark.column}: {decision.path}: " if mark.file else ""


def _change(decision: Decision) -> str:
    """What would change it, in a sentence; empty where nothing is known."""
    if decision.explanation is None or not decision.explanation.change:
        return ""
    return "What would change it: " + decision.explanation.change.replace("{object}", decision.container or "the container")


def as_text(found: Report) -> str:
    """A line for each pod or container for which a condition holds, in the form of a problem, and one for each condition."""
    lines = [f"{_place(decision)}{outcome.subject}: {outcome.said} (--fail-if '{outcome.condition.text}')" for outcome, decision in found.held]
    for condition in found.conditions:
        answers = [outcome.result for outcome, _ in found.outcomes if outcome.condition is condition]
        holds, asked, who = answers.count(Result.HOLDS), len(answers), FACTS[condition.fact].asked
        said = f"HOLDS for {holds} of {asked} {who}" if holds else f"does not hold for {'the one' if asked == 1 else f'any of {asked}'} {who}"
        lines.append(f"{condition.text}: {said.removesuffix('s') if asked == 1 else said}")
    if found.cut_short:
        lines.append(f"The run was cut short at {seconds(found.facts.end.t)} (limit {found.cut_short}): what would have come later was not asked.")
    return "\n".join(lines) + "\n"


def as_json(found: Report) -> str:
    """One object."""
    whole = {
        **found.about,
        "held": bool(found.held),
        "end": {"t": found.facts.end.t, "reason": found.facts.end_reason},
        "outcomes": [_object(outcome, decision) for outcome, decision in found.outcomes],
    }
    return json.dumps(whole, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _object(outcome: Outcome, decision: Decision) -> Mapping[str, Any]:
    explained = decision.explanation
    return {
        "condition": outcome.condition.text,
        "pod": outcome.pod.name,
        "container": outcome.container,
        "result": str(outcome.result),
        "said": outcome.said,
        "seconds": None if outcome.seconds == math.inf else outcome.seconds,
        "never": outcome.seconds == math.inf,
        "count": outcome.count,
        "at": outcome.at.t if outcome.at else None,
        "seq": outcome.at.seq if outcome.at else None,
        "file": decision.mark.file,
        "line": decision.mark.line,
        "column": decision.mark.column,
        "path": decision.path,
        "why": decision.why,
        "change": _change(decision).removeprefix("What would change it: "),
        "source": explained.source if explained else "",
    }


def as_sarif(found: Report) -> str:
    """A rule for each fact that can be asked, a result for each answer that fails the pipeline."""
    rules = [
        SarifRule(name=f"fail-if-{name}", title=fact.title, help=f"python -m simulator run --fail-if: {name}", level="error") for name, fact in FACTS.items()
    ]
    results = [
        SarifResult(
            rule=f"fail-if-{outcome.condition.fact}",
            level="error",
            message=". ".join(part for part in (f"{outcome.subject}: {outcome.said} (--fail-if '{outcome.condition.text}')", _change(decision)) if part),
            mark=decision.mark,
            subject=f"{outcome.subject}: {decision.path}" if decision.path else outcome.subject,
        )
        for outcome, decision in found.held
    ]
    return sarif(rules, results) + "\n"


def as_junit(found: Report) -> str:
    """A suite a condition, a test case a pod or container. Times are virtual."""
    root = ElementTree.Element("testsuites", name="nodeviz")
    totals = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
    whole_s = 0.0
    for condition in found.conditions:
        cases = [(outcome, decision) for outcome, decision in found.outcomes if outcome.condition is condition]
        suite = ElementTree.SubElement(root, "testsuite", name=_clean(condition.text))
        properties = ElementTree.SubElement(suite, "properties")
        for name, value in found.about.items():
            ElementTree.SubElement(properties, "property", name=name, value=_clean(str(value)))
        counts = dict.fromkeys(totals, 0)
        suite_s = 0.0
        for outcome, decision in cases:
            case_s = _time_s(outcome, found.facts)
            suite_s += case_s
            counts["tests"] += 1
            counts["failures"] += outcome.result is Result.HOLDS
            counts["skipped"] += outcome.result is Result.NOT_ASKED
            suite.append(_case(outcome, decision, case_s))
        _count(suite, counts, suite_s)
        totals = {name: totals[name] + counts[name] for name in totals}
        whole_s += suite_s
    _count(root, totals, whole_s)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _count(element: ElementTree.Element, counts: Mapping[str, int], time_s: float) -> None:
    for name, count in counts.items():
        element.set(name, str(count))
    element.set("time", f"{time_s:.3f}")


def _time_s(outcome: Outcome, facts: Facts) -> float:
    """What was measured; for what never came, how long it was waited for."""
    if outcome.seconds == math.inf:
        return max(0.0, (outcome.pod.gone or facts.end).t - outcome.pod.created.t)
    return outcome.seconds or 0.0


def _case(outcome: Outcome, decision: Decision, case_s: float) -> ElementTree.Element:
    case = ElementTree.Element("testcase", classname=_clean(outcome.condition.text), name=outcome.subject, time=f"{case_s:.3f}")
    if outcome.result is Result.NOT_ASKED:
        ElementTree.SubElement(case, "skipped", message=_clean(outcome.said))
    if outcome.result is Result.HOLDS:
        if decision.mark.file:
            case.set("file", _clean(decision.mark.file))
            case.set("line", str(decision.mark.line))
        failure = ElementTree.SubElement(case, "failure", message=_clean(outcome.said), type=outcome.condition.fact)
        failure.text = _clean("\n".join(part for part in (f"{_place(decision)}{outcome.said}", _change(decision)) if part))
    return case


_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _clean(text: str) -> str:
    """XML 1.0 has no way to write the other characters."""
    return _NOT_IN_XML.sub("\ufffd", text)


REPORTS: Mapping[str, Callable[[Report], str]] = {"text": as_text, "json": as_json, "junit": as_junit, "sarif": as_sarif}
