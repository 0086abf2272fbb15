"""How is advice printed? For people, for programs, and as SARIF 2.1.0 for code scanning in CI."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from simulator.advice.advice import RULES, Advice

_SARIF = "https://json.schemastore.org/sarif-2.1.0.json"


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
    """One run of the tool nodeviz, with the rules that it knows."""
    rules = [
        {"id": name, "shortDescription": {"text": rule.title}, "help": {"text": rule.source}, "defaultConfiguration": {"level": str(rule.level)}}
        for name, rule in RULES.items()
    ]
    driver = {"name": "nodeviz", "rules": rules}
    run = {"tool": {"driver": driver}, "results": [_result(advice) for advice in found]}
    yield json.dumps({"$schema": _SARIF, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2)


def _result(advice: Advice) -> dict[str, Any]:
    place = {
        "artifactLocation": {"uri": advice.mark.file.replace("\\", "/")},
        "region": {"startLine": max(1, advice.mark.line), "startColumn": max(1, advice.mark.column)},
    }
    return {
        "ruleId": advice.rule,
        "level": str(advice.level),
        "message": {"text": f"{advice.what} {advice.why} {advice.fix}"},
        "locations": [{"physicalLocation": place, "logicalLocations": [{"fullyQualifiedName": f"{advice.subject}: {advice.path}"}]}],
    }


ADVICE_FORMATS: Mapping[str, Callable[[Sequence[Advice]], Iterator[str]]] = {"text": as_text, "json": as_json, "sarif": as_sarif}
