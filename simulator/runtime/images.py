"""Which images are on the node, and how does one get there? The CRI's ImageService (cri-api/pkg/apis/runtime/v1, 1.36), containerd-like.

Simplified: images share no layers with other images, because a scenario gives sizes of layers but not their digests; pulls of one image share everything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from simulator.engine.agenda import Agenda
from simulator.engine.recorder import Recorder
from simulator.engine.tasks import Slots, Steps, Task
from simulator.runtime.registry import Link, RegistryService, normalise
from simulator.scenario import Node, NodeImage

RESOLVE_ROUND_TRIPS = 4
"""Manifest look-ups before the first layer: HEAD and GET of the index, of the manifest, of the configuration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An image in the store. `size_bytes` is what the runtime reports (compressed content, recorded on containerd 2.1.9)."""

    reference: str
    size_bytes: int
    unpacked_bytes: int
    pinned: bool

    @property
    def id(self) -> str:
        """As CRI's Image.id, a digest; of the name, because a simulated image has no content."""
        return f"sha256:{sha256(self.reference.encode()).hexdigest()}"

    @property
    def disk_bytes(self) -> int:
        """What it takes on disk: containerd keeps the compressed blobs beside the unpacked snapshots (discard_unpacked_layers false)."""
        return self.size_bytes + self.unpacked_bytes


class PullError(Exception):
    """The runtime could not pull; the text is its answer. Never leaves the kubelet's image manager."""


class InspectError(Exception):
    """The runtime could not look an image up. Never leaves the kubelet's image manager."""


class _Pull:
    """A pull of one image that is under way; whoever asks for the same image meanwhile waits for it, too."""

    __slots__ = ("task", "waiting")

    def __init__(self, task: Task) -> None:
        self.task = task
        self.waiting = 0


