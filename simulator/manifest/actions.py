"""How is an action written? Contract, section 3.2: one moment, one verb with its value, the verb's own options."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.manifest.leaves import BOOL, BYTES, COUNT, DURATION, EXIT_CODE, RATE, TEXT, as_string, one_of
from simulator.manifest.nodes import Finding, Path
from simulator.manifest.shapes import ANYTHING, Shape, WrongValue, leaf, struct
from simulator.moments import parse_instant
from simulator.scenario import RegistryError, RegistryReason

Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Verb:
    """What a verb's value means (`pod`, `container`, `filesystem`, ...), and its options: all of `required` and one of `one_of` must be there."""

    target: str
    options: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()


VERBS: Mapping[str, Verb] = {
    "apply": Verb("manifest"),
    "delete": Verb("pod", ("gracePeriodSeconds", "force")),
    "exit": Verb("container", ("exitCode", "reason")),
    "kill": Verb("container", ("reason",)),
    "probe": Verb("container", ("type", "result", "for"), required=("result",)),
    "setImage": Verb("container", ("image",), required=("image",)),
    "forgetContainers": Verb("pod"),
    "fillDisk": Verb("filesystem", ("to", "bytes"), one_of=("to", "bytes")),
    "freeDisk": Verb("filesystem", ("to", "bytes"), one_of=("to", "bytes")),
    "registry": Verb("image", ("error", "bandwidth", "for"), one_of=("error", "bandwidth")),
    "loseRoom": Verb("node", ("memory",), required=("memory",)),
    "restartKubelet": Verb("node", ("downFor",)),
    "stopKubelet": Verb("node"),
    "startKubelet": Verb("node"),
    "rebootNode": Verb("node", ("downFor",)),
    "addEphemeral": Verb("pod", ("container",), required=("container",)),
    "createObject": Verb("object", ("keys",)),
    "setCondition": Verb("pod", ("condition", "status"), required=("status",)),
    "evict": Verb("pod", ("hard", "gracePeriodSeconds")),
    "shutdownNode": Verb("node"),
    "cordon": Verb("node"),
    "drain": Verb("node", ("gracePeriodSeconds", "force")),
    "pull": Verb("image"),
    "removeImage": Verb("image"),
}

_TARGET_HINTS = {
    "pod": "the name of a pod",
    "container": "pod/container",
    "filesystem": "nodefs, imagefs or containerfs",
    "image": "an image, or *",
    "node": "node",
    "object": "ConfigMap/name or Secret/name",
}
MOMENTS = (
    "start", "running", "started", "ready", "unready", "exit", "sigterm", "sigkill", "prestop_begin", "poststart_begin", "phase", "condition", "restart_count",
    "event",
)  # fmt: skip
_WITH_VALUE = ("phase", "condition", "restart_count", "event")


def _percent(value: object) -> object:
    text = value.strip() if isinstance(value, str) else ""
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*%", text, re.ASCII)
    if found is None or len(text) > 20 or float(found.group(1)) > 100:
        raise WrongValue(f'"{value}" is not a percentage', "write it like 92%")
    return float(found.group(1))


def _status(value: object) -> object:
    """`"True"`, and True for those who forgot the quotes."""
    text = str(value)
    if text not in ("True", "False", "Unknown"):
        raise WrongValue(f'Unsupported value: "{text}": supported values: "True", "False", "Unknown"')
    return text


PROBE_NAMES = ("startup", "readiness", "liveness")
"""Values of the option `type` of the verb `probe`. The contract calls the option `probe` too, but a map has each key once."""
REGISTRY_REASON = one_of(*RegistryReason)
_REGISTRY_ERROR = struct("an error of the registry", {"reason": REGISTRY_REASON, "until": DURATION})
_KEYS = Shape(words="a list of keys", items=TEXT, kubernetes=False)
_MANIFEST = Shape(words="the name of a pod, or a pod document", kubernetes=False)


def _verb_shape(verb: Verb) -> Shape:
    if verb.target in ("manifest", "object"):
        return _MANIFEST
    return leaf(f"text: {_TARGET_HINTS[verb.target]}", as_string)


