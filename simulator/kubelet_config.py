"""How is the kubelet configured? `kubelet.config.k8s.io/v1beta1` KubeletConfiguration with its defaults.

Figures: the specification's defaults.yaml, from pkg/kubelet/apis/config/v1beta1/defaults.go (1.36.2). A file's settings are plain data in its own spelling
(durations already in milliseconds) until `configuration_of` makes the value; `simulator.manifest.kubelet_document` reads the files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from simulator.units import format_duration, parse_duration_ms, quantity_bytes, quantity_millicores


@dataclass(frozen=True, slots=True, kw_only=True)
class KubeletConfiguration:
    """The merged configuration of the node's kubelet. Durations in milliseconds."""

    feature_gates: Mapping[str, bool] = field(default_factory=dict)
    """Only what was set; defaults come from the version's table."""
    max_pods: int = 110
    sync_frequency_ms: int = 60_000
    node_status_update_frequency_ms: int = 10_000
    crash_loop_max_restart_period_ms: int | None = None
    """`crashLoopBackOff.maxContainerRestartPeriod`; None: not set."""
    serialize_image_pulls: bool = True
    max_parallel_image_pulls: int | None = None
    registry_pull_qps: int = 5
    registry_burst: int = 10
    image_minimum_gc_age_ms: int = 120_000
    image_maximum_gc_age_ms: int = 0
    image_gc_high_threshold_percent: int = 85
    image_gc_low_threshold_percent: int = 80
    event_record_qps: int = 50
    event_burst: int = 100
    eviction_hard: Mapping[str, str] = field(default_factory=dict)
    eviction_soft: Mapping[str, str] = field(default_factory=dict)
    eviction_soft_grace_period_ms: Mapping[str, int] = field(default_factory=dict)
    eviction_minimum_reclaim: Mapping[str, str] = field(default_factory=dict)
    eviction_pressure_transition_period_ms: int = 300_000
    eviction_max_pod_grace_period_seconds: int = 0
    shutdown_grace_period_ms: int = 0
    shutdown_grace_period_critical_pods_ms: int = 0
    shutdown_grace_period_by_pod_priority: tuple[tuple[int, int], ...] = ()
    """(priority, seconds) pairs, by priority ascending."""
    user_namespaces_ids_per_pod: int = 65_536
    system_reserved: Mapping[str, int] = field(default_factory=dict)
    kube_reserved: Mapping[str, int] = field(default_factory=dict)
    allowed_unsafe_sysctls: tuple[str, ...] = ()
    image_pull_credentials_verification_policy: str = ""
    """Empty where the gate KubeletEnsureSecretPulledImages is off."""
    preloaded_images_verification_allowlist: tuple[str, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    """Field in the file's own spelling to the file that set it; absent: the default."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """All of it as plain data in the file's spelling, durations in milliseconds; for whoever shows it."""

    def rows(self) -> tuple[tuple[str, str, str], ...]:
        """(field, value, file that set it or empty for a default), by field; maps by their keys."""
        found: list[tuple[str, str, str]] = []
        for name, value in sorted(self.settings.items()):
            source = self.sources.get(name, "")
            if isinstance(value, Mapping):
                found += [(f"{name}: {key}", _shown(f"{name}.{key}", inner), source) for key, inner in sorted(value.items())]
            else:
                found.append((name, _shown(name, value), source))
        return tuple(found)


DURATIONS = frozenset(
    """syncFrequency nodeStatusUpdateFrequency imageMinimumGCAge imageMaximumGCAge evictionPressureTransitionPeriod shutdownGracePeriod
    shutdownGracePeriodCriticalPods crashLoopBackOff.maxContainerRestartPeriod""".split()  # noqa: SIM905
)
"""Fields that settings hold in milliseconds."""


def _shown(name: str, value: object) -> str:
    if name in DURATIONS and isinstance(value, int):
        return format_duration(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "(empty)"
    return str(value)


Settings = dict[str, Any]
"""A configuration as plain data, in its file's spelling."""

_EVICTION_HARD = {"memory.available": "100Mi", "nodefs.available": "10%", "nodefs.inodesFree": "5%", "imagefs.available": "15%"}
_EVICTION_HARD_1_30 = {**_EVICTION_HARD, "imagefs.inodesFree": "5%"}

_WHEN_ABSENT: Mapping[str, object] = {
    "registryPullQPS": 5,
    "eventRecordQPS": 50,
    "imageGCHighThresholdPercent": 85,
    "imageGCLowThresholdPercent": 80,
    "imageMaximumGCAge": 0,
    "evictionMaxPodGracePeriod": 0,
    "shutdownGracePeriod": 0,
    "shutdownGracePeriodCriticalPods": 0,
}
"""Defaults of fields whose zero means zero."""

_WHEN_ZERO: Mapping[str, object] = {
    "port": 10_250,
    "maxPods": 110,
    "syncFrequency": 60_000,
    "nodeStatusUpdateFrequency": 10_000,
    "registryBurst": 10,
    "imageMinimumGCAge": 120_000,
    "eventBurst": 100,
    "evictionPressureTransitionPeriod": 300_000,
}
"""Defaults of fields whose zero means the default."""

_MAX_RESTART_PERIOD_MS = 300_000


def default_eviction_hard(minor: int) -> Mapping[str, str]:
    """The thresholds of a kubelet without `evictionHard`: since 1.30 with imagefs.inodesFree."""
    return _EVICTION_HARD_1_30 if minor >= 30 else _EVICTION_HARD


def complete(settings: Settings, *, minor: int, gates: Mapping[str, bool]) -> Settings:
    """The settings with every default of Kubernetes 1.`minor`. Upstream runs this after the main file and again after every drop-in."""
    done = {**_WHEN_ABSENT, **settings}
    for name, value in _WHEN_ZERO.items():
        done[name] = done.get(name) or value
    if "evictionHard" not in done:
        done["evictionHard"] = dict(default_eviction_hard(minor))
    elif done.get("mergeDefaultEvictionSettings"):
        done["evictionHard"] = {**default_eviction_hard(minor), **done["evictionHard"]}
    if "serializeImagePulls" not in done:
        done["serializeImagePulls"] = (done.get("maxParallelImagePulls") or 1) < 2
    if gates.get("KubeletCrashLoopBackOffMax"):
        period = dict(done.get("crashLoopBackOff", {}))
        period.setdefault("maxContainerRestartPeriod", _MAX_RESTART_PERIOD_MS)
        done["crashLoopBackOff"] = period
    if gates.get("KubeletEnsureSecretPulledImages") and not done.get("imagePullCredentialsVerificationPolicy"):
        done["imagePullCredentialsVerificationPolicy"] = "NeverVerifyPreloadedImages"
    return done


def merge_drop_in(settings: Settings, drop_in: Mapping[str, Any], nulls: Sequence[tuple[str, ...]]) -> Settings:
    """A JSON merge patch: maps merge by key, lists and scalars replace, a null (its path is in `nulls`) removes. cmd/kubelet/app/server.go."""
    merged = dict(settings)
    for name, value in drop_in.items():
        base = merged.get(name)
        merged[name] = {**base, **value} if isinstance(base, dict) and isinstance(value, dict) else value
    for path in nulls:
        holder = merged if len(path) == 1 else merged.get(path[0])
        if isinstance(holder, dict):
            holder.pop(path[-1], None)
    return merged


def configuration_of(settings: Settings, sources: Mapping[str, str]) -> KubeletConfiguration:
    """The value of completed settings."""
    return KubeletConfiguration(
        feature_gates=settings.get("featureGates", {}),
        max_pods=settings["maxPods"],
        sync_frequency_ms=settings["syncFrequency"],
        node_status_update_frequency_ms=settings["nodeStatusUpdateFrequency"],
        crash_loop_max_restart_period_ms=settings.get("crashLoopBackOff", {}).get("maxContainerRestartPeriod"),
        serialize_image_pulls=settings["serializeImagePulls"],
        max_parallel_image_pulls=settings.get("maxParallelImagePulls"),
        registry_pull_qps=settings["registryPullQPS"],
        registry_burst=settings["registryBurst"],
        image_minimum_gc_age_ms=settings["imageMinimumGCAge"],
        image_maximum_gc_age_ms=settings["imageMaximumGCAge"],
        image_gc_high_threshold_percent=settings["imageGCHighThresholdPercent"],
        image_gc_low_threshold_percent=settings["imageGCLowThresholdPercent"],
        event_record_qps=settings["eventRecordQPS"],
        event_burst=settings["eventBurst"],
        eviction_hard=settings["evictionHard"],
        eviction_soft=settings.get("evictionSoft", {}),
        eviction_soft_grace_period_ms={k: parse_duration_ms(v) for k, v in settings.get("evictionSoftGracePeriod", {}).items()},
        eviction_minimum_reclaim=settings.get("evictionMinimumReclaim", {}),
        eviction_pressure_transition_period_ms=settings["evictionPressureTransitionPeriod"],
        eviction_max_pod_grace_period_seconds=settings["evictionMaxPodGracePeriod"],
        shutdown_grace_period_ms=settings["shutdownGracePeriod"],
        shutdown_grace_period_critical_pods_ms=settings["shutdownGracePeriodCriticalPods"],
        shutdown_grace_period_by_pod_priority=tuple(
            sorted((row.get("priority", 0), row.get("shutdownGracePeriodSeconds", 0)) for row in settings.get("shutdownGracePeriodByPodPriority", ()))
        ),
        user_namespaces_ids_per_pod=settings.get("userNamespaces", {}).get("idsPerPod") or 65_536,
        system_reserved=_amounts(settings.get("systemReserved", {})),
        kube_reserved=_amounts(settings.get("kubeReserved", {})),
        allowed_unsafe_sysctls=tuple(settings.get("allowedUnsafeSysctls", ())),
        image_pull_credentials_verification_policy=settings.get("imagePullCredentialsVerificationPolicy", ""),
        preloaded_images_verification_allowlist=tuple(settings.get("preloadedImagesVerificationAllowlist", ())),
        sources=sources,
        settings=settings,
    )


def _amounts(quantities: Mapping[str, str]) -> dict[str, int]:
    return {name: quantity_millicores(text) if name == "cpu" else quantity_bytes(text) for name, text in quantities.items()}
