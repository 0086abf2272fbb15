"""Drives `image-gc`, `container-gc`, `sandbox-gc` and `log-gc`."""

from __future__ import annotations

from collections import Counter
from typing import Any

from simulator.engine.agenda import Agenda
from simulator.engine.recorder import Recorder
from simulator.engine.streams import Streams
from simulator.engine.tasks import Steps, Task
from simulator.kubelet.events import EventRecorder
from simulator.kubelet.image_gc_manager import GCImage, ImageGCError, ImageGCManager, ImageStats
from simulator.kubelet.image_gc_policy import ImageGCPolicy, ImageRecord, bytes_to_free, usage_percent
from simulator.kubelet.kuberuntime_gc import (
    DeadContainer,
    GCPolicy,
    GCSandbox,
    containers_to_remove,
    log_directories_to_remove,
    older_dead_instances,
    sandboxes_to_remove,
)
from simulator.versions import Version
from tests.conformance.case import BadCase, Case, Fields
from tests.conformance.images.steps import Seen, ms


class ImageGC:
    """The real manager over a list of images that the case says."""

    def __init__(self, case: Case, minor: int) -> None:
        node = case.fields.get("node") or {}
        kubelet = node.get("kubelet") or {}
        self.agenda = Agenda()
        self.recorder = Recorder(self.agenda)
        self.streams = Streams(1, jitter=False)
        self.version = Version(minor=minor, gates={})
        self.policy = ImageGCPolicy(
            high_threshold_percent=kubelet["imageGCHighThresholdPercent"],
            low_threshold_percent=kubelet["imageGCLowThresholdPercent"],
            minimum_age_ms=ms(kubelet["imageMinimumGCAge"]),
            maximum_age_ms=ms(kubelet["imageMaximumGCAge"]),
        )
        self.disk: Fields = (node.get("disks") or {}).get("imagefs") or {"capacity_bytes": 0, "available_bytes": 0}
        self.freed_bytes = 0
        self.images: dict[str, Fields] = {self._key(image): image for image in case.fields.get("images") or []}
        self.containers = list(case.fields.get("containers") or [])
        self.removed: list[dict[str, Any]] = []
        self.stats_error = False
        self.error: str | None = None
        self.counts: Counter[str] = Counter()
        self.is_started = False
        self.gc = self._manager(ms(node.get("gc_began_at", "0s")))
        self.gc.records = {
            name: ImageRecord(
                first_detected_ms=ms(image.get("first_detected", "0s")),
                last_used_ms=ms(image["last_used"]) if image.get("last_used", "never") != "never" else None,
                size_bytes=image["size_bytes"],
                pinned=bool(image.get("pinned")),
            )
            for name, image in self.images.items()
            if "first_detected" in image or "last_used" in image
        }

    def _key(self, image: Fields) -> str:
        handler = image.get("runtime_handler")
        return f"{image['id']},{handler}" if handler else str(image["id"])

    def _manager(self, began_ms: int) -> ImageGCManager:
        events = EventRecorder(self.agenda, self.streams, self.recorder, self.version)
        gc = ImageGCManager(self.agenda, self.streams, self.recorder, events, self.policy, "node", began_ms)
        gc.list_images = lambda: [GCImage(id=name, size_bytes=i["size_bytes"], pinned=bool(i.get("pinned"))) for name, i in self.images.items()]
        gc.list_in_use = self._in_use
        gc.stats = self._stats
        gc.first_below = lambda available_bytes: self.agenda.now_ms if self._stats().available_bytes < available_bytes else None
        gc.remove_image = self._remove
        return gc

    def _in_use(self) -> set[str]:
        used = set()
        for container in self.containers:
            handler = container.get("image_runtime_handler")
            used.add(f"{container['image_id']},{handler}" if handler else container["image_id"])
            used |= set(container.get("image_volume_ids") or [])
        return used

    def _stats(self) -> ImageStats:
        if self.stats_error:
            raise ImageGCError("no statistics")
        return ImageStats(capacity_bytes=self.disk["capacity_bytes"], available_bytes=self.disk["available_bytes"] + self.freed_bytes)

    def _remove(self, name: str, passed: str) -> None:
        image = self.images.pop(name)
        self.removed.append({"id": image["id"], "at_ms": self.agenda.now_ms, "reason": passed, "size_bytes": image["size_bytes"]})

    def do(self, action: Fields) -> Seen:
        at_ms = ms(action["at"])
        self.agenda.now_ms = max(self.agenda.now_ms, at_ms)
        self.removed, self.error, freed_bytes = [], None, None
        stats = self._stats()
        known: dict[str, Any] = {}
        if stats.capacity_bytes:
            known["usage_percent"] = usage_percent(stats.capacity_bytes, stats.available_bytes)
            known["amount_to_free_bytes"] = bytes_to_free(stats.capacity_bytes, stats.available_bytes, self.policy)
        self.stats_error = "stats_error" in action
        match action["do"]:
            case "detect":
                self.gc.detect()
            case "set-images":
                self.images = {self._key(image): image for image in action["images"]}
            case "set-containers":
                self.containers = list(action["containers"])
            case "image-gc":
                self._wait(self.gc.garbage_collect())
                freed_bytes = sum(each["size_bytes"] for each in self.removed)
            case "free-old":
                self._wait(self.gc.free_old(self.gc.detect(), self.agenda.now_ms))
            case "free-space":
                freed_bytes = self._wait(self.gc.free_space(action["bytes"], self.gc.detect(), self.agenda.now_ms))
            case "delete-unused":
                freed_bytes = self._wait(self.gc.delete_unused_images())
            case "kubelet-restart":
                self.gc.stopped = True
                self.gc, self.is_started = self._manager(self.agenda.now_ms), False
            case "run-until":
                self._run_until(ms(action["until"]))
            case other:
                raise BadCase(f"no action {other}")
        self.stats_error = False
        events = Counter(str(record["reason"]) for record in self.recorder.take() if record["layer"] == "event")
        self.counts += events
        return {
            **known,
            "removed": list(self.removed),
            "bytes_freed": freed_bytes or 0,
            "remaining": [image["id"] for image in self.images.values()],
            "records": {
                name: {
                    "first_detected": record.first_detected_ms,
                    "last_used": record.last_used_ms,
                    "runtime_handler": self.images.get(name, {}).get("runtime_handler", ""),
                }
                for name, record in self.gc.records.items()
            },
            "record_count": len(self.gc.records),
            "error": self.error,
            "events": sorted(events.elements()),
            "event_counts": dict(self.counts),
            "sweeps": self.gc.sweeps,
        }

    def _wait(self, steps: Steps) -> Any:
        """Run a generator of the manager to its end, and keep its error."""

        def guarded() -> Steps:
            try:
                return (yield from steps)
            except ImageGCError as failed:
                self.error = str(failed)
                return None

        task = Task(self.agenda, guarded())
        while not task.done.is_open:
            self.agenda.step()
        while (due_ms := self.agenda.next_due_ms()) is not None and due_ms <= self.agenda.now_ms:
            self.agenda.step()
        return task.done.value

    def _run_until(self, until_ms: int) -> None:
        if not self.is_started:
            self.is_started = True
            self.gc.start(dict(self.gc.records))
        while (due_ms := self.agenda.next_due_ms()) is not None and due_ms <= until_ms:
            self.agenda.step()
        self.agenda.now_ms = until_ms


