"""How is an action of the vocabulary written in a scenario, and when does it happen?

Most instants have a word in the contract (`after:`). The others (`all_running`, `kubelet_up`, `pull_begin`, ...) are looked up in a trial run of the same
scenario with the actions known so far: it is deterministic, so the instant is the same in the run that counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from tests.conformance.behaviors import seconds
from tests.conformance.case import BadCase, Case, Fields, container_specs

MOMENT_KEYS = frozenset({"after", "plus_s", "at_s", "do", "pod"})
_SUFFIX = re.compile(r"^(?P<base>.+?)\+(?P<seconds>[0-9]+(?:\.[0-9]+)?)s$")
_OF_CONTAINERS = ("start", "running", "started", "ready", "exit", "sigterm", "prestop_begin", "poststart_begin")
AFTERWARDS_S = 0.001
"""An action that waits for an instant looked up in a trial run happens this much later: after every record of that instant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When an action happens: at a time, or after an instant of the contract, or after an instant of the vocabulary that has to be looked up."""

    at_s: float | None = None
    after: str = ""
    look_up: str = ""
    plus_s: float = 0.0

    def later(self, seconds_later: float) -> Moment:
        """The same, so much later."""
        return Moment(at_s=self.at_s, after=self.after, look_up=self.look_up, plus_s=self.plus_s + seconds_later)

    def fields(self) -> dict[str, str]:
        """As the scenario writes it; not for one that has to be looked up."""
        if self.at_s is not None:
            return {"at": seconds(self.at_s + self.plus_s)}
        return {"after": self.after, **({"plus": seconds(self.plus_s)} if self.plus_s else {})}


def moment_of(case: Case, index: int) -> Moment:
    """When the i-th action happens."""
    action = case.actions[index]
    if "at_s" in action:
        return Moment(at_s=float(action["at_s"]), plus_s=float(action.get("plus_s", 0)))
    if "after" not in action:
        raise BadCase(f"action {index} has no moment: at_s or after")
    return _instant(case, str(action["after"]), action).later(float(action.get("plus_s", 0)))


def _instant(case: Case, text: str, action: Fields) -> Moment:
    suffix = _SUFFIX.match(text)
    if suffix:
        return _instant(case, suffix["base"], action).later(float(suffix["seconds"]))
    kind, _, rest = text.partition(":")
    pod = str(action.get("pod") or case.pod_names[0])
    if kind == "action":
        return moment_of(case, int(rest))
    if kind == "delete":
        return moment_of(case, next(i for i, a in enumerate(case.actions) if a["do"] in ("delete", "force_delete")))
    if kind == "created":
        return Moment(at_s=0.0)
    if kind == "at_s":
        return Moment(at_s=float(rest))
    if kind == "pod_ready":
        return Moment(after=f"condition:{pod}:Ready=True")
    if kind in ("phase", "condition") and len(case.pods) == 1:
        return Moment(after=f"{kind}:{pod}:{rest}")
    if kind in _OF_CONTAINERS and "last" not in rest:
        return Moment(after=f"{kind}:{_address(case, rest)}")
    if kind == "up" and "last" not in rest:
        return Moment(after=f"start:{_address(case, rest)}", plus_s=_start_delay_s(case, rest))
    if kind == "restart_count":
        name, _, count = rest.rpartition(":")
        return Moment(after=f"restart_count:{_address(case, name)}:{count}")
    if kind == "event" and ":" in rest:
        reason, _, name = rest.partition(":")
        return Moment(after=f"event:{_address(case, name)}:{reason}")
    return Moment(look_up=text, plus_s=AFTERWARDS_S)


def _address(case: Case, container: str) -> str:
    """`pod/container`, with `#n` kept."""
    if "/" in container:
        return container
    name = container.partition("#")[0]
    pod = next((p for p in case.pods if any(c["name"] == name for c in container_specs(p))), case.pods[0])
    return f"{pod['metadata']['name']}/{container}"


def _start_delay_s(case: Case, container: str) -> float:
    name = container.partition("#")[0].rpartition("/")[2]
    specs = [c for pod in case.pods for c in container_specs(pod) if c["name"] == name]
    return float((specs[0].get("behavior") or {}).get("start_delay_s", 0)) if specs else 0.0


def verbs_of(case: Case, index: int) -> list[dict[str, Any]]:
    """What the i-th action does, as the scenario writes it; several for an action on several pods."""
    action = case.actions[index]
    do = action["do"]
    if do not in _VERBS:
        raise BadCase(f'action {index}: there is no action "{do}"')
    known, make = _VERBS[do]
    unknown = sorted(set(action) - MOMENT_KEYS - set(known))
    if unknown:
        raise BadCase(f"action {index} ({do}) has unknown keys: {', '.join(unknown)}")
    pods = [str(action["pod"])] if "pod" in action else list(case.pod_names)
    made = make(case, action, pods)
    return made if isinstance(made, list) else [made]


def _delete(case: Case, action: Fields, pods: list[str]) -> list[dict[str, Any]]:
    grace = {"gracePeriodSeconds": action["grace_s"]} if "grace_s" in action else {}
    return [{"delete": pod, **grace} for pod in pods]


def _add_ephemeral(case: Case, action: Fields, pods: list[str]) -> dict[str, Any]:
    return {"addEphemeral": pods[0], "container": {key: value for key, value in action["container"].items() if key != "behavior"}}


def _set_condition(case: Case, action: Fields, pods: list[str]) -> list[dict[str, Any]]:
    kind = {"condition": action.get("type") or action["condition"]} if "type" in action or "condition" in action else {}
    return [{"setCondition": pod, **kind, "status": str(action.get("status", "True"))} for pod in pods]


_VERBS: dict[str, Any] = {
    "delete": (("grace_s",), _delete),
    "force_delete": ((), lambda case, action, pods: [{"delete": pod, "force": True} for pod in pods]),
    "update_image": (
        ("container", "image"),
        lambda case, action, pods: {"setImage": _address(case, action["container"]), "image": action["image"]},
    ),
    "kubelet_stop": ((), lambda case, action, pods: {"stopKubelet": "node"}),
    "kubelet_start": ((), lambda case, action, pods: {"startKubelet": "node"}),
    "kubelet_restart": (("down_s",), lambda case, action, pods: {"restartKubelet": "node", **_down(action)}),
    "node_reboot": (("down_s",), lambda case, action, pods: {"rebootNode": "node", **_down(action)}),
    "remove_dead_init_records": ((), lambda case, action, pods: [{"forgetContainers": pod} for pod in pods]),
    "kill_process": (
        ("container", "exit_code"),
        lambda case, action, pods: {"exit": _address(case, action["container"]), "exitCode": action.get("exit_code", 0)},
    ),
    "add_ephemeral": (("container",), _add_ephemeral),
    "create_object": (("kind", "name"), lambda case, action, pods: {"createObject": f"{action['kind']}/{action['name']}"}),
    "set_condition": (("type", "condition", "status"), _set_condition),
    "evict_hard": ((), lambda case, action, pods: [{"evict": pod, "hard": True} for pod in pods]),
    "node_shutdown": ((), lambda case, action, pods: {"shutdownNode": "node"}),
}


def _down(action: Fields) -> dict[str, str]:
    return {"downFor": seconds(action["down_s"])} if "down_s" in action else {}
