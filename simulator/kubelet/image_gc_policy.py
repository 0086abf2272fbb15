"""Which unused images may go, and how many bytes must? The rules of image garbage collection. Pure.

Kubernetes 1.36: pkg/kubelet/images/image_gc_manager.go.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageGCPolicy:
    """ImageGCPolicy: thresholds in percent of the image filesystem, ages in milliseconds; a maximum age of 0 is none."""

    high_threshold_percent: int
    low_threshold_percent: int
    minimum_age_ms: int
    maximum_age_ms: int = 0

    def problem(self) -> str | None:
        """Why NewImageGCManager refuses it; None: it does not."""
        if not 0 <= self.high_threshold_percent <= 100:
            return f"invalid HighThresholdPercent {self.high_threshold_percent}, must be in range [0-100]"
        if not 0 <= self.low_threshold_percent <= 100:
            return f"invalid LowThresholdPercent {self.low_threshold_percent}, must be in range [0-100]"
        if self.low_threshold_percent > self.high_threshold_percent:
            return f"LowThresholdPercent {self.low_threshold_percent} can not be higher than HighThresholdPercent {self.high_threshold_percent}"
        return None

    @property
    def is_off(self) -> bool:
        """No periodic sweeps at all (kubelet.go, StartGarbageCollection)."""
        return self.high_threshold_percent == 100 and self.maximum_age_ms == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRecord:
    """What the kubelet remembers of an image, in memory only. `last_used_ms` None: never seen in use, which is older than everything."""

    first_detected_ms: int
    last_used_ms: int | None
    size_bytes: int
    pinned: bool = False


def candidates(records: Mapping[str, ImageRecord], in_use: Collection[str]) -> list[str]:
    """The images that may be looked at, in the order of removal: never used, then longest unused, then longest known; then by id (upstream: open)."""
    found = [name for name, record in records.items() if name not in in_use and not record.pinned]

    def order(name: str) -> tuple[bool, int, int, str]:
        record = records[name]
        return record.last_used_ms is not None, record.last_used_ms or 0, record.first_detected_ms, name

    return sorted(found, key=order)


def is_too_old(record: ImageRecord, now_ms: int, policy: ImageGCPolicy) -> bool:
    """The age pass looks neither at the first detection nor at the minimum age."""
    return record.last_used_ms is None or now_ms - record.last_used_ms > policy.maximum_age_ms


def ages_out_from(record: ImageRecord, began_ms: int, policy: ImageGCPolicy) -> int:
    """The first instant at which an age pass would remove it: past the age since its last use, and since this kubelet's start."""
    since_ms = began_ms if record.last_used_ms is None else max(began_ms, record.last_used_ms)
    return since_ms + policy.maximum_age_ms + 1


def may_be_freed(record: ImageRecord, swept_ms: int, policy: ImageGCPolicy) -> bool:
    """The space pass keeps what was used at this very sweep, and what is younger than the minimum age."""
    if record.last_used_ms is not None and record.last_used_ms >= swept_ms:
        return False
    return swept_ms - record.first_detected_ms >= policy.minimum_age_ms


def usage_percent(capacity_bytes: int, available_bytes: int) -> int:
    """100 less the free percentage, which is cut: 15.9 % free counts as 85 % used."""
    return 100 - available_bytes * 100 // capacity_bytes


def sweeps_below_bytes(capacity_bytes: int, policy: ImageGCPolicy) -> int:
    """With less than that available, usage reaches the high threshold."""
    return -(-(101 - policy.high_threshold_percent) * capacity_bytes // 100)


def bytes_to_free(capacity_bytes: int, available_bytes: int, policy: ImageGCPolicy) -> int:
    """Down to the low threshold."""
    return capacity_bytes * (100 - policy.low_threshold_percent) // 100 - available_bytes


def human_size(size_bytes: int) -> str:
    """As the kubelet prints a capacity: `589.7 MiB`."""
    value, units = float(size_bytes), ["B", "KiB", "MiB", "GiB", "TiB"]
    while value >= 1024 and len(units) > 1:
        value, units = value / 1024, units[1:]
    return f"{value:.1f} {units[0]}" if units[0] != "B" else f"{size_bytes} B"


def not_enough(percent: int, capacity_bytes: int, freed_bytes: int) -> str:
    """The text of FreeDiskSpaceFailed (observed.md, section 12)."""
    return (
        f"Insufficient free disk space on the node's image filesystem ({percent}% of {human_size(capacity_bytes)} used). Failed to free sufficient space by "
        f"deleting unused images (freed {freed_bytes} bytes). Investigate disk usage, as it could be used by active images, logs, volumes, or other data."
    )
