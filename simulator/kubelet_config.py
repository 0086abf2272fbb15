"""How is the kubelet configured? `kubelet.config.k8s.io/v1beta1` KubeletConfiguration with its defaults.

Figures: the specification's defaults.yaml, from pkg/kubelet/apis/config/v1beta1/defaults.go (1.36.2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


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
    system_reserved: Mapping[str, int] = field(default_factory=dict)
    kube_reserved: Mapping[str, int] = field(default_factory=dict)
    allowed_unsafe_sysctls: tuple[str, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    """Field in the file's own spelling to the file that set it; absent: the default."""
