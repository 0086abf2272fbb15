"""Are a container's environment variables ones that the API server accepts? Rules 46 to 48."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from simulator.manifest.nodes import Finding, Path
from simulator.manifest.validation.messages import invalid, not_supported, required
from simulator.manifest.validation.names import env_name_message, is_config_key
from simulator.versions import Version

Fields = dict[str, Any]
_SOURCES = ("fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef")
_FIELD_PATHS = (
    "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP",
    "status.podIPs",
)  # fmt: skip
_SUBSCRIPTED = re.compile(r"metadata\.(labels|annotations)\['[^']*'\]")
_CONFIG_KEY_MESSAGE = (
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', "
    "regex used for validation is '[-._a-zA-Z0-9]+')"
)


def environment_findings(container: Fields, path: Path, version: Version) -> Iterator[Finding]:
    """`env` and `envFrom`."""
    relaxed = version.on("RelaxedEnvironmentVariableValidation")
    for index, variable in enumerate(container.get("env", ())):
        here = (*path, "env", index)
        name = variable.get("name", "")
        if not name:
            yield required((*here, "name"))
        else:
            message = env_name_message(name, relaxed=relaxed)
            if message:
                yield invalid((*here, "name"), name, message)
        if "valueFrom" in variable:
            yield from _value_from(variable["valueFrom"], variable.get("value", ""), (*here, "valueFrom"))
    for index, source in enumerate(container.get("envFrom", ())):
        yield from _env_from(source, (*path, "envFrom", index), relaxed=relaxed)


def _value_from(source: Fields, value: str, path: Path) -> Iterator[Finding]:
    named = [kind for kind in _SOURCES if kind in source]
    for kind in ("configMapKeyRef", "secretKeyRef"):
        if kind in source:
            yield from _key_ref(source[kind], (*path, kind))
    if "fieldRef" in source:
        yield from _field_ref(source["fieldRef"].get("fieldPath", ""), (*path, "fieldRef", "fieldPath"))
    if "resourceFieldRef" in source and not source["resourceFieldRef"].get("resource"):
        yield required((*path, "resourceFieldRef", "resource"))
    if not named:
        yield invalid(path, "", "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`")
    elif value:
        yield invalid(path, "", "may not be specified when `value` is not empty")
    elif len(named) > 1:
        yield invalid(path, "", "may not have more than one field specified at a time")


def _key_ref(ref: Fields, path: Path) -> Iterator[Finding]:
    if not ref.get("name"):
        yield required((*path, "name"))
    key = ref.get("key", "")
    if not key:
        yield required((*path, "key"))
    elif not is_config_key(key):
        yield invalid((*path, "key"), key, _CONFIG_KEY_MESSAGE)


def _field_ref(field_path: str, path: Path) -> Iterator[Finding]:
    if not field_path:
        yield required(path)
    elif field_path not in _FIELD_PATHS and not _SUBSCRIPTED.fullmatch(field_path):
        yield not_supported(path, field_path, _FIELD_PATHS)


def _env_from(source: Fields, path: Path, *, relaxed: bool) -> Iterator[Finding]:
    named = [kind for kind in ("configMapRef", "secretRef") if kind in source]
    prefix = source.get("prefix", "")
    message = env_name_message(prefix, relaxed=relaxed) if prefix else ""
    if message:
        yield invalid((*path, "prefix"), prefix, message)
    for kind in named:
        if not source[kind].get("name"):
            yield required((*path, kind, "name"))
    if not named:
        yield invalid(path, "", "must specify one of: `configMapRef` or `secretRef`")
    elif len(named) > 1:
        yield invalid(path, "", "may not have more than one field specified at a time")