ACTION = struct(
    "an action",
    {
        "at": DURATION,
        "after": TEXT,
        "plus": DURATION,
        "gracePeriodSeconds": COUNT,
        "force": BOOL,
        "exitCode": EXIT_CODE,
        "reason": one_of("OOMKilled", "Error"),
        "type": one_of(*PROBE_NAMES),
        "result": one_of("success", "failure", "timeout", "error"),
        "for": DURATION,
        "image": TEXT,
        "to": leaf("a percentage such as 92%", _percent),
        "bytes": BYTES,
        "error": _REGISTRY_ERROR,
        "bandwidth": RATE,
        "memory": BYTES,
        "downFor": DURATION,
        "container": ANYTHING,
        "keys": _KEYS,
        "condition": TEXT,
        "status": leaf('"True", "False" or "Unknown"', _status),
        "hard": BOOL,
        **{name: _verb_shape(verb) for name, verb in VERBS.items()},
    },
)
_OPTIONS = frozenset(option for verb in VERBS.values() for option in verb.options)


def verb_of(action: Fields) -> str:
    """The action's verb; empty when it has none."""
    return next((name for name in action if name in VERBS), "")


def findings(action: Fields, path: Path) -> Iterator[Finding]:
    """What the form alone cannot say."""
    yield from _moment_findings(action, path)
    named = [name for name in action if name in VERBS]
    if len(named) != 1:
        known = ", ".join(VERBS)
        what = "an action needs a verb" if not named else f"an action has one verb, not {len(named)}: {', '.join(named)}"
        yield Finding((*path, named[1]) if named else path, what, f"one of {known}" if not named else "make it several actions", at_key=bool(named))
        return
    verb = VERBS[named[0]]
    for option in action:
        if option in _OPTIONS and option not in verb.options and option not in named:
            allowed = ", ".join(verb.options) or "none"
            yield Finding((*path, option), f"{option} is no option of {named[0]}", f"its options: {allowed}", at_key=True)
    for option in verb.required:
        if option not in action:
            yield Finding((*path, option), "Required value")
    if verb.one_of and not any(option in action for option in verb.one_of):
        yield Finding(path, f"{named[0]} needs {' or '.join(verb.one_of)}")


def _moment_findings(action: Fields, path: Path) -> Iterator[Finding]:
    if ("at" in action) == ("after" in action):
        yield Finding(path, "an action needs one moment: at (a time) or after (an instant of the trace)", "for example at: 60s, or after: ready:web/app")
    if "plus" in action and "after" not in action:
        yield Finding((*path, "plus"), "plus goes with after", at_key=True)
    if "after" in action and not is_moment(action["after"]):
        listed = ", ".join(f"{name}:" for name in MOMENTS)
        hint = f"write it like ready:web/app or phase:web:Running; known: {listed}"
        yield Finding((*path, "after"), f'"{action["after"]}" is no instant of the trace', hint)


def is_moment(text: str) -> bool:
    """Whether an `after` has one of the contract's forms."""
    instant = parse_instant(text)
    if instant.kind not in MOMENTS or not instant.pod:
        return False
    if (instant.kind in _WITH_VALUE and not instant.value) or (instant.kind == "restart_count" and not instant.value.isdigit()):
        return False
    return bool(instant.container) or instant.kind in ("phase", "condition", "event")


def registry_error(error: Fields) -> RegistryError:
    """The value of `error: {reason: NotFound, until: 90s}`."""
    return RegistryError(reason=RegistryReason(error.get("reason", RegistryReason.UNAVAILABLE)), until_ms=error.get("until"))


_RENAMED = {"type": "probe", "for": "for_ms", "to": "to_percent", "memory": "memory_bytes", "downFor": "downFor_ms", "bandwidth": "bandwidth_bytes_per_second"}


def options_of(action: Fields, verb: str) -> dict[str, object]:
    """The verb's options under the names that `scenario.Action` promises."""
    made: dict[str, object] = {}
    for option in VERBS[verb].options:
        if option in action and option not in ("container", "keys"):
            value = action[option]
            made[_RENAMED.get(option, option)] = registry_error(value) if option == "error" else value
    return made
