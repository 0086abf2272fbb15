"""When is it a pull's turn? The serial and the parallel puller, and the limit of pulls a second.

Kubernetes 1.36: pkg/kubelet/images/puller.go, helpers.go (throttledImageService).
"""

from __future__ import annotations

from collections.abc import Callable

from simulator.engine.agenda import Agenda
from simulator.engine.tasks import Slots, Steps
from simulator.kubelet_config import KubeletConfiguration
from simulator.runtime.images import PullError

QUEUE_PLACES = 10
"""maxImagePullRequests: buffered requests of the serial puller, besides the one in work; later callers wait before it, in the order in which they came."""
QPS_EXCEEDED = "pull QPS exceeded"


class Puller:
    """Gives turns in the order of asking."""

    def __init__(self, agenda: Agenda, config: KubeletConfiguration) -> None:
        self._agenda = agenda
        self._is_serial = config.serialize_image_pulls
        self._slots = Slots(1 if config.serialize_image_pulls else config.max_parallel_image_pulls)
        self._qps, self._burst = config.registry_pull_qps, config.registry_burst
        self._tokens = float(self._burst)
        self._filled_ms = agenda.now_ms
        self.running = 0
        """Pulls that have their turn."""

    @property
    def queued(self) -> int:
        """How many wait in the queue; a parallel puller has callers that wait for a token instead."""
        return min(QUEUE_PLACES, self._slots.waiting) if self._is_serial else self._slots.waiting

    @property
    def blocked(self) -> int:
        """How many wait to get into the queue."""
        return max(0, self._slots.waiting - QUEUE_PLACES) if self._is_serial else 0

    def pull(self, work: Callable[[], Steps]) -> Steps:
        """Wait for a turn, then carry `work` out; returns what it returns. Raises PullError also when there are too many pulls a second."""
        yield from self._slots.acquire()
        self.running += 1
        try:
            self._take_token()
            return (yield from work())
        finally:
            self.running -= 1
            self._slots.release()

    def _take_token(self) -> None:
        """No token is an error and not a wait."""
        if not self._qps:
            return
        now_ms = self._agenda.now_ms
        self._tokens = min(float(self._burst), self._tokens + (now_ms - self._filled_ms) * self._qps / 1000)
        self._filled_ms = now_ms
        if self._tokens < 1:
            raise PullError(QPS_EXCEEDED)
        self._tokens -= 1
