"""How much does a pod ask for, and who is killed first when memory runs out? Specification, section 18."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.feature_gates import enabled
from simulator.pod import Container, Pod, Resources
from simulator.pod_resources import effective_limits, effective_requests, oom_score_adj, qos_class
from simulator.units import quantity_bytes, quantity_millicores
from tests.conformance.case import BadCase, Fields
from tests.conformance.tables.rows import differences, init_container, known, main_container, pod_of

REQUEST_KEYS = ("inits", "mains", "expect", "overhead", "pod_level", "expect_limits")
QOS_KEYS = (
    "inits", "mains", "expect", "overhead", "pod_level", "pod_level_limits", "node_memory", "priority", "policy", "container",
)  # fmt: skip
DEFAULT_NODE_MEMORY = "8Gi"
_LIMIT_WORDS = ("limit_", "limits_")
_OOM_WORDS = ("oom_score_adj", "oom_score", "oom", "oom_adj")


def check_effective_requests(row: Fields, minor: int) -> str | None:
    """One row; quantities are compared as numbers."""
    known(row, *REQUEST_KEYS)
    pod = _pod(row, minor)
    seen = effective_requests(pod)
    return differences({name: seen.get(name, 0) for name in row["expect"]}, _amounts(row["expect"])) or _wrong_limits(row, pod)


def _wrong_limits(row: Fields, pod: Pod) -> str | None:
    if "expect_limits" not in row:
        return None
    seen = effective_limits(pod)
    return differences({name: seen.get(name, 0) for name in row["expect_limits"]}, _amounts(row["expect_limits"]))


def check_qos_oom(row: Fields, minor: int) -> str | None:
    """One row: the QoS class, and the OOM scores of one container, of all in order, or by name."""
    known(row, *QOS_KEYS)
    pod = _pod(row, minor)
    pod_level = enabled(minor)["PodLevelResources"]
    memory = quantity_bytes(row.get("node_memory", DEFAULT_NODE_MEMORY))
    scores = {c.name: oom_score_adj(pod, c, memory, pod_level=pod_level) for c in pod.all_containers()}
    seen: dict[str, object] = dict.fromkeys(("qos", "qos_class", "qosClass"), qos_class(pod, pod_level=pod_level))
    expected = row["expect"] if isinstance(row["expect"], Mapping) else {"qos": row["expect"]}
    for word in _OOM_WORDS:
        if word in expected:
            seen[word] = _scores_like(expected[word], scores, pod)
    return differences(seen, expected)


def _scores_like(wanted: object, scores: Mapping[str, int], pod: Pod) -> object:
    """The scores in the form in which the row has them. A number alone is about the only main, or the first."""
    if isinstance(wanted, Mapping):
        names = {name: _named(str(name), pod) for name in wanted}
        return {name: scores[container] for name, container in names.items()}
    if isinstance(wanted, list):
        mains = [c.name for c in pod.containers]
        return [scores[name] for name in (mains if len(wanted) == len(mains) else scores)]
    return scores[pod.containers[0].name]


def _named(name: str, pod: Pod) -> str:
    """A container's name, or `main` and `sidecar` for the only one of its type."""
    if pod.container(name):
        return name
    alike = {"main": pod.containers, "sidecar": pod.sidecars, "init": pod.init_containers}.get(name)
    if not alike:
        raise BadCase(f'the row has no container "{name}"')
    return alike[0].name


def _pod(row: Fields, minor: int) -> Pod:
    inits = [_container(c, init_container, f"i{n}" + ("*" if c.get("sidecar") else "")) for n, c in enumerate(row.get("inits") or (), 1)]
    mains = [_container(c, main_container, f"m{n}") for n, c in enumerate(row.get("mains") or (), 1)]
    level, limits = row.get("pod_level") or {}, row.get("pod_level_limits") or {}
    has_level = enabled(minor)["PodLevelResources"] and (level or limits)
    pod_resources = _resources({**level, "limits": limits} if limits else level) if has_level else None
    return pod_of(
        row.get("policy", "Always"), inits, mains, overhead=_amounts(row.get("overhead") or {}), resources=pod_resources, priority=row.get("priority", 0)
    )


def _container(fields: Fields, make: Any, name: str) -> Container:
    mark = "*" if name.endswith("*") else ""
    asked = {key: value for key, value in fields.items() if key not in ("name", "sidecar")}
    made: Container = make(f"{fields['name']}{mark}" if "name" in fields else name, resources=_resources(asked))
    return made


def _resources(fields: Fields) -> Resources:
    """`cpu: 100m` is a request; `requests` and `limits` are maps; a limit without a request is one, too, as the API defaults it."""
    requests: dict[str, Any] = dict(fields.get("requests") or {})
    limits: dict[str, Any] = dict(fields.get("limits") or {})
    for key, value in fields.items():
        if key in ("requests", "limits"):
            continue
        word = next((prefix for prefix in _LIMIT_WORDS if key.startswith(prefix)), None)
        if word:
            limits[key.removeprefix(word)] = value
        elif key.endswith("_limit"):
            limits[key.removesuffix("_limit")] = value
        else:
            requests[key.removesuffix("_request")] = value
    return Resources(requests=_amounts({**limits, **requests}), limits=_amounts(limits))


def _amounts(quantities: Mapping[str, Any]) -> dict[str, int]:
    return {name: quantity_millicores(value) if name == "cpu" else quantity_bytes(value) for name, value in quantities.items()}
