"""Which names are names? apimachinery/pkg/util/validation (1.36)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from simulator.manifest.nodes import Finding, Path
from simulator.manifest.shapes import shell_variable_hint

_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?", re.ASCII)
_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*", re.ASCII)
LABEL_MESSAGE = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character "
    "(e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
)
SUBDOMAIN_MESSAGE = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character "
    "(e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)


def suggested(name: str) -> str:
    """A hint with the nearest valid name."""
    variable = shell_variable_hint(name)
    near = re.sub(r"[^a-z0-9.-]+", "-", name.lower()).strip("-.")[:63]
    return variable or (f'for example "{near}"' if near and near != name else "")


def label_findings(name: str, path: Path) -> Iterator[Finding]:
    """A container's, volume's or namespace's name."""
    if len(name) > 63:
        yield Finding(path, f'Invalid value: "{name}": must be no more than 63 characters')
    if name and not _LABEL.fullmatch(name):
        yield Finding(path, f'Invalid value: "{name}": {LABEL_MESSAGE}', suggested(name))


def subdomain_findings(name: str, path: Path) -> Iterator[Finding]:
    """A pod's, ConfigMap's or Secret's name."""
    if len(name) > 253:
        yield Finding(path, f'Invalid value: "{name}": must be no more than 253 characters')
    if name and not _SUBDOMAIN.fullmatch(name):
        yield Finding(path, f'Invalid value: "{name}": {SUBDOMAIN_MESSAGE}', suggested(name))
