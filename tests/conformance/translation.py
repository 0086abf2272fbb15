"""How does a case become documents that anybody could have pasted? Pods, a KubeletConfiguration and a Scenario, as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from tests.conformance.actions import Moment, verbs_of
from tests.conformance.behaviors import leaves_words, script, seconds, translated
from tests.conformance.case import Case, Fields
from tests.conformance.registry import QUICK, images_of

CAPACITY_KEYS = ("cpu", "memory", "pods", "ephemeral-storage")
INSTANT_RUNTIME = {"sandboxCreate": "0s", "containerCreate": "0s", "containerStart": "0s", "sandboxStop": "0s", "unpack": QUICK}
GROUPS = ("initContainers", "containers", "ephemeralContainers")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Under which circumstances a case runs. Without a seed: jitter off and a runtime that takes no time."""

    minor: int
    seed: int | None = None

    @property
    def jitter(self) -> bool:
        """Is anything drawn?"""
        return self.seed is not None

    def __str__(self) -> str:
        return f"1.{self.minor}, {'no jitter' if self.seed is None else f'seed {self.seed}'}"


def documents(case: Case, setting: Setting, moments: Sequence[Moment]) -> str:
    """The whole input of one run. Actions whose moment has still to be looked up are left out."""
    made = [_pod(pod) for pod in case.pods]
    kubelet = _kubelet(case)
    if kubelet:
        made.append(kubelet)
    made.append(_scenario(case, setting, moments))
    return yaml.safe_dump_all(made, sort_keys=False, width=1000)


def _pod(pod: Fields) -> dict[str, Any]:
    spec = dict(pod["spec"])
    for group in GROUPS:
        if group in spec:
            spec[group] = [_container(container) for container in spec[group]]
    return {"apiVersion": "v1", "kind": "Pod", "metadata": pod["metadata"], "spec": spec}


def _container(container: Fields) -> dict[str, Any]:
    behavior = container.get("behavior") or {}
    plain = {key: value for key, value in container.items() if key != "behavior"}
    return {**plain, "command": script(behavior)} if leaves_words(behavior) else plain


def _kubelet(case: Case) -> dict[str, Any] | None:
    settings = {key: value for key, value in (case.fields.get("node") or {}).items() if key not in CAPACITY_KEYS}
    if case.gates:
        settings["featureGates"] = {**settings.get("featureGates", {}), **case.gates}
    if not settings:
        return None
    return {"apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration", **settings}


def _scenario(case: Case, setting: Setting, moments: Sequence[Moment]) -> dict[str, Any]:
    images = images_of(case)
    node: dict[str, Any] = {"images": images.on_node, "runtime": {"unpack": QUICK}}
    if not setting.jitter:
        node["runtime"] = INSTANT_RUNTIME
    node["link"] = {"latency": images.latency, "bandwidth": QUICK}
    capacity = {key: str(value) for key, value in (case.fields.get("node") or {}).items() if key in CAPACITY_KEYS}
    if capacity:
        node["capacity"] = capacity
    named = [pod["spec"]["nodeName"] for pod in case.pods if pod["spec"].get("nodeName")]
    if named:
        node["name"] = named[0]
    return {
        "apiVersion": "nodeviz.dev/v1alpha1",
        "kind": "Scenario",
        "metadata": {"name": case.title},
        "spec": {
            "kubernetes": f"1.{setting.minor}",
            "seed": setting.seed or 1,
            "jitter": setting.jitter,
            "until": seconds(case.horizon_s),
            "node": node,
            "registry": {"images": images.in_registry},
            "behaviors": _behaviors(case),
            "actions": _actions(case, moments),
        },
    }


def _behaviors(case: Case) -> dict[str, Mapping[str, Any]]:
    found = {
        f"{pod['metadata']['name']}/{container['name']}": translated(container, case.horizon_s)
        for pod in case.pods
        for group in GROUPS
        for container in pod["spec"].get(group) or []
    }
    for action in case.actions:
        if action.get("do") == "add_ephemeral":
            pod = action.get("pod") or case.pod_names[0]
            found[f"{pod}/{action['container']['name']}"] = translated(action["container"], case.horizon_s)
    return {address: behavior for address, behavior in found.items() if behavior}


def _actions(case: Case, moments: Sequence[Moment]) -> list[dict[str, Any]]:
    made = [{**moment.fields(), **verb} for index, moment in enumerate(moments) if not moment.look_up for verb in verbs_of(case, index)]
    return made + _probe_actions(case)


def _probe_actions(case: Case) -> list[dict[str, Any]]:
    """`..._fails_after_sigterm`: from the stop signal on the probe fails."""
    return [
        {"after": f"sigterm:{address}", "probe": address, "type": probe, "result": "failure"}
        for pod in case.pods
        for group in GROUPS
        for container in pod["spec"].get(group) or []
        for probe in ("readiness", "liveness")
        if (container.get("behavior") or {}).get(f"{probe}_fails_after_sigterm")
        for address in [f"{pod['metadata']['name']}/{container['name']}"]
    ]
