"""Are the pod's volumes there? The wait before anything of a pod starts (pkg/kubelet/volumemanager/volume_manager.go, 1.36).

Simplified: only ConfigMaps and Secrets can be missing; attaching and mounting itself takes no time of its own.
"""

from __future__ import annotations

from collections.abc import Callable

from simulator.engine.agenda import Agenda
from simulator.engine.tasks import Gate, Steps, Wait
from simulator.kubelet.events import WARNING, EventRecorder
from simulator.pod import ObjectRef, Pod, Volume

MOUNT_WAIT_MS = 123_000
"""podAttachAndMountTimeout: two minutes and three seconds."""
FIRST_RETRY_MS = 500
LONGEST_RETRY_MS = 122_000
"""Back-off of one volume operation (util/goroutinemap/exponentialbackoff)."""
FIRST_TRY_MS = 200
"""Creation to the first FailedMount Event (observed.md, section 5.2: 0.2, 0.7, 1.7, 3.7, 7.8, 15.9, 31.9)."""


class VolumeManager:
    """Waits for a pod's volumes."""

    def __init__(self, agenda: Agenda, events: EventRecorder) -> None:
        self._agenda = agenda
        self._events = events
        self.missing_object: Callable[[Pod, ObjectRef], str | None] = lambda pod, ref: None
        """The API's words for an object that is not there."""

    def wait_for_attach_and_mount(self, pod: Pod, cancelled: Gate) -> Steps:
        """Returns True when everything is mounted, False when the wait was over or cancelled."""
        if not self._missing(pod):
            return True
        deadline_ms = self._agenda.now_ms + MOUNT_WAIT_MS
        retry_ms = FIRST_RETRY_MS
        stop = yield Wait(cancelled, FIRST_TRY_MS)
        while not stop:
            missing = self._missing(pod)
            if not missing:
                return True
            for volume, words in missing:
                self._events.emit(pod, WARNING, "FailedMount", f'MountVolume.SetUp failed for volume "{volume.name}" : {words}')
            left_ms = deadline_ms - self._agenda.now_ms
            if left_ms <= retry_ms:
                stop = yield Wait(cancelled, max(0, left_ms))
                if not stop:
                    self._give_up(pod, missing)
                return False
            stop = yield Wait(cancelled, retry_ms)
            retry_ms = min(retry_ms * 2, LONGEST_RETRY_MS)
        return False

    def _missing(self, pod: Pod) -> list[tuple[Volume, str]]:
        return [(v, words) for v in pod.volumes for ref in v.refs if (words := self.missing_object(pod, ref))]

    def _give_up(self, pod: Pod, missing: list[tuple[Volume, str]]) -> None:
        names = " ".join(v.name for v, _ in missing)
        text = f"Unable to attach or mount volumes: unmounted volumes=[{names}], unattached volumes=[], failed to process volumes=[]: context deadline exceeded"
        self._events.emit(pod, WARNING, "FailedMount", text)
