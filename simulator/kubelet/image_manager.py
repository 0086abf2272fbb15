"""Is the container's image there, or how does it get there? EnsureImageExists (pkg/kubelet/images/image_manager.go; 1.36).

Simplified: every pull secret that a pod names has credentials for the registry, and the registry asks nobody for them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from simulator.engine.agenda import Agenda
from simulator.engine.recorder import Recorder
from simulator.engine.tasks import Steps
from simulator.kubelet.backoff import BackoffEntry, BackoffPolicy, advanced, remaining_ms
from simulator.kubelet.events import NORMAL, WARNING, EventRecorder
from simulator.kubelet.image_pull_records import Known, PodCredentials, PulledRecord, Secret, ServiceAccount, after_pull, must_attempt_pull, pruned
from simulator.kubelet.puller import QPS_EXCEEDED, Puller
from simulator.kubelet_config import KubeletConfiguration
from simulator.pod import Container, Pod, PullPolicy
from simulator.runtime.images import Image, InspectError, PullError
from simulator.runtime.registry import normalise, repository_of
from simulator.units import format_duration
from simulator.versions import Version

CAUSES = {"RegistryUnavailable": "the registry is unavailable", "SignatureValidationFailed": "the signature validation failed"}
"""The runtime's text begins with one of these words: the waiting reason has that name (cri-api/pkg/errors), and the message these words."""
BACKOFF = BackoffPolicy()


class ImageFailure(NamedTuple):
    """Why a container cannot have its image: waiting reason and message."""

    reason: str
    message: str


class VolumeImage(NamedTuple):
    """The image of a volume. Its Events are about the pod."""

    name: str
    image: str
    image_pull_policy: PullPolicy


Wanted = Container | VolumeImage


def _about(wanted: Wanted) -> Container | None:
    return wanted if isinstance(wanted, Container) else None


class Images(Protocol):
    """CRI's ImageService, as the kubelet calls it."""

    def image_status(self, reference: str) -> Image | None:
        """ImageStatus. Raises InspectError."""

    def pull_image(self, reference: str, auth: object = None) -> Steps:
        """PullImage; returns the Image. Raises PullError."""


class PullLedger:
    """What the kubelet has written to its disk of pulls: it outlives the kubelet's process."""

    def __init__(self) -> None:
        self.records: dict[str, PulledRecord] = {}
        """By image id."""
        self.intents: dict[str, int] = {}
        """Image text to the number of pulls under way whose end is not written down."""


