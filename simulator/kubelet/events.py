"""Which Kubernetes Events does a person see? Equal ones are counted, and a flood is cut.

client-go 1.36: tools/record/events_cache.go (EventAggregator, eventLogger, EventSourceObjectSpamFilter). Dropped Events still count, so that the next one that
passes shows the jump (recorded).
Simplified: the kubelet's own limit of 50 Events a second (burst 100) is not applied; no recording came near it.
"""

from __future__ import annotations

from dataclasses import dataclass

from simulator.engine.agenda import Agenda
from simulator.engine.recorder import Recorder
from simulator.engine.streams import Streams
from simulator.pod import Container, Pod
from simulator.versions import Version

NORMAL, WARNING = "Normal", "Warning"
BURST = 25
REFILL_MS = 300_000
SIMILAR_LIMIT = 10
SIMILAR_WINDOW_MS = 600_000
DELAY = (3, 7, 15, 30)
"""Milliseconds from the kubelet's call to a watcher: minimum, median, 90 %, maximum (observed.md, section 3: Created 0.007 after the return)."""


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_ms: int


class EventRecorder:
    """Sends Events of pods and of the node."""

    def __init__(self, agenda: Agenda, streams: Streams, recorder: Recorder, version: Version) -> None:
        self._agenda = agenda
        self._streams = streams
        self._recorder = recorder
        self._version = version
        self._counts: dict[tuple[object, ...], int] = {}
        self._similar: dict[tuple[object, ...], dict[str, int]] = {}
        self._last_due_ms = 0
        self._buckets: dict[tuple[str, str], _Bucket] = {}

    def emit(
        self,
        pod: Pod | None,
        kind: str,
        reason: str,
        message: str,
        container: Container | None = None,
        because: int | None = None,
        *,
        node: str = "",
    ) -> None:
        """Send one; `kind` is Normal or Warning. Without a pod it is about the node."""
        subject = pod.uid if pod else node
        field_path = container.field_path if container else None
        message, key = self._aggregated(subject, kind, reason, message, field_path)
        count = self._counts[key] = self._counts.get(key, 0) + 1
        if not self._passes(subject, kind):
            return
        # What comes within one instant leaves together: nobody promises which comes first.
        delay_ms = self._streams.around_ms(DELAY[1], DELAY, "event", self._agenda.now_ms)
        fields = {
            "pod": pod.key if pod else None,
            "object": container.name if container else "pod" if pod else "node",
            "container_type": str(container.container_type) if container else None,
            "type": kind,
            "reason": reason,
            "message": message,
            "field_path": field_path,
            "count": count,
            "because": because,
        }
        # One broadcaster sends them all, in order.
        self._last_due_ms = max(self._agenda.now_ms + delay_ms, self._last_due_ms)
        self._agenda.at(self._last_due_ms, lambda: self._recorder.record("event", **fields))

    def _aggregated(self, subject: str, kind: str, reason: str, message: str, field_path: str | None) -> tuple[str, tuple[object, ...]]:
        """From the tenth different message of one reason in ten minutes on they are folded into one Event."""
        group = (subject, kind, reason, field_path)
        now_ms = self._agenda.now_ms
        seen = {text: at_ms for text, at_ms in self._similar.get(group, {}).items() if now_ms - at_ms <= SIMILAR_WINDOW_MS}
        seen[message] = now_ms
        self._similar[group] = seen
        if len(seen) < SIMILAR_LIMIT:
            return message, (*group, message)
        return f"(combined from similar events): {message}", group

    def _passes(self, subject: str, kind: str) -> bool:
        key = (subject, kind if self._version.spam_filter_by_type else "")
        now_ms = self._agenda.now_ms
        bucket = self._buckets.setdefault(key, _Bucket(BURST, now_ms))
        bucket.tokens = min(BURST, bucket.tokens + (now_ms - bucket.filled_ms) / REFILL_MS)
        bucket.filled_ms = now_ms
        if bucket.tokens < 1:
            return False
        bucket.tokens -= 1
        return True
