"""Is the container's image there, or how does it get there? EnsureImageExists (pkg/kubelet/images/image_manager.go, puller.go; 1.36).

Simplified: credentials are not verified yet, and registryPullQPS is not applied yet.
"""

from __future__ import annotations

from typing import NamedTuple

from simulator.engine.agenda import Agenda
from simulator.engine.recorder import Recorder
from simulator.engine.tasks import Slots, Steps
from simulator.kubelet.backoff import BackoffEntry, BackoffPolicy, advanced, remaining_ms
from simulator.kubelet.events import NORMAL, WARNING, EventRecorder
from simulator.kubelet_config import KubeletConfiguration
from simulator.pod import Container, Pod, PullPolicy
from simulator.runtime.images import Image, ImageService, PullError
from simulator.runtime.registry import normalise
from simulator.units import format_duration
from simulator.versions import Version

ERROR_BEGINNINGS = {"RegistryUnavailable": "RegistryUnavailable", "SignatureValidationFailed": "SignatureValidationFailed"}
"""The runtime's text begins with one of these words: the waiting reason has that name (cri-api/pkg/errors)."""


class ImageFailure(NamedTuple):
    """Why a container cannot have its image: waiting reason and message."""

    reason: str
    message: str


def parallel_slots(config: KubeletConfiguration) -> int | None:
    """How many pulls run at once: one when serialised, else the limit; None: no limit."""
    return 1 if config.serialize_image_pulls else config.max_parallel_image_pulls


class ImageManager:
    """The kubelet's side of image pulls."""

    def __init__(
        self, agenda: Agenda, recorder: Recorder, events: EventRecorder, service: ImageService, config: KubeletConfiguration, version: Version
    ) -> None:
        self._agenda = agenda
        self._recorder = recorder
        self._events = events
        self._service = service
        self._version = version
        self._slots = Slots(parallel_slots(config))
        self._backoff: dict[tuple[str, str], BackoffEntry] = {}
        self._last_error: dict[tuple[str, str], str] = {}

    def ensure_image_exists(self, pod: Pod, container: Container) -> Steps:
        """Returns None when the image is there, else an ImageFailure."""
        try:
            reference = normalise(container.image)
        except ValueError as error:
            message = f'Failed to apply default image tag "{container.image}": couldn\'t parse image name "{container.image}": invalid reference format'
            if "must be lowercase" in str(error):
                message = f'Failed to apply default image tag "{container.image}": couldn\'t parse image name "{container.image}": {error}'
            self._events.emit(pod, WARNING, "InspectFailed", message, container)
            return ImageFailure("InvalidImageName", message)
        policy = container.image_pull_policy
        if policy is not PullPolicy.ALWAYS:
            if self._service.image_status(reference):
                self._events.emit(pod, NORMAL, "Pulled", self._version.present_text(container.image), container)
                return None
            if policy is PullPolicy.NEVER:
                message = f'Container image "{container.image}" is not present with pull policy of Never'
                self._events.emit(pod, WARNING, "ErrImageNeverPull", message, container)
                return ImageFailure("ErrImageNeverPull", message)
        return (yield from self._pull(pod, container, reference))

    def _pull(self, pod: Pod, container: Container, reference: str) -> Steps:
        key = (pod.uid, container.image)
        entry = self._backoff.get(key)
        if entry and remaining_ms(entry, since_ms=entry.updated_ms, now_ms=self._agenda.now_ms):
            self._events.emit(pod, NORMAL, "BackOff", f'Back-off pulling image "{container.image}"', container)
            return ImageFailure("ImagePullBackOff", self._version.pull_backoff_text(container.image, self._last_error.get(key, "")))
        asked_ms = self._agenda.now_ms
        self._events.emit(pod, NORMAL, "Pulling", f'Pulling image "{container.image}"', container)
        self._record(pod, container, reference, "queued")
        yield from self._slots.acquire()
        began_ms = self._agenda.now_ms
        self._record(pod, container, reference, "started")
        try:
            image: Image = yield from self._service.pull_image(reference)
            self._record(pod, container, reference, "pulled")
        except PullError as error:
            return self._failed(pod, container, reference, str(error))
        finally:
            self._slots.release()
        now_ms = self._agenda.now_ms
        text = self._version.pulled_text(container.image, format_duration(now_ms - began_ms), format_duration(now_ms - asked_ms), image.size_bytes)
        self._events.emit(pod, NORMAL, "Pulled", text, container)
        return None

    def _failed(self, pod: Pod, container: Container, reference: str, error: str) -> ImageFailure:
        key, now_ms = (pod.uid, container.image), self._agenda.now_ms
        entry = self._backoff.get(key)
        # The clock of the back-off starts at the end of the failed pull.
        self._backoff[key] = advanced(entry, BackoffPolicy(), since_ms=now_ms, now_ms=now_ms)
        reason = next((word for start, word in ERROR_BEGINNINGS.items() if error.startswith(start)), "ErrImagePull")
        self._last_error[key] = f"{reason}: {error}"
        self._record(pod, container, reference, "failed", message=error)
        self._events.emit(pod, WARNING, "Failed", f'Failed to pull image "{container.image}": {error}', container)
        return ImageFailure(reason, error)

    def _record(self, pod: Pod, container: Container, reference: str, op: str, **fields: object) -> None:
        self._recorder.record("image", pod=pod.key, object=container.name, op=op, image=reference, **fields)
