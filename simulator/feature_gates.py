"""Which feature gates does a Kubernetes version have, and which of them are on?

Stages: pkg/features/kube_features.go (1.36.2), for images the KEPs' metadata too. One row is one gate. There is one set of gates for API server, scheduler and
kubelet: Simplified: a cluster can set them apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """A gate's life. Only `LOCKED` cannot be set to something else."""

    ABSENT = "absent"
    ALPHA = "alpha"
    BETA_OFF = "beta, off"
    BETA = "beta"
    GA = "stable"
    LOCKED = "stable, locked"
    DEPRECATED_OFF = "deprecated, off"
    PLANNED = "not yet in Kubernetes"


_ON = (Stage.BETA, Stage.GA, Stage.LOCKED)


@dataclass(frozen=True, slots=True)
class Gate:
    """`since` is (minor version, stage) pairs, ascending; before the first one the gate is absent."""

    name: str
    effect: str
    since: tuple[tuple[int, Stage], ...]

    def stage(self, minor: int) -> Stage:
        """The gate's stage in Kubernetes 1.`minor`."""
        reached = [stage for first, stage in self.since if first <= minor]
        return reached[-1] if reached else Stage.ABSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class GateState:
    """A line of `simulator gates`."""

    name: str
    stage: Stage
    enabled: bool
    effect: str


def _gate(name: str, effect: str, *since: tuple[int, Stage]) -> Gate:
    return Gate(name, effect, since)


A, B_OFF, B, G, L = Stage.ALPHA, Stage.BETA_OFF, Stage.BETA, Stage.GA, Stage.LOCKED

GATES: tuple[Gate, ...] = (
    _gate("SidecarContainers", "init containers with restartPolicy Always; from 1.29 on with an order of termination", (28, A), (29, B), (33, L)),
    _gate("PodLifecycleSleepAction", "the sleep handler of postStart and preStop", (29, A), (30, B), (34, L)),
    _gate("PodLifecycleSleepActionAllowZero", "sleep of zero seconds", (32, A), (33, B), (34, L)),
    _gate("PodReadyToStartContainersCondition", "the pod condition PodReadyToStartContainers", (28, A), (29, B)),
    _gate("ContainerRestartRules", "restartPolicy and restartPolicyRules of single containers", (34, A), (35, B)),
    _gate("RestartAllContainersOnContainerExits", "the rule action RestartAllContainers", (35, A), (36, B)),
    _gate("KubeletCrashLoopBackOffMax", "crashLoopBackOff.maxContainerRestartPeriod in the kubelet's configuration", (32, A), (35, B)),
    _gate("ReduceDefaultCrashLoopBackOffDecay", "crash-loop back-off from 1 s to 60 s", (33, A)),
    _gate("ContainerStopSignals", "lifecycle.stopSignal", (33, A)),
    _gate("PodObservedGenerationTracking", "status.observedGeneration", (33, A), (34, B), (35, L)),
    _gate("EventedPLEG", "container events from the runtime, relist every 300 s", (26, A)),
    _gate("PLEGOnDemandRelist", "one pod is listed again right after a sync that did something", (36, B)),
    _gate("PodLevelResources", "spec.resources", (32, A), (34, B)),
    _gate("InPlacePodVerticalScaling", "resize of running containers", (27, A), (33, B), (35, L)),
    _gate("InPlacePodVerticalScalingInitContainers", "resize of running regular init containers", (36, B)),
    _gate("InPlacePodLevelResourcesVerticalScaling", "resize of spec.resources", (35, A), (36, B)),
    _gate("GracefulNodeShutdown", "pods end in order when the node shuts down, once periods are configured", (20, A), (21, B)),
    _gate("GracefulNodeShutdownBasedOnPodPriority", "shutdown periods by pod priority", (23, A), (24, B)),
    _gate("ProbeTerminationGracePeriod", "terminationGracePeriodSeconds of liveness and startup probes", (21, A), (22, B), (28, G)),
    _gate("GRPCContainerProbe", "gRPC probes", (23, A), (24, B), (27, G)),
    _gate("ExecProbeTimeout", "timeoutSeconds counts for exec probes", (20, G), (35, L)),
    _gate("ChangeContainerStatusOnKubeletRestart", "a kubelet restart resets started and ready", (0, G), (35, Stage.DEPRECATED_OFF)),
    _gate("KubeletEnsureSecretPulledImages", "credentials are checked for images that are present already", (33, A), (35, B)),
    _gate("UserNamespacesSupport", "hostUsers: false", (25, A), (30, B_OFF), (33, B), (36, L)),
    _gate("UserNamespacesHostNetworkSupport", "hostUsers: false together with hostNetwork", (35, A)),
    _gate("ImageVolume", "volumes from images", (31, A), (33, B_OFF), (35, B), (36, L)),
    _gate("ImageVolumeWithDigest", "the digest of an image volume in the status", (35, A)),
    _gate("RelaxedEnvironmentVariableValidation", "nearly any name for environment variables", (30, A), (32, B), (34, L)),
    _gate("PodSchedulingReadiness", "scheduling gates", (26, A), (27, B), (30, G)),
    _gate("NodeDeclaredFeatures", "a node refuses pods that need features it lacks", (35, A), (36, B)),
    _gate("ImageMaximumGCAge", "imageMaximumGCAge: images unused for that long are removed", (29, A), (30, B), (35, G)),
    _gate("KubeletSeparateDiskGC", "writable layers and images on filesystems of their own", (29, A), (31, B)),
    _gate("KubeletServiceAccountTokenForCredentialProviders", "registry credentials from service account tokens", (33, A), (34, B)),
    _gate("RuntimeClassInImageCriApi", "images are pulled for a runtime class", (29, A)),
    _gate("CRIListStreaming", "container lists as a stream", (36, A)),
    _gate("NodeSwap", "swap memory for pods", (22, A), (28, B_OFF), (30, B), (34, G)),
    _gate("PodAndContainerStatsFromCRI", "usage figures from the container runtime", (23, A)),
    _gate("TaintTolerationComparisonOperators", "Gt and Lt in tolerations", (35, A)),
    _gate("SidecarsRestartableDuringPodTermination", "sidecars restart while the pod terminates (KEP-4438)", (27, Stage.PLANNED)),
)
_BY_NAME = {gate.name: gate for gate in GATES}

