"""Where does chance come from?

A draw is a pure function of the scenario's seed, the stream's name and a key (usually an instant or a counter). Nothing is remembered, so a draw more or less
elsewhere, a pod more, or a periodic check that is not simulated because it could not change anything, never shifts another draw.
"""

from __future__ import annotations

from hashlib import blake2b


class Streams:
    """Named random streams of one run."""

    __slots__ = ("_prefix", "jitter")

    def __init__(self, seed: int, *, jitter: bool = True) -> None:
        self._prefix = f"{seed}/".encode()
        self.jitter = jitter
        """False: every draw takes its lower bound, and a duration with a median stays at its median."""

    def unit(self, name: str, key: object = 0) -> float:
        """A number in [0, 1); 0 with jitter off."""
        if not self.jitter:
            return 0.0
        return self.always(name, key)

    def always(self, name: str, key: object = 0) -> float:
        """A number in [0, 1) that is drawn with jitter off, too: for generated names and a script's $RANDOM."""
        digest = blake2b(self._prefix + f"{name}/{key}".encode(), digest_size=7).digest()
        return int.from_bytes(digest, "big") / 2**56

    def between_ms(self, low_ms: int, high_ms: int, name: str, key: object = 0) -> int:
        """A whole number of milliseconds in [low, high]; the low one with jitter off."""
        return low_ms + int(self.unit(name, key) * (high_ms - low_ms + 1))

    def jittered_ms(self, delay_ms: int, name: str, key: object = 0) -> int:
        """`delay` to 1.5 `delay`, the factor of the kubelet's requeues (pkg/kubelet/pod_workers.go, wait.Jitter 0.5)."""
        return delay_ms + int(delay_ms * 0.5 * self.unit(name, key))

    def around_ms(self, median_ms: int, quantiles: tuple[float, float, float, float], name: str, key: object = 0) -> int:
        """A duration whose median is given; `quantiles` are minimum, median, 90 % and maximum, of which only the ratios to the median count."""
        if not self.jitter:
            return median_ms
        low, middle, ninety, high = quantiles
        u = self.always(name, key)
        if u < 0.5:
            value = low + (middle - low) * u / 0.5
        elif u < 0.9:
            value = middle + (ninety - middle) * (u - 0.5) / 0.4
        else:
            # The last tenth thins out towards the maximum, which was seen once.
            value = ninety + (high - ninety) * ((u - 0.9) / 0.1) ** 4
        return max(0, round(median_ms * value / middle))
