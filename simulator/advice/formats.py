"""How is advice printed? For people, for programs, and as SARIF 2.1.0 for code scanning in CI."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from simulator.advice.advice import RULES, Advice
from simulator.sarif import SarifResult, SarifRule, sarif


def as_text(found: Sequence[Advice]) -> Iterator[str]:
    """A line each, and how many there were."""
    yield from map(str, found)
    yield f"{len(found)} piece{'' if len(found) == 1 else 's'} of advice"


def as_object(advice: Advice) -> dict[str, Any]:
    """Everything of one, with the rule's title, level and source."""
    rule = RULES[advice.rule]
    return {
        "rule": advice.rule,
        "level": str(rule.level),
        "title": rule.title,
        "subject": advice.subject,
        "what": advice.what,
        "why": advice.why,
        "fix": advice.fix,
        "source": rule.source,
        "file": advice.mark.file,
        "line": advice.mark.line,
        "column": advice.mark.column,
        "path": advice.path,
        "object": advice.object,
    }


def as_json(found: Sequence[Advice]) -> Iterator[str]:
    """An object a line."""
    return (json.dumps(as_object(advice), ensure_ascii=False) for advice in found)


def as_sarif(found: Sequence[Advice]) -> Iterator[str]:
    """With all the rules that there are."""
    rules = [SarifRule(name=name, title=rule.title, help=rule.source, level=str(rule.level)) for name, rule in RULES.items()]
    results = [
        SarifResult(
            rule=advice.rule,
            level=str(advice.level),
            message=f"{advice.what} {advice.why} {advice.fix}",
            mark=advice.mark,
            subject=f"{advice.subject}: {advice.path}",
        )
        for advice in found
    ]
    yield sarif(rules, results)


ADVICE_FORMATS: Mapping[str, Callable[[Sequence[Advice]], Iterator[str]]] = {"text": as_text, "json": as_json, "sarif": as_sarif}
