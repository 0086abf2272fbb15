"""When do unused images go? realImageGCManager and its loop.

Kubernetes 1.36: pkg/kubelet/images/image_gc_manager.go; kubelet.go, StartGarbageCollection. A sweep every five minutes, counted from the end of the last one's
body, begins with a detection; detections in between (the reclaim of an eviction) are extra. A sweep is carried out only when it can remove or report something:
what detections left out would have written down follows from when images and containers came and went.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from simulator.engine.agenda import Agenda, Timer
from simulator.engine.recorder import Recorder
from simulator.engine.streams import Streams
from simulator.engine.tasks import Steps, Task
from simulator.kubelet.events import WARNING, EventRecorder
from simulator.kubelet.image_gc_policy import (
    ImageGCPolicy,
    ImageRecord,
    ages_out_from,
    bytes_to_free,
    candidates,
    is_too_old,
    may_be_freed,
    not_enough,
    sweeps_below_bytes,
    usage_percent,
)

IMAGE_GC_PERIOD_MS = 300_000
"""ImageGCPeriod, kubelet.go."""
BODY_MS = 30
"""A sweep that removes nothing, in the recordings (observed.md, section 12: 300.02 to 300.04 s from end to end)."""
REMOVE_IMAGE = (6, 10, 90, 150)
"""Milliseconds of one RemoveImage: 7 to 13 in the recorded sweeps, 30 to 90 in the reclaims on a disk that is full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GCImage:
    """An image as the garbage collection sees it in the runtime's list."""

    id: str
    size_bytes: int
    pinned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageStats:
    """The image filesystem: bytes."""

    capacity_bytes: int
    available_bytes: int


class ImageGCError(Exception):
    """A pass failed; its text. Ends in an Event at the latest."""


