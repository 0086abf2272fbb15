"""How does Kubernetes word what it refuses? apimachinery/pkg/util/validation/field/errors.go (1.36)."""

from __future__ import annotations

import json
from collections.abc import Sequence

from simulator.manifest.nodes import Finding, Path
from simulator.manifest.shapes import did_you_mean


def required(path: Path, detail: str = "", hint: str = "") -> Finding:
    """A field that has to be there."""
    return Finding(path, f"Required value: {detail}" if detail else "Required value", hint)


def invalid(path: Path, value: object, detail: str, hint: str = "") -> Finding:
    """A value that is not allowed: text in quotes, numbers and booleans without, anything else as JSON."""
    return Finding(path, f"Invalid value: {shown(value)}: {detail}", hint)


def not_supported(path: Path, value: object, supported: Sequence[str]) -> Finding:
    """None of a few words."""
    listed = ", ".join(f'"{name}"' for name in supported)
    return Finding(path, f"Unsupported value: {shown(value)}: supported values: {listed}", did_you_mean(str(value), supported))


def duplicate(path: Path, value: object) -> Finding:
    """A name that another one has already."""
    return Finding(path, f"Duplicate value: {shown(value)}")


def forbidden(path: Path, detail: str, hint: str = "") -> Finding:
    """A field that may not be there."""
    return Finding(path, f"Forbidden: {detail}", hint, at_key=True)


def not_found(path: Path, value: object, hint: str = "") -> Finding:
    """A name that leads nowhere."""
    return Finding(path, f"Not found: {shown(value)}", hint)


def too_many(path: Path, count: int, limit: int) -> Finding:
    """A list that is too long."""
    return Finding(path, f"Too many: {count}: must have at most {limit} items")


def too_long(path: Path, limit: int) -> Finding:
    """A text that is too long."""
    return Finding(path, f"Too long: may not be more than {limit} bytes")


def shown(value: object) -> str:
    """A value as a message prints it."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
