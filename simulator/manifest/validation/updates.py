"""Which changes of a pod that exists does the API server refuse? Rules 85 to 87."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from simulator.manifest.nodes import Finding, Path
from simulator.manifest.validation.messages import forbidden, invalid

Fields = dict[str, Any]
_SPEC_MESSAGE = (
    "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,"
    "`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
)
_LISTS = ("containers", "initContainers")


def update_findings(old: Fields, new: Fields, path: Path = ("spec",)) -> Iterator[Finding]:
    """Both are specs with defaults."""
    for list_name in _LISTS:
        if len(old.get(list_name, ())) != len(new.get(list_name, ())):
            yield forbidden((*path, list_name), "pod updates may not add or remove containers")
            return
    yield from _deadline(old.get("activeDeadlineSeconds"), new.get("activeDeadlineSeconds"), (*path, "activeDeadlineSeconds"))
    changed = _changed(_fixed(old), _fixed(new))
    tolerations = old.get("tolerations", [])
    if new.get("tolerations", [])[: len(tolerations)] != tolerations:
        changed.append("tolerations")
    if changed:
        yield forbidden(path, _SPEC_MESSAGE, f"changed: {', '.join(changed)}")


def _fixed(spec: Fields) -> Fields:
    """What may not change."""
    fixed = copy.deepcopy({name: value for name, value in spec.items() if name not in ("activeDeadlineSeconds", "tolerations")})
    for list_name in _LISTS:
        for container in fixed.get(list_name, ()):
            container.pop("image", None)
    return fixed


def _changed(old: Fields, new: Fields) -> list[str]:
    return [name for name in sorted({*old, *new}) if old.get(name) != new.get(name)]


def _deadline(old: int | None, new: int | None, path: Path) -> Iterator[Finding]:
    if old is None:
        return
    if new is None:
        yield invalid(path, None, "must not update from a positive integer to nil value")
    elif new > old:
        yield invalid(path, new, "must be less than or equal to previous value")