class ImageGCManager:
    """The records of one kubelet process, and the sweeps."""

    def __init__(
        self,
        agenda: Agenda,
        streams: Streams,
        recorder: Recorder,
        events: EventRecorder,
        policy: ImageGCPolicy,
        node_name: str,
        began_ms: int,
    ) -> None:
        self._agenda = agenda
        self._streams = streams
        self._recorder = recorder
        self._events = events
        self.policy = policy
        self._node_name = node_name
        self._began_ms = began_ms
        self._base_ms = began_ms
        """End of the last sweep's body, from which the period counts."""
        self._body_ms = BODY_MS if streams.jitter else 0
        self.records: dict[str, ImageRecord] = {}
        self._present: tuple[GCImage, ...] = ()
        self._in_use: frozenset[str] = frozenset()
        self._since_ms = began_ms
        """Since when the two above hold."""
        self._failures = 0
        self._failed_ms = began_ms
        self._timer: Timer | None = None
        self._is_running = False
        self._sweeping = False
        self.sweeps = 0
        """How many sweeps were carried out; those that could do nothing are not."""
        self.stopped = False
        self.list_images: Callable[[], Sequence[GCImage]] = tuple
        self.list_in_use: Callable[[], Collection[str]] = tuple
        """Ids of the images of all containers, exited ones included, and of mounted image volumes."""
        self.stats: Callable[[], ImageStats] = lambda: ImageStats(capacity_bytes=0, available_bytes=0)
        """Raises ImageGCError when there are none."""
        self.first_below: Callable[[int], int | None] = lambda available_bytes: None
        self.remove_image: Callable[[str, str], object] = lambda image_id, passed: None
        """(id, pass). Raises ImageGCError when the runtime cannot."""
        self.hooks: list[Callable[[Sequence[str], int], None]] = []
        """Called after a space sweep or a reclaim, with the candidates that stayed and the beginning of the sweep (post-GC hooks, kubelet.go)."""

    # -- detection ----------------------------------------------------------------------------------------------------------------

    def start(self, known: dict[str, ImageRecord]) -> None:
        """Begin; `known` is what the node's kubelet has written down before the scenario. The first sweep is at the kubelet's start."""
        self._present, self._in_use = tuple(self.list_images()), frozenset(self.list_in_use())
        self.records = dict(known)
        self._is_running = True
        if self._began_ms >= self._agenda.now_ms and not self.policy.is_off:
            self._agenda.at(self._began_ms, self._first_sweep)
        else:
            self._arm()

    def changed(self) -> None:
        """Images or containers came or went, or the disk's use changed: write down what detections until now have seen, and look ahead."""
        if self.stopped:
            return
        self._catch_up()
        self._present, self._in_use = tuple(self.list_images()), frozenset(self.list_in_use())
        self._since_ms = self._agenda.now_ms
        self._arm()

    def room_changed(self) -> None:
        """The disk's use goes on in another way."""
        if not self.stopped:
            self._arm()

    def detect(self) -> frozenset[str]:
        """detectImages, now: returns the images in use."""
        self._catch_up()
        now_ms = self._agenda.now_ms
        self._present, self._in_use = tuple(self.list_images()), frozenset(self.list_in_use())
        self._since_ms = now_ms
        self._saw(self._present, self._in_use, now_ms, now_ms)
        return self._in_use

    def _catch_up(self) -> None:
        """The ticks since the last change have all seen the same."""
        now_ms = self._agenda.now_ms
        first_ms, last_ms = self._tick(self._since_ms), self._tick(now_ms + 1) - self._period_ms
        if self._is_running and first_ms <= last_ms and not self.policy.is_off:
            self._saw(self._present, self._in_use, first_ms, last_ms)
            self._since_ms = max(self._since_ms, last_ms + 1)

    def _saw(self, present: Sequence[GCImage], in_use: Collection[str], first_ms: int, last_ms: int) -> None:
        here = {image.id for image in present}
        self.records = {name: record for name, record in self.records.items() if name in here}
        for image in present:
            record = self.records.get(image.id) or ImageRecord(first_detected_ms=first_ms, last_used_ms=None, size_bytes=image.size_bytes)
            record = replace(record, size_bytes=image.size_bytes, pinned=image.pinned)
            self.records[image.id] = replace(record, last_used_ms=last_ms) if image.id in in_use else record

    # -- when ---------------------------------------------------------------------------------------------------------------------

    @property
    def _period_ms(self) -> int:
        return IMAGE_GC_PERIOD_MS + self._body_ms

    def _tick(self, from_ms: int) -> int:
        """The first sweep at or after an instant."""
        passed_ms = max(0, from_ms - self._base_ms - IMAGE_GC_PERIOD_MS)
        return self._base_ms + IMAGE_GC_PERIOD_MS + -(-passed_ms // self._period_ms) * self._period_ms

    def _arm(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if self.stopped or self._sweeping or self.policy.is_off:
            return
        due = [at for at in (self._full_from(), self._old_from()) if at is not None]
        if due:
            self._timer = self._agenda.at(self._tick(max(min(due), self._agenda.now_ms)), self._begin_sweep)

    def _full_from(self) -> int | None:
        try:
            stats = self.stats()
        except ImageGCError:
            return self._agenda.now_ms
        return self.first_below(sweeps_below_bytes(stats.capacity_bytes, self.policy)) if stats.capacity_bytes else self._agenda.now_ms

    def _old_from(self) -> int | None:
        if not self.policy.maximum_age_ms:
            return None
        unused = [image for image in self._present if image.id not in self._in_use and not image.pinned]
        unknown = ImageRecord(first_detected_ms=self._agenda.now_ms, last_used_ms=None, size_bytes=0)
        return min((ages_out_from(self.records.get(image.id, unknown), self._began_ms, self.policy) for image in unused), default=None)

    # -- sweeps -------------------------------------------------------------------------------------------------------------------

    def _first_sweep(self) -> None:
        """At the kubelet's start there are no statistics of the image filesystem yet (25 of 28 recorded starts)."""
        if self.stopped:
            return
        self.detect()
        text = "invalid capacity 0 on image filesystem"
        self._events.emit(None, WARNING, "InvalidDiskCapacity", text, node=self._node_name)
        self._sweep_ended(text)

    def _begin_sweep(self) -> None:
        self._timer = None
        if not self.stopped:
            Task(self._agenda, self.periodic_sweep())

    def periodic_sweep(self) -> Steps:
        """One turn of the loop, with its Events. Returns the error's text, or None."""
        self._sweeping = True
        if self._agenda.now_ms - self._base_ms > self._period_ms + self._body_ms:
            self._failures = 0  # the sweeps that were left out found nothing to do, and that is success
        error: str | None = None
        try:
            yield from self.garbage_collect()
        except ImageGCError as failed:
            error = str(failed)
        if self._body_ms:
            yield self._body_ms
        self._sweep_ended(error)
        return error

    def _sweep_ended(self, error: str | None) -> None:
        """The first failure in a row is only logged; from the second on each is an Event."""
        self._sweeping = False
        self.sweeps += 1
        self._base_ms = self._agenda.now_ms
        self._failures = self._failures + 1 if error else 0
        if error and self._failures > 1:
            self._events.emit(None, WARNING, "ImageGCFailed", error, node=self._node_name)
        self._since_ms = self._agenda.now_ms
        self._arm()

    def garbage_collect(self) -> Steps:
        """GarbageCollect: detection, age pass, space pass. Raises ImageGCError."""
        swept_ms = self._agenda.now_ms
        in_use = self.detect()
        if self.policy.maximum_age_ms and swept_ms - self._began_ms > self.policy.maximum_age_ms:
            yield from self.free_old(in_use, swept_ms)
        stats = self.stats()
        if stats.capacity_bytes == 0:
            text = "invalid capacity 0 on image filesystem"
            self._events.emit(None, WARNING, "InvalidDiskCapacity", text, node=self._node_name)
            raise ImageGCError(text)
        available_bytes = min(stats.available_bytes, stats.capacity_bytes)
        percent = usage_percent(stats.capacity_bytes, available_bytes)
        if percent < self.policy.high_threshold_percent:
            return
        wanted_bytes = bytes_to_free(stats.capacity_bytes, available_bytes, self.policy)
        freed_bytes = yield from self.free_space(wanted_bytes, in_use, swept_ms)
        if freed_bytes < wanted_bytes:
            text = not_enough(percent, stats.capacity_bytes, freed_bytes)
            self._events.emit(None, WARNING, "FreeDiskSpaceFailed", text, node=self._node_name)
            raise ImageGCError(text)

    def free_old(self, in_use: Collection[str], swept_ms: int) -> Steps:
        """The age pass: everything unused for more than the maximum age."""
        if swept_ms - self._began_ms <= self.policy.maximum_age_ms:
            return
        gone = [name for name in candidates(self.records, in_use) if is_too_old(self.records[name], swept_ms, self.policy)]
        for name in gone:
            yield from self._remove(name, "age")
        if gone:
            self._recorder.record("node", object="node", call="image GC", detail=f"age: {len(gone)} removed")

    def free_space(self, wanted_bytes: int | None, in_use: Collection[str], swept_ms: int) -> Steps:
        """The space pass until `wanted_bytes` are booked; None: everything that may go. Returns the bytes booked, in the runtime's sizes."""
        freed_bytes, kept, errors, removed = 0, [], [], 0
        for name in candidates(self.records, in_use):
            record = self.records[name]
            if not may_be_freed(record, swept_ms, self.policy):
                kept.append(name)
                continue
            try:
                is_gone = yield from self._remove(name, "reclaim" if wanted_bytes is None else "space")
            except ImageGCError as failed:
                errors.append(str(failed))
                kept.append(name)
                continue
            if not is_gone:
                kept.append(name)
                continue
            freed_bytes, removed = freed_bytes + record.size_bytes, removed + 1
            if wanted_bytes is not None and freed_bytes >= wanted_bytes:
                break
        what = "reclaim" if wanted_bytes is None else "space"
        if removed or wanted_bytes is not None:
            wanted = "" if wanted_bytes is None else f" of {wanted_bytes} wanted"
            self._recorder.record("node", object="node", call="image GC", detail=f"{what}: {removed} removed, {freed_bytes} bytes{wanted}")
        for hook in self.hooks:
            hook(kept, swept_ms)
        if errors:
            raise ImageGCError(f"wanted to free {wanted_bytes} bytes, but freed {freed_bytes} bytes space with errors in image deletion: [{', '.join(errors)}]")
        return freed_bytes

    def delete_unused_images(self) -> Steps:
        """DeleteUnusedImages: the reclaim of the eviction manager; the same candidates and minimum age, without a limit."""
        swept_ms = self._agenda.now_ms
        return (yield from self.free_space(None, self.detect(), swept_ms))

    def _remove(self, name: str, passed: str) -> Steps:
        """RemoveImage; returns whether it is gone."""
        if self._streams.jitter:
            yield self._streams.around_ms(REMOVE_IMAGE[1], REMOVE_IMAGE, f"RemoveImage/{name}", self._agenda.now_ms)
        # Simplified: the real kubelet would remove an image that a container began to use after the sweep's detection, some milliseconds ago.
        if name in self.list_in_use():
            return False
        self.remove_image(name, passed)
        self.records.pop(name, None)
        return True