ALL_ALPHA = "AllAlpha"
ALL_BETA = "AllBeta"


def _default(stage: Stage) -> bool:
    return stage in _ON


def refusal(minor: int, name: str, value: bool, also_known: frozenset[str] = frozenset()) -> str:
    """Why the kubelet of Kubernetes 1.`minor` would not start with this gate set so; empty when it would. `also_known`: gates that exist without effect
    here.
    """
    if name in (ALL_ALPHA, ALL_BETA):
        return ""
    gate = _BY_NAME.get(name)
    if gate is None:
        return "" if name in also_known else f"unrecognized feature gate: {name}"
    stage = gate.stage(minor)
    if stage is Stage.ABSENT:
        return f"unrecognized feature gate: {name}"
    if stage is Stage.LOCKED and not value:
        return f"cannot set feature gate {name} to {str(value).lower()}, feature is locked to true"
    return ""


def gate_names() -> tuple[str, ...]:
    """Every gate of the table, and the two that stand for many."""
    return (*_BY_NAME, ALL_ALPHA, ALL_BETA)


def enabled(minor: int, overrides: Mapping[str, bool] | None = None) -> Mapping[str, bool]:
    """Every gate of the table with its value in Kubernetes 1.`minor`. A gate named by itself wins over AllAlpha and AllBeta. Absent gates are off."""
    chosen = overrides or {}
    return {gate.name: _value(gate, gate.stage(minor), chosen) for gate in GATES}


def _value(gate: Gate, stage: Stage, chosen: Mapping[str, bool]) -> bool:
    if stage in (Stage.ABSENT, Stage.LOCKED):
        return stage is Stage.LOCKED
    if gate.name in chosen:
        return chosen[gate.name]
    if stage is Stage.ALPHA and ALL_ALPHA in chosen:
        return chosen[ALL_ALPHA]
    if stage in (Stage.BETA, Stage.BETA_OFF) and ALL_BETA in chosen:
        return chosen[ALL_BETA]
    return _default(stage)


def listing(minor: int, overrides: Mapping[str, bool] | None = None) -> tuple[GateState, ...]:
    """What `simulator gates` prints: the gates that Kubernetes 1.`minor` has, in order of name."""
    values = enabled(minor, overrides)
    rows = (GateState(name=g.name, stage=g.stage(minor), enabled=values[g.name], effect=g.effect) for g in GATES)
    return tuple(sorted((row for row in rows if row.stage is not Stage.ABSENT), key=lambda row: row.name))