class ImageManager:
    """The kubelet's side of image pulls."""

    def __init__(
        self,
        agenda: Agenda,
        recorder: Recorder,
        events: EventRecorder,
        service: Images,
        config: KubeletConfiguration,
        version: Version,
        ledger: PullLedger,
        backoff: BackoffPolicy = BACKOFF,
    ) -> None:
        self._agenda = agenda
        self._recorder = recorder
        self._events = events
        self._service = service
        self._config = config
        self._version = version
        self.ledger = ledger
        self._policy = backoff
        self.puller = Puller(agenda, config)
        self._verifies = version.on("KubeletEnsureSecretPulledImages")
        self._backoff: dict[tuple[str, str], BackoffEntry] = {}
        self._last_error: dict[tuple[str, str], str] = {}
        self.pulling: dict[tuple[str, str], int] = {}
        """(pod uid, image text) to when the pull was first asked for; ends with the image, not with a failure."""
        self.credentials_of: Callable[[Pod, str], PodCredentials] = secrets_of
        """(pod, repository): what the pod could pull with."""
        self.node_credentials: Callable[[str], Sequence[object]] = lambda repository: ()
        """What the node itself has for a repository (its keyring, credential-provider plugins); tried after the pod's own."""

    def backoff_ms(self, pod: Pod, container: Wanted) -> int:
        """The present back-off of a pod's image; 0: none."""
        entry = self._backoff.get((pod.uid, container.image))
        return entry.delay_ms if entry else 0

    def ensure_image_exists(self, pod: Pod, container: Wanted) -> Steps:
        """Returns None when the image is there, else an ImageFailure."""
        try:
            reference = normalise(container.image)
        except ValueError as error:
            message = f'Failed to apply default image tag "{container.image}": couldn\'t parse image name "{container.image}": invalid reference format'
            if "must be lowercase" in str(error):
                message = f'Failed to apply default image tag "{container.image}": couldn\'t parse image name "{container.image}": {error}'
            self._events.emit(pod, WARNING, "InspectFailed", message, _about(container))
            return ImageFailure("InvalidImageName", message)
        policy = container.image_pull_policy
        if policy is not PullPolicy.ALWAYS:
            try:
                present = self._service.image_status(reference)
            except InspectError as error:
                # The name is empty in 1.36: what is printed is the reference that could not be had.
                message = f'Failed to inspect image "": {error}'
                self._events.emit(pod, WARNING, "InspectFailed", message, _about(container))
                return ImageFailure("ImageInspectError", message)
            if present is not None and self._may_use(pod, container, reference, present):
                self.pulling.pop((pod.uid, container.image), None)
                self._events.emit(pod, NORMAL, "Pulled", self._version.present_text(container.image), _about(container))
                return None
            if policy is PullPolicy.NEVER:
                message = f'Container image "{container.image}" is not present with pull policy of Never'
                self._events.emit(pod, WARNING, "ErrImageNeverPull", message, _about(container))
                return ImageFailure("ErrImageNeverPull", message)
        return (yield from self._pull(pod, container, reference))

    def _may_use(self, pod: Pod, container: Wanted, reference: str, present: Image) -> bool:
        """An image that is there may still have to be pulled by a pod that has not shown its credentials."""
        if not self._verifies:
            return True
        repository = repository_of(reference)
        decision = must_attempt_pull(
            self._config.image_pull_credentials_verification_policy,
            self._config.preloaded_images_verification_allowlist,
            container.image,
            repository,
            self.ledger.records.get(present.id),
            lambda: self.credentials_of(pod, repository),
            is_intended=self.ledger.intents.get(container.image, 0) > 0,
            now_ms=self._agenda.now_ms,
        )
        if decision.record is not None:
            self.ledger.records[present.id] = decision.record
        return not decision.must_pull

    def _pull(self, pod: Pod, container: Wanted, reference: str) -> Steps:
        key = (pod.uid, container.image)
        entry = self._backoff.get(key)
        if entry and remaining_ms(entry, since_ms=entry.updated_ms, now_ms=self._agenda.now_ms):
            self._events.emit(pod, NORMAL, "BackOff", f'Back-off pulling image "{container.image}"', _about(container))
            return ImageFailure("ImagePullBackOff", self._version.pull_backoff_text(container.image, self._last_error.get(key, "")))
        asked_ms = self._agenda.now_ms
        self._events.emit(pod, NORMAL, "Pulling", f'Pulling image "{container.image}"', _about(container))
        self.pulling.setdefault(key, asked_ms)
        self._record(pod, container, reference, "queued")
        self.ledger.intents[container.image] = self.ledger.intents.get(container.image, 0) + 1
        try:
            began_ms, image, used = yield from self.puller.pull(lambda: self._attempts(pod, container, reference))
        except PullError as error:
            self._forget_intent(container)
            return self._failed(pod, container, reference, str(error))
        self._forget_intent(container)
        if self._verifies:
            records = self.ledger.records
            records[image.id] = after_pull(records.get(image.id), repository_of(reference), used, self._agenda.now_ms)
        self.pulling.pop(key, None)
        now_ms = self._agenda.now_ms
        text = self._version.pulled_text(container.image, format_duration(now_ms - began_ms), format_duration(now_ms - asked_ms), self._size_bytes(reference))
        self._events.emit(pod, NORMAL, "Pulled", text, _about(container))
        return None

    def _attempts(self, pod: Pod, container: Wanted, reference: str) -> Steps:
        """One PullImage for each of the credentials, the pod's own first, until one succeeds; without any an anonymous one. All count as one pull."""
        began_ms = self._agenda.now_ms
        self._record(pod, container, reference, "started")
        repository = repository_of(reference)
        own = self.credentials_of(pod, repository)
        tried: list[object] = [*own.secrets, *([own.service_account] if own.service_account else []), *self.node_credentials(repository)]
        errors: list[str] = []
        for auth in tried or [None]:
            try:
                image: Image = yield from self._service.pull_image(reference, auth)
            except PullError as error:
                if str(error) not in errors:
                    errors.append(str(error))
                continue
            self._record(pod, container, reference, "pulled")
            return began_ms, image, auth if isinstance(auth, Secret | ServiceAccount) else None
        error_text = errors[0] if len(errors) == 1 else f"[{', '.join(errors)}]"
        self._record(pod, container, reference, "failed", message=error_text)
        raise PullError(error_text)

    def _size_bytes(self, reference: str) -> int:
        """GetImageSize is one more ImageStatus; 0 if that fails."""
        try:
            image = self._service.image_status(reference)
        except InspectError:
            return 0
        return image.size_bytes if image else 0

    def _forget_intent(self, container: Wanted) -> None:
        self.ledger.intents[container.image] -= 1

    def kubelet_starts(self) -> None:
        """A pull whose end was never written down: if its image is there, it becomes a record without credentials, which must be verified."""
        if not self._verifies:
            return
        for text in [text for text, count in self.ledger.intents.items() if count]:
            image = self._service.image_status(normalise(text))
            if image is not None:
                record = self.ledger.records.get(image.id) or PulledRecord()
                by_name = {**record.by_name, repository_of(normalise(text)): Known()}
                self.ledger.records[image.id] = PulledRecord(by_name=by_name, updated_ms=self._agenda.now_ms)
                del self.ledger.intents[text]

    def prune(self, kept_images: Sequence[str], began_ms: int) -> None:
        """The hook after a space sweep: it is given only the candidates that were looked at and stayed (images.md, section 4)."""
        if self._verifies:
            self.ledger.records = pruned(self.ledger.records, kept_images, began_ms)

    def _failed(self, pod: Pod, container: Wanted, reference: str, error: str) -> ImageFailure:
        key, now_ms = (pod.uid, container.image), self._agenda.now_ms
        entry = self._backoff.get(key)
        # The clock of the back-off starts at the end of the failed pull.
        self._backoff[key] = advanced(entry, self._policy, since_ms=now_ms, now_ms=now_ms)
        reason, message = reason_of(error, container.image)
        self._last_error[key] = f"{reason}: {message}"
        if error == QPS_EXCEEDED:
            self._record(pod, container, reference, "failed", message=error)
        self._events.emit(pod, WARNING, "Failed", f'Failed to pull image "{container.image}": {error}', _about(container))
        return ImageFailure(reason, message)

    def _record(self, pod: Pod, container: Wanted, reference: str, op: str, **fields: object) -> None:
        self._recorder.record("image", pod=pod.key, object=container.name, op=op, image=reference, **fields)


def reason_of(error: str, image: str) -> tuple[str, str]:
    """evalCRIPullErr: waiting reason and message."""
    for word, cause in CAUSES.items():
        if error.startswith(word):
            return word, f"image pull failed for {image} because {cause}{error.removeprefix(word)}"
    return "ErrImagePull", error


def secrets_of(pod: Pod, repository: str) -> PodCredentials:
    """A scenario knows of pull secrets only their names."""
    return PodCredentials(secrets=tuple(Secret(pod.namespace, name, f"{pod.namespace}/{name}", f"{pod.namespace}/{name}") for name in pod.image_pull_secrets))