def _dead(case: Case) -> list[DeadContainer]:
    return [
        DeadContainer(id=c["id"], pod_uid=c["pod"], name=c.get("name", ""), created_ms=ms(c.get("created", "0s")))
        for c in case.fields.get("containers") or []
        if c["state"] != "running"
    ]


def _uids(case: Case, key: str) -> set[str]:
    return {pod.get("name", pod.get("uid")) for pod in case.fields.get("pods") or [] if pod.get(key)}


class ContainerGC:
    """The rules of dead containers."""

    def __init__(self, case: Case, minor: int) -> None:
        self.case = case

    def do(self, action: Fields) -> Seen:
        node = self.case.fields.get("node") or {}
        dead = _dead(self.case)
        if action["do"] == "pod-container-deletor":
            return {"delete_in_order": older_dead_instances(dead, action["died"], action["keep"])}
        flags = node["kubelet"]
        removed = containers_to_remove(
            dead,
            GCPolicy(
                minimum_age_ms=ms(flags["minimum-container-ttl-duration"]),
                max_per_container=flags["maximum-dead-containers-per-container"],
                max_containers=flags["maximum-dead-containers"],
            ),
            ms(action["at"]),
            deleted=_uids(self.case, "deleted"),
            terminated=_uids(self.case, "terminated") if action["evict_terminated_pods"] else (),
            sources_ready=node["sources_ready"],
        )
        everything = [c["id"] for c in self.case.fields["containers"]]
        return {"removed": [{"id": each} for each in removed], "remaining": [each for each in everything if each not in removed]}


class SandboxGC:
    """The rules of sandboxes."""

    def __init__(self, case: Case, minor: int) -> None:
        self.case = case

    def do(self, action: Fields) -> Seen:
        sandboxes = [
            GCSandbox(id=s["id"], pod_uid=s["pod"], created_ms=ms(s["created"]), is_ready=s["state"] == "ready") for s in self.case.fields["sandboxes"]
        ]
        removed = sandboxes_to_remove(
            sandboxes,
            {c["sandbox"] for c in self.case.fields.get("containers") or []},
            deleted=_uids(self.case, "deleted"),
            terminated=_uids(self.case, "terminated") if action["evict_terminated_pods"] else (),
        )
        return {"remaining": [each.id for each in sandboxes if each.id not in removed]}


class LogGC:
    """The rules of log directories."""

    def __init__(self, case: Case, minor: int) -> None:
        self.case = case

    def do(self, action: Fields) -> Seen:
        node = self.case.fields["node"]
        removed = log_directories_to_remove(
            node["log_directories"], deleted={p["uid"] for p in self.case.fields["pods"] if p["deleted"]}, sources_ready=node["sources_ready"]
        )
        return {"removed": [{"id": each} for each in removed]}
