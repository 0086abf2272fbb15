"""Which images are on the node, and how does one get there? The CRI's ImageService (cri-api/pkg/apis/runtime/v1, 1.36), containerd-like.

Simplified: layers are not yet shared between images; each image brings its own.
"""

from __future__ import annotations

from dataclasses import dataclass

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


class PullError(Exception):
    """The runtime could not pull; the text is its answer. Never leaves the kubelet's image manager."""


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

    def image_status(self, reference: str) -> Image | None:
        """ImageStatus: the image under a normalised reference; None: absent."""
        return self._images.get(reference)

    def remove_image(self, reference: str) -> bool:
        """RemoveImage; False when it was not there."""
        image = self._images.pop(reference, None)
        if image is None:
            return False
        self._recorder.record("image", object=reference, op="removed", freed=image.size_bytes, **{"pass": "manual"})
        return True

    def pull_image(self, reference: str) -> Steps:
        """PullImage: returns the Image. Raises PullError with the runtime's words."""
        yield RESOLVE_ROUND_TRIPS * self._node.link_latency_ms
        error = self._registry.error(reference)
        if error:
            raise PullError(error)
        present = self._images.get(reference)
        if present:
            return present
        wanted = self._registry.image(reference)
        layers = wanted.layers_bytes or (wanted.size_bytes,)
        unpacked_bytes = wanted.unpacked_bytes or wanted.size_bytes
        total_bytes = sum(layers)
        self._recorder.record("image", object=reference, op="progress", bytes=0, total=total_bytes)
        downloads = [Task(self._agenda, self._fetch(reference, size_bytes)) for size_bytes in layers]
        done_bytes = 0
        for size_bytes, download in zip(layers, downloads, strict=True):
            yield download
            done_bytes += size_bytes
            self._recorder.record("image", object=reference, op="progress", bytes=done_bytes, total=total_bytes)
            yield _unpack_ms(size_bytes, total_bytes, unpacked_bytes, self._node.runtime.unpack_bytes_per_second)
        image = Image(reference=reference, size_bytes=wanted.size_bytes, unpacked_bytes=unpacked_bytes, pinned=False)
        self._images[reference] = image
        return image

    def _fetch(self, reference: str, size_bytes: int) -> Steps:
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


def _unpack_ms(layer_bytes: int, total_bytes: int, unpacked_bytes: int, bytes_per_second: int) -> int:
    """A layer's share of the unpacked size, at the disk's rate."""
    if not total_bytes or not bytes_per_second:
        return 0
    return unpacked_bytes * layer_bytes * 1000 // (total_bytes * bytes_per_second)
