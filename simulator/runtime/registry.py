"""Where do images come from, and how fast? References, the registry's answers and the node's link to it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from simulator.engine.agenda import Agenda, Timer
from simulator.engine.tasks import Gate, Steps
from simulator.scenario import Registry, RegistryError, RegistryImage, RegistryReason

_HOST = re.compile(r"^(localhost|.*[.:].*)$")
_PATH = re.compile(r"^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$")
_TAG = re.compile(r"^\w[\w.-]{0,127}$")
_DIGEST = re.compile(r"^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-fA-F]{32,}$")


def normalise(reference: str) -> str:
    """`nginx` -> `docker.io/library/nginx:latest`. A digest decides, the tag beside it is decoration. Raises ValueError with the runtime's words.

    Kubernetes 1.36: pkg/util/parsers/parsers.go; the distribution reference grammar.
    """
    rest, _, digest = reference.partition("@")
    head, slash, tail = rest.partition("/")
    host, path = (head, tail) if slash and _HOST.match(head) else ("docker.io", rest)
    last = path.rsplit("/", 1)[-1]
    name, colon, tag = path.rpartition(":") if ":" in last else (path, "", "")
    if re.fullmatch(r"[a-f0-9]{64}", reference):
        raise ValueError(f"invalid repository name ({reference}), cannot specify 64-byte hexadecimal strings")
    if name != name.lower():
        raise ValueError(f"repository name ({name}) must be lowercase")
    if not _PATH.match(name) or (colon and not _TAG.match(tag)) or (digest and not _DIGEST.match(digest)):
        raise ValueError("invalid reference format")
    if host == "docker.io" and "/" not in name:
        name = f"library/{name}"
    return f"{host}/{name}@{digest}" if digest else f"{host}/{name}:{tag or 'latest'}"


def repository_of(reference: str) -> str:
    """The normalised name without tag and digest: what credentials are looked up by."""
    name = reference.partition("@")[0]
    head, colon, tail = name.rpartition(":")
    return head if colon and "/" not in tail else name


def with_default_tag(reference: str) -> str:
    """What the kubelet sends to the runtime: the text as written, with `:latest` where neither tag nor digest is said; the host is not added."""
    normal = normalise(reference)
    return f"{reference}:latest" if "@" not in reference and normal.endswith(":latest") and not reference.endswith(":latest") else reference


_RESOLVE = 'failed to pull and unpack image "{image}": failed to resolve image: '
_ERRORS = {
    RegistryReason.NOT_FOUND: _RESOLVE + "{image}: not found",
    RegistryReason.UNAUTHORIZED: _RESOLVE
    + "pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials",
    RegistryReason.UNAVAILABLE: _RESOLVE + "unexpected status from HEAD request: 503 Service Unavailable",
    RegistryReason.TIMEOUT: _RESOLVE + "dial tcp: i/o timeout",
}


class RegistryService:
    """The registries of the world, as the scenario and its actions say."""

    def __init__(self, agenda: Agenda, registry: Registry) -> None:
        self._agenda = agenda
        self._default_size_bytes = registry.default_size_bytes
        self._images = {_key(image.image): image for image in registry.images}
        self._errors: dict[str, RegistryError] = {}
        self._bandwidth: dict[str, int] = {}

    def image(self, reference: str) -> RegistryImage:
        """What the registry has under a normalised reference; an image nobody described has the default size."""
        known = self._images.get(reference)
        return known or RegistryImage(image=reference, size_bytes=self._default_size_bytes)

    def error(self, reference: str) -> str | None:
        """The runtime's words for what the registry refuses now; None: the image can be had."""
        found = self._errors.get(reference) or self._errors.get("*") or self.image(reference).error
        if found is None or (found.until_ms is not None and self._agenda.now_ms >= found.until_ms):
            return None
        return _ERRORS[found.reason].format(image=reference)

    def bandwidth(self, reference: str) -> int | None:
        """The limit of each connection for this image, in bytes a second."""
        return self._bandwidth.get(reference) or self._bandwidth.get("*") or self.image(reference).bandwidth_bytes_per_second

    def change(self, reference: str, options: Mapping[str, object]) -> None:
        """The `registry` action: an error or another bandwidth from now on, for some time or for good."""
        key = "*" if reference == "*" else _key(reference)
        for_ms = options.get("for_ms")
        until_ms = self._agenda.now_ms + for_ms if isinstance(for_ms, int) else None
        error = options.get("error")
        if isinstance(error, RegistryError):
            self._errors[key] = RegistryError(reason=error.reason, until_ms=until_ms if error.until_ms is None else error.until_ms)
        rate = options.get("bandwidth_bytes_per_second")
        if isinstance(rate, int):
            self._bandwidth[key] = rate
            if until_ms is not None:
                self._agenda.at(until_ms, lambda: self._bandwidth.pop(key, None))


def _key(reference: str) -> str:
    try:
        return normalise(reference)
    except ValueError:
        return reference


class _Download:
    __slots__ = ("cap", "done", "left_bytes", "rate")

    def __init__(self, size_bytes: int, cap: int | None) -> None:
        self.left_bytes = float(size_bytes)
        self.cap = cap
        self.rate = 0.0
        self.done = Gate()


def fair_rates(caps: list[float], capacity: float) -> list[float]:
    """Share a link: equally, but nobody gets more than its cap; what is left over goes to the others (max-min fairness)."""
    rates = [0.0] * len(caps)
    waiting = sorted(range(len(caps)), key=lambda i: (caps[i], i))
    left = capacity
    for position, index in enumerate(waiting):
        rates[index] = min(caps[index], left / (len(waiting) - position))
        left -= rates[index]
    return rates


class Link:
    """The node's connection: all downloads share it. Recomputed only when a download begins or ends."""

    def __init__(self, agenda: Agenda, bandwidth_bytes_per_second: int | None) -> None:
        self._agenda = agenda
        self._capacity = float(bandwidth_bytes_per_second) if bandwidth_bytes_per_second else 1e12
        self._active: list[_Download] = []
        self._since_ms = 0
        self._timer: Timer | None = None

    def download(self, size_bytes: int, cap: int | None) -> Steps:
        """Take as long as `size_bytes` take over the shared link; `cap` is this connection's own limit in bytes a second."""
        mine = _Download(size_bytes, cap)
        self._advance()
        self._active.append(mine)
        self._share()
        try:
            yield mine.done
        finally:
            if mine in self._active:
                self._advance()
                self._active.remove(mine)
                self._share()

    def _advance(self) -> None:
        passed_s = (self._agenda.now_ms - self._since_ms) / 1000
        self._since_ms = self._agenda.now_ms
        for each in self._active:
            each.left_bytes -= each.rate * passed_s

    def _share(self) -> None:
        if self._timer:
            self._timer.cancel()
        if not self._active:
            return
        caps = [float(each.cap) if each.cap else self._capacity for each in self._active]
        for each, rate in zip(self._active, fair_rates(caps, self._capacity), strict=True):
            each.rate = rate
        next_ms = min(max(0, -(-int(each.left_bytes * 1000) // max(1, int(each.rate)))) for each in self._active)
        self._timer = self._agenda.after(next_ms, self._finish)

    def _finish(self) -> None:
        self._advance()
        ended = [each for each in self._active if each.left_bytes < 1]
        self._active = [each for each in self._active if each.left_bytes >= 1]
        self._share()
        for each in ended:
            each.done.open()
