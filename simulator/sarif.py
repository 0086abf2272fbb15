"""How is a report for code scanning written? SARIF 2.1.0, for advice before a run and for conditions after one. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simulator.pod import Mark

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_KEPT = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")


@dataclass(frozen=True, slots=True, kw_only=True)
class SarifRule:
    """One thing that is looked for."""

    name: str
    title: str
    help: str
    level: str
    """`error`, `warning` or `note`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SarifResult:
    """One finding."""

    rule: str
    level: str
    message: str
    mark: Mark
    """Without a file: the result has no place."""
    subject: str
    """The pod or container, and the field's path."""


def sarif(rules: Sequence[SarifRule], results: Sequence[SarifResult]) -> str:
    """One run of the tool nodeviz, with the rules that it knows."""
    known = [
        {"id": rule.name, "shortDescription": {"text": rule.title}, "help": {"text": rule.help}, "defaultConfiguration": {"level": rule.level}}
        for rule in rules
    ]
    run = {"tool": {"driver": {"name": "nodeviz", "rules": known}}, "columnKind": "unicodeCodePoints", "results": [_result(result) for result in results]}
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2)


def _result(result: SarifResult) -> Mapping[str, Any]:
    place: dict[str, Any] = {"logicalLocations": [{"fullyQualifiedName": result.subject}]}
    if result.mark.file:
        region = {"startLine": max(1, result.mark.line), "startColumn": max(1, result.mark.column)}
        place = {"physicalLocation": {"artifactLocation": {"uri": _uri(result.mark.file)}, "region": region}, **place}
    return {"ruleId": result.rule, "level": result.level, "message": {"text": result.message}, "locations": [place]}


def _uri(path: str) -> str:
    """A reference relative to where the command was run; what has a meaning in it is escaped."""
    text = path.replace("\\", "/").encode("utf-8", "surrogateescape")
    return "".join(chr(byte) if byte in _KEPT else f"%{byte:02X}" for byte in text)