class ImageService:
    """The node's images and the way to more."""

    def __init__(self, agenda: Agenda, recorder: Recorder, node: Node, registry: RegistryService) -> None:
        self._agenda = agenda
        self._recorder = recorder
        self._node = node
        self._registry = registry
        self._link = Link(agenda, node.link_bandwidth_bytes_per_second)
        self._downloads = Slots(node.runtime.max_concurrent_downloads)
        self._images = {normalise(image.image): _stored(image) for image in node.images}
        self._pulls: dict[str, _Pull] = {}
        self._uses: dict[str, int] = {}
        """Reference to the number of containers."""
        self._stored_bytes = sum(image.disk_bytes for image in self._images.values())
        self._partial_bytes = 0
        self.room: Callable[[], int] | None = None
        """Bytes that the images' filesystem has left."""
        self.on_change: Callable[[], None] = lambda: None
        """Called when there is more or less on the disk."""
        self.on_images: Callable[[], None] = lambda: None
        """Called when an image has come, gone, or is used by a first or by no container."""

    def begin(self, node: Node) -> None:
        """Say what is there at t=0, with the ages that the scenario gives."""
        for image in node.images:
            self._recorder.record(
                "image",
                object=normalise(image.image),
                op="present",
                bytes=image.size_bytes,
                pinned=image.pinned,
                first_detected=None if image.first_detected_ago_ms is None else -image.first_detected_ago_ms / 1000,
                last_used=None if image.last_used_ago_ms is None else -image.last_used_ago_ms / 1000,
            )

    def list_images(self) -> tuple[Image, ...]:
        """ListImages, in the order in which they came."""
        return tuple(self._images.values())

    def image_status(self, reference: str) -> Image | None:
        """ImageStatus: the image under a normalised reference; None: absent."""
        return self._images.get(reference)

    def disk_bytes(self) -> int:
        """ImageFsInfo, the images' part: what all of them take, with what pulls have brought so far."""
        return self._stored_bytes + self._partial_bytes

    def in_use(self) -> frozenset[str]:
        """References of the images of all containers, dead ones included."""
        return frozenset(self._uses)

    def took(self, reference: str) -> None:
        """A container was made of it."""
        self._uses[reference] = self._uses.get(reference, 0) + 1
        if self._uses[reference] == 1 and reference in self._images:
            self._recorder.record("image", object=reference, op="in_use")
            self.on_images()

    def gave_back(self, reference: str) -> None:
        """A container of it was removed."""
        self._uses[reference] -= 1
        if not self._uses[reference]:
            del self._uses[reference]
            self._recorder.record("image", object=reference, op="unused")
            self.on_images()

    def remove_image(self, reference: str, passed: str = "manual") -> bool:
        """RemoveImage; False when it was not there. `passed` says who wants it: the pass of the garbage collection, or an operator."""
        image = self._images.pop(reference, None)
        if image is None:
            return False
        self._recorder.record("image", object=reference, op="removed", freed=image.size_bytes, **{"pass": passed})
        self._stored_bytes -= image.disk_bytes
        self.on_images()
        self.on_change()
        return True

    def pull_image(self, reference: str, auth: object = None) -> Steps:
        """PullImage: returns the Image. Raises PullError with the runtime's words. `auth` is not looked at: a simulated registry asks nobody."""
        yield RESOLVE_ROUND_TRIPS * self._node.link_latency_ms
        error = self._registry.error(reference)
        if error:
            raise PullError(error)
        present = self._images.get(reference)
        if present:
            return present
        pull = self._pulls.get(reference)
        if pull is None:
            pull = self._pulls[reference] = _Pull(Task(self._agenda, self._fetch(reference)))
        pull.waiting += 1
        try:
            outcome: Image | str = yield pull.task
        finally:
            pull.waiting -= 1
            if not pull.waiting and not pull.task.done.is_open:
                pull.task.cancel()  # nobody wants it any more: its caller's context was cancelled
            if pull.task.done.is_open and self._pulls.get(reference) is pull:
                del self._pulls[reference]
        if isinstance(outcome, str):
            raise PullError(outcome)
        return outcome

    def _fetch(self, reference: str) -> Steps:
        """Download and unpack; returns the Image, or the runtime's words."""
        wanted = self._registry.image(reference)
        layers = wanted.layers_bytes or (wanted.size_bytes,)
        unpacked_bytes = wanted.unpacked_bytes or wanted.size_bytes
        total_bytes = sum(layers)
        self._recorder.record("image", object=reference, op="progress", bytes=0, total=total_bytes)
        downloads = [Task(self._agenda, self._download(reference, size_bytes)) for size_bytes in layers]
        done_bytes = came_bytes = 0
        try:
            for size_bytes, download in zip(layers, downloads, strict=True):
                yield download
                done_bytes += size_bytes
                self._recorder.record("image", object=reference, op="progress", bytes=done_bytes, total=total_bytes)
                share_bytes = unpacked_bytes * size_bytes // total_bytes if total_bytes else 0
                if self.room is not None and size_bytes + share_bytes > self.room():
                    return f'failed to pull and unpack image "{reference}": failed to extract layer: write: no space left on device'
                came_bytes += size_bytes
                self._add_partial(size_bytes)
                rate = self._node.runtime.unpack_bytes_per_second
                yield share_bytes * 1000 // rate if rate else 0
                came_bytes += share_bytes
                self._add_partial(share_bytes)
            image = Image(reference=reference, size_bytes=wanted.size_bytes, unpacked_bytes=unpacked_bytes, pinned=False)
            self._images[reference] = image
            self._stored_bytes += image.disk_bytes
            self.on_images()
            return image
        finally:
            for download in downloads:
                download.cancel()
            self._partial_bytes -= came_bytes
            self.on_change()

    def _add_partial(self, more_bytes: int) -> None:
        self._partial_bytes += more_bytes
        self.on_change()

    def _download(self, reference: str, size_bytes: int) -> Steps:
        yield from self._downloads.acquire()
        try:
            yield from self._link.download(size_bytes, self._registry.bandwidth(reference))
        finally:
            self._downloads.release()


def _stored(image: NodeImage) -> Image:
    return Image(
        reference=normalise(image.image),
        size_bytes=image.size_bytes,
        unpacked_bytes=image.unpacked_bytes or image.size_bytes,
        pinned=image.pinned,
    )
