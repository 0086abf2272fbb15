"""Which names are names? apimachinery/pkg/util/validation/validation.go (1.36)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from simulator.manifest.nodes import Finding, Path
from simulator.manifest.shapes import shell_variable_hint
from simulator.manifest.validation.messages import invalid

_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_IS_LABEL = re.compile(_LABEL, re.ASCII)
_IS_SUBDOMAIN = re.compile(rf"{_LABEL}(\.{_LABEL})*", re.ASCII)
_QUALIFIED = r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_IS_QUALIFIED = re.compile(_QUALIFIED, re.ASCII)
_IS_CONFIG_KEY = re.compile(r"[-._a-zA-Z0-9]+", re.ASCII)
_IS_STRICT_ENV_NAME = re.compile(r"[-._a-zA-Z][-._a-zA-Z0-9]*", re.ASCII)
_IS_RELAXED_ENV_NAME = re.compile(r"[ -<>-~]+", re.ASCII)

LABEL_MESSAGE = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character "
    "(e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
)
SUBDOMAIN_MESSAGE = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character "
    "(e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)
_NAME_PART_MESSAGE = (
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
    "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
)
_LABEL_VALUE_MESSAGE = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
    "(e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
)
_STRICT_ENV_MESSAGE = (
    "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit "
    "(e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')"
)
_RELAXED_ENV_MESSAGE = "a valid environment variable name must consist only of printable ASCII characters other than '='"


def suggested(name: str) -> str:
    """A hint with the nearest valid name."""
    variable = shell_variable_hint(name)
    near = re.sub(r"[^a-z0-9.-]+", "-", name.lower()).strip("-.")[:63]
    return variable or (f'for example "{near}"' if near and near != name else "")


def is_subdomain(name: str) -> bool:
    """Whether an object can have this name."""
    return len(name) <= 253 and bool(_IS_SUBDOMAIN.fullmatch(name))


def label_findings(name: str, path: Path) -> Iterator[Finding]:
    """A container's, volume's or namespace's name."""
    if len(name) > 63:
        yield invalid(path, name, "must be no more than 63 characters")
    if not _IS_LABEL.fullmatch(name):
        yield invalid(path, name, LABEL_MESSAGE, suggested(name))


def subdomain_findings(name: str, path: Path) -> Iterator[Finding]:
    """A pod's, ConfigMap's or Secret's name."""
    if len(name) > 253:
        yield invalid(path, name, "must be no more than 253 characters")
    if not _IS_SUBDOMAIN.fullmatch(name):
        yield invalid(path, name, SUBDOMAIN_MESSAGE, suggested(name))


def port_name_messages(name: str) -> Iterator[str]:
    """IANA_SVC_NAME: rule 33."""
    if len(name) > 15:
        yield "must be no more than 15 characters"
    if not re.fullmatch(r"[-a-z0-9]+", name, re.ASCII):
        yield "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)"
    if not re.search(r"[a-z]", name, re.ASCII):
        yield "must contain at least one letter (a-z)"
    if "--" in name:
        yield "must not contain consecutive hyphens"
    if name.startswith("-") or name.endswith("-"):
        yield "must not begin or end with a hyphen"


def qualified_name_messages(name: str) -> Iterator[str]:
    """A key of labels or annotations: an optional prefix, a slash, a name."""
    prefix, slash, part = name.rpartition("/")
    if slash and not prefix:
        yield "prefix part must be non-empty"
    elif prefix and ("/" in prefix or len(prefix) > 253 or not _IS_SUBDOMAIN.fullmatch(prefix)):
        if "/" in prefix:
            yield f"a qualified name {_NAME_PART_MESSAGE} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
            return
        yield f"prefix part {SUBDOMAIN_MESSAGE if len(prefix) <= 253 else 'must be no more than 253 characters'}"
    if not part:
        yield "name part must be non-empty"
    elif len(part) > 63:
        yield "name part must be no more than 63 characters"
    if not _IS_QUALIFIED.fullmatch(part):
        yield f"name part {_NAME_PART_MESSAGE}"


def label_value_messages(value: str) -> Iterator[str]:
    """The value of a label."""
    if len(value) > 63:
        yield "must be no more than 63 characters"
    if value and not _IS_QUALIFIED.fullmatch(value):
        yield _LABEL_VALUE_MESSAGE


def labels_findings(labels: dict[str, str], path: Path) -> Iterator[Finding]:
    """A whole map of labels; Kubernetes reports at the map, not at the key."""
    for key, value in labels.items():
        for message in qualified_name_messages(key):
            yield invalid(path, key, message)
        for message in label_value_messages(value):
            yield invalid(path, value, message, suggested_label(value))


def suggested_label(value: str) -> str:
    """A hint with the nearest valid label value."""
    near = re.sub(r"[^A-Za-z0-9_.-]+", "-", value).strip("-_.")[:63].strip("-_.")
    return f'for example "{near}"' if near and near != value else ""


def env_name_message(name: str, *, relaxed: bool) -> str:
    """Why a variable cannot have this name; empty when it can."""
    if relaxed:
        return "" if _IS_RELAXED_ENV_NAME.fullmatch(name) else _RELAXED_ENV_MESSAGE
    if not _IS_STRICT_ENV_NAME.fullmatch(name):
        return _STRICT_ENV_MESSAGE
    return f"must not be '{name}'" if name in (".", "..") else "must not start with '..'" if name.startswith("..") else ""


def is_config_key(key: str) -> bool:
    """Whether a ConfigMap or Secret can have this key."""
    return bool(_IS_CONFIG_KEY.fullmatch(key)) and len(key) <= 253 and key not in (".", "..") and not key.startswith("../")


def path_part_messages(path: str) -> Iterator[str]:
    """A path below a volume: rule 51."""
    if path.startswith("/"):
        yield "must be a relative path"
    if ".." in path.split("/"):
        yield "must not contain '..'"
