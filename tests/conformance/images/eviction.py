"""Drives `eviction`, `eviction-rank` and `eviction-config`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.api_status import PodStatus
from simulator.engine.agenda import Agenda
from simulator.engine.recorder import Recorder
from simulator.engine.streams import Streams
from simulator.engine.tasks import Steps, Task
from simulator.kubelet.admission import refused_under_pressure
from simulator.kubelet.events import EventRecorder
from simulator.kubelet.eviction import EvictionConfig, EvictionError, EvictionManager, evicted
from simulator.kubelet.eviction_ranking import LOGS, ROOT, VOLUMES, Candidate, Message, Usage, message, rank
from simulator.kubelet.eviction_thresholds import (
    Amount,
    Observation,
    Threshold,
    are_new,
    by_priority,
    conditions_since,
    met,
    parse_amount,
    parse_thresholds,
)
from simulator.kubelet.local_storage import over_limit
from simulator.pod import Container, ContainerType, Pod, Resources, Volume
from simulator.versions import Version
from tests.conformance.case import BadCase, Case, Fields
from tests.conformance.images.steps import Seen, amount, ms

TYPES = {"init": ContainerType.INIT, "sidecar": ContainerType.SIDECAR, "regular": ContainerType.MAIN, "ephemeral": ContainerType.EPHEMERAL}
EMPTY = Resources()


def _resources(fields: Fields) -> Resources:
    def values(name: str) -> dict[str, int]:
        found = fields.get(name) or {}
        return {key: int(str(value)[:-1]) if key == "cpu" else amount(value) for key, value in found.items()}

    return Resources(requests=values("requests"), limits=values("limits"))


def _usage(fields: Fields | None) -> Usage | None:
    if fields is None:
        return None
    volumes, volume_inodes = fields.get("volumes") or {}, fields.get("volume_inodes") or {}
    return Usage(
        memory_bytes=amount(fields["memory"]) if "memory" in fields else None,
        disk_bytes={
            ROOT: amount(fields.get("rootfs", 0)),
            LOGS: amount(fields.get("logs", 0)),
            VOLUMES: sum(amount(value) for value in volumes.values()),
        },
        inodes={
            ROOT: amount(fields.get("rootfs_inodes", 0)),
            LOGS: amount(fields.get("logs_inodes", 0)),
            VOLUMES: sum(amount(value) for value in volume_inodes.values()),
        },
        processes=fields.get("processes"),
    )


def candidate_of(fields: Fields, order: int) -> Candidate:
    """A pod of a case; without a list of containers it has one of its own name."""
    name = fields["name"]
    listed = fields.get("containers") or [{"name": name, "type": "regular", **{k: fields[k] for k in ("requests", "limits", "usage") if k in fields}}]
    made = [Container(name=c["name"], image="x", container_type=TYPES[c.get("type", "regular")], resources=_resources(c)) for c in listed]
    volumes = tuple(
        Volume(name=v["name"], kind="emptyDir", size_limit_bytes=amount(v["emptyDir"]["sizeLimit"]) if (v.get("emptyDir") or {}).get("sizeLimit") else None)
        for v in fields.get("volumes") or []
    )
    pod = Pod(
        name=name,
        uid=name,
        namespace=fields.get("namespace", "default"),
        priority=fields.get("priority", 0),
        containers=tuple(c for c in made if c.container_type is ContainerType.MAIN),
        init_containers=tuple(c for c in made if c.container_type in (ContainerType.INIT, ContainerType.SIDECAR)),
        ephemeral_containers=tuple(c for c in made if c.container_type is ContainerType.EPHEMERAL),
        volumes=volumes,
    )
    containers = {c["name"]: use for c in listed if (use := _usage(c.get("usage"))) is not None}
    return Candidate(pod=pod, created_ms=order, is_static=fields.get("source", "api") != "api", usage=_usage(fields.get("usage")), containers=containers)


def _threshold(fields: Fields) -> Threshold:
    return Threshold(
        signal=fields["signal"],
        value=parse_amount(str(fields["value"])),
        grace_ms=ms(fields.get("grace", "0s")),
        min_reclaim=parse_amount(str(fields["min_reclaim"])) if "min_reclaim" in fields else Amount(),
    )


class Eviction:
    """The real manager over pods and statistics that the case says."""

    def __init__(self, case: Case, minor: int) -> None:
        self.case = case
        node = self.node = case.fields.get("node") or {}
        self.minor = minor
        self.agenda = Agenda()
        recorder, streams = Recorder(self.agenda), Streams(1, jitter=False)
        self.candidates = [candidate_of(pod, order) for order, pod in enumerate(case.fields.get("pods") or [])]
        self.fields = {pod["name"]: pod for pod in case.fields.get("pods") or []}
        config = EvictionConfig(
            thresholds=tuple(_threshold(each) for each in node.get("thresholds") or []),
            max_pod_grace_period_seconds=node.get("evictionMaxPodGracePeriod", 0),
            pressure_transition_period_ms=ms(node.get("evictionPressureTransitionPeriod", "5m")),
            layout=node.get("filesystems", "single"),
            separate_disk_gc=(case.fields.get("kubernetes", {}).get("gates") or {}).get("KubeletSeparateDiskGC", True),
        )
        events = EventRecorder(self.agenda, streams, recorder, Version(minor=minor, gates={}))
        self.manager = EvictionManager(self.agenda, streams, recorder, events, config, "node", 0)
        self.manager.observe = lambda: self.seen
        self.manager.candidates = lambda: self.candidates
        self.manager.reclaims = {name: lambda name=name: self._reclaimed(name) for name in ("containers", "images")}  # type: ignore[misc]
        self.manager.evict = self._evict
        self.manager.over_limit = self._over_limit
        self.seen: Mapping[str, Observation] = {}
        self.after: Fields | None = None
        self.reclaims: list[str] = []
        self.evictions: list[tuple[Candidate, int, Message, bool]] = []

    def _observations(self, fields: Fields) -> dict[str, Observation]:
        found = {}
        for signal, value in fields.items():
            what = signal.partition(".")[2]
            if signal == "pid.running":
                continue
            if signal == "pid.max":
                found["pid.available"] = Observation(available=value - fields["pid.running"], capacity=value, at_ms=self.agenda.now_ms)
                continue
            capacity = amount(self.node.get("inodes_total", "4Mi")) if what == "inodesFree" else 2 * amount(value)
            found[signal] = Observation(available=amount(value), capacity=capacity, at_ms=self.agenda.now_ms)
        # What a case does not say of containerfs is what its disk has; it writes nodefs or imagefs for both where they are one.
        return found

    def _reclaimed(self, name: str) -> Steps:
        self.reclaims.append(name)
        if self.after is not None:
            self.seen = self._observations(self.after)
        yield 0

    def _evict(self, candidate: Candidate, grace_s: int, why: Message, pressed: bool) -> None:
        self.evictions.append((candidate, grace_s, why, pressed))

    def _over_limit(self, candidate: Candidate) -> str | None:
        if not self.node.get("localStorageCapacityIsolation", False):
            return None
        fields = self.fields[candidate.pod.name].get("usage") or {}
        volumes = {name: amount(value) for name, value in (fields.get("volumes") or {}).items()}
        use = candidate.usage or Usage()
        return over_limit(candidate.pod, volumes, {c.name: use.disk_bytes.get(ROOT, 0) + use.disk_bytes.get(LOGS, 0) for c in candidate.pod.containers[:1]})

    def do(self, action: Fields) -> Seen:
        if action["do"] == "eviction-message":
            return {"annotations": dict(message(self.candidates[0], action["resource"], None).annotations)}
        if action["do"] == "admit":
            return {"admit": self._admit(frozenset(action["conditions"]))}
        if action["do"] != "eviction-sync":
            raise BadCase(f"no action {action['do']}")
        self.agenda.now_ms = max(self.agenda.now_ms, ms(action["at"]))
        self.seen, self.after = self._observations(action["observe"]), action.get("observe_after_reclaim")
        self.reclaims, self.evictions, error = [], [], None

        def guarded() -> Steps:
            nonlocal error
            try:
                yield from self.manager.synchronize()
            except EvictionError as failed:
                error = str(failed)

        task = Task(self.agenda, guarded())
        while not task.done.is_open:
            self.agenda.step()
        state: dict[str, Any] = {
            "conditions": sorted(self.manager.conditions),
            "evicted": [candidate.pod.name for candidate, *_ in self.evictions],
            "evicted_count": len(self.evictions),
            "grace_seconds": self.evictions[-1][1] if self.evictions else None,
            "reclaim": {"container": "containers" in self.reclaims, "image": "images" in self.reclaims},
            "admit": self._admit(self.manager.conditions),
            "error": error,
        }
        if self.evictions:
            _, _, why, pressed = self.evictions[-1]
            status = evicted(PodStatus(), why.text, node_pressure=pressed)
            condition = next(iter(status.conditions), None)
            state["pod_status"] = {"phase": str(status.phase), "reason": status.reason, "message": status.message}
            if condition is not None:
                state["pod_status"]["condition"] = {"type": condition.type, "status": condition.status, "reason": condition.reason}
        return state

    def _admit(self, conditions: frozenset[str]) -> dict[str, bool]:
        """By the quality of service, and of any pod."""
        one = {"cpu": 100, "memory": 1 << 20}
        resources = {"guaranteed": Resources(requests=one, limits=one), "burstable": Resources(requests=one), "best-effort": EMPTY}
        answers = {}
        for name, each in resources.items():
            pod = Pod(name=name, uid=name, containers=(Container(name="c", image="x", container_type=ContainerType.MAIN, resources=each),))
            answers[name] = refused_under_pressure(pod, conditions, is_critical=False) is None
        return {**answers, "any": answers["guaranteed"]}


class Rank:
    """The ranking alone."""

    def __init__(self, case: Case, minor: int) -> None:
        self.candidates = [candidate_of(pod, order) for order, pod in enumerate(case.fields["pods"])]
        self.node = case.fields["node"]

    def do(self, action: Fields) -> Seen:
        keys = self.node.get("rank_by") or ()
        found = rank(self.candidates, self.node["measure"], keys=tuple(keys))
        return {"order": [each.pod.name for each in found]}


class Thresholds:
    """The rules of thresholds, one at a time."""

    def __init__(self, case: Case, minor: int) -> None:
        self.thresholds = tuple(_threshold(each) for each in (case.fields.get("node") or {}).get("thresholds") or [])

    def do(self, action: Fields) -> Seen:
        match action["do"]:
            case "thresholds-met":
                capacity = action.get("capacity") or {}
                seen = {name: Observation(available=amount(v), capacity=amount(capacity.get(name, v))) for name, v in action["observe"].items()}
                return {"met": [each.signal for each in met(self.thresholds, seen, with_reclaim=action["enforce_min_reclaim"])]}
            case "thresholds-updated":
                now, last = (
                    {} if action[key] is None else {each.signal: Observation(available=0, capacity=0, at_ms=ms(action[key])) for each in self.thresholds}
                    for key in ("observed_at", "last_observed_at")
                )
                return {"acts": bool(are_new(self.thresholds, now, last))}
            case "conditions-since":
                last_observed = {name: ms(at) for name, at in action["last_observed"].items()}
                return {"conditions": conditions_since(last_observed, ms(action["transition_period"]), ms(action["at"]))}
            case "sort-thresholds":
                return {"order": [each.signal for each in by_priority(Threshold(signal=s, value=Amount()) for s in action["signals"])]}
            case "parse-eviction-config":
                return self._parsed(action["config"])
            case other:
                raise BadCase(f"no action {other}")

    def _parsed(self, config: Fields) -> Seen:
        try:
            grace_ms = {name: ms(text) for name, text in (config.get("evictionSoftGracePeriod") or {}).items()}
            found = parse_thresholds(
                config.get("evictionHard") or {},
                config.get("evictionSoft") or {},
                grace_ms,
                config.get("evictionMinimumReclaim") or {},
                enforce_pods="pods" in (config.get("enforceNodeAllocatable") or ()),
            )
        except ValueError as error:
            return {"error": str(error), "thresholds": []}
        return {"error": None, "thresholds": [_shown(each) for each in found]}


def _shown(threshold: Threshold) -> Fields:
    return {
        "signal": threshold.signal,
        "value": _text(threshold.value),
        "grace": f"{threshold.grace_ms // 1000}s",
        "min_reclaim": _text(threshold.min_reclaim),
    }


def _text(value: Amount) -> str:
    if value.percent is not None:
        return f"{value.percent.normalize():f}%"
    return f"{value.value >> 20}Mi" if value.value and value.value % (1 << 20) == 0 else str(value.value)
