"""Which configurations does the kubelet refuse to start with?

pkg/kubelet/apis/config/validation/validation.go (1.36), for the fields that the simulator uses. The settings are merged and completed before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from simulator.feature_gates import gate_names, refusal
from simulator.manifest.leaves import as_quantity_text
from simulator.manifest.nodes import Finding, Key
from simulator.manifest.other_gates import OTHER_GATES
from simulator.manifest.shapes import did_you_mean
from simulator.units import format_duration, parse_duration_ms, parse_quantity

Settings = Mapping[str, Any]
SIGNALS = (
    "memory.available", "nodefs.available", "nodefs.inodesFree", "imagefs.available", "imagefs.inodesFree", "containerfs.available", "containerfs.inodesFree",
    "allocatableMemory.available", "pid.available",
)  # fmt: skip
_VERIFICATION_POLICIES = ("NeverVerify", "NeverVerifyPreloadedImages", "NeverVerifyAllowlistedImages", "AlwaysVerify")


def findings(settings: Settings, *, minor: int, gates: Mapping[str, bool]) -> Iterator[Finding]:
    """Everything the kubelet would say, by field."""
    yield from gate_findings(settings, minor)
    yield from _number_findings(settings)
    yield from _image_findings(settings, gates)
    yield from _eviction_findings(settings)
    yield from _shutdown_findings(settings, gates)
    yield from _crash_loop_findings(settings, gates)
    yield from _reserved_findings(settings)
    yield from _userns_findings(settings)


def gate_findings(settings: Settings, minor: int) -> Iterator[Finding]:
    """Gates that this version does not know or has locked."""
    for name, value in settings.get("featureGates", {}).items():
        message = refusal(minor, name, value, OTHER_GATES)
        if message:
            unknown = message.startswith("unrecognized")
            hint = f"Kubernetes 1.{minor} does not have it" if unknown and name in gate_names() else did_you_mean(name, gate_names()) if unknown else ""
            yield Finding(("featureGates", Key(name)), message, hint, at_key=True)


_NOT_NEGATIVE = ("registryPullQPS", "registryBurst", "eventRecordQPS", "eventBurst", "maxPods", "evictionMaxPodGracePeriod")


def _number_findings(settings: Settings) -> Iterator[Finding]:
    for name in _NOT_NEGATIVE:
        if settings.get(name, 0) < 0:
            yield Finding((name,), f"invalid configuration: {name} {settings[name]} must not be a negative number")
    if settings.get("nodeStatusMaxImages", 0) < -1:
        yield Finding(("nodeStatusMaxImages",), f"invalid configuration: nodeStatusMaxImages {settings['nodeStatusMaxImages']} must be -1 or greater")
    for name in ("syncFrequency", "nodeStatusUpdateFrequency", "evictionPressureTransitionPeriod"):
        if settings.get(name, 0) < 0:
            yield Finding((name,), f"invalid configuration: {name} must not be negative")


def _image_findings(settings: Settings, gates: Mapping[str, bool]) -> Iterator[Finding]:
    high, low = settings["imageGCHighThresholdPercent"], settings["imageGCLowThresholdPercent"]
    for name, percent in (("imageGCHighThresholdPercent", high), ("imageGCLowThresholdPercent", low)):
        if not 0 <= percent <= 100:
            yield Finding((name,), f"invalid configuration: {name} {percent} must be between 0 and 100, inclusive")
    if low >= high:
        yield Finding(
            ("imageGCLowThresholdPercent",), f"invalid configuration: imageGCLowThresholdPercent {low} must be less than imageGCHighThresholdPercent {high}"
        )
    minimum_ms, maximum_ms = settings["imageMinimumGCAge"], settings["imageMaximumGCAge"]
    for name, age_ms in (("imageMinimumGCAge", minimum_ms), ("imageMaximumGCAge", maximum_ms)):
        if age_ms < 0:
            yield Finding((name,), f"invalid configuration: {name} {format_duration(age_ms)} must not be negative")
    if maximum_ms and not gates.get("ImageMaximumGCAge"):
        yield Finding(
            ("imageMaximumGCAge",), "invalid configuration: ImageMaximumGCAge feature gate is required for Kubelet configuration option imageMaximumGCAge"
        )
    elif 0 < maximum_ms <= minimum_ms:
        yield Finding(
            ("imageMaximumGCAge",),
            f"invalid configuration: imageMaximumGCAge {format_duration(maximum_ms)} must be greater than imageMinimumGCAge {format_duration(minimum_ms)}",
        )
    parallel = settings.get("maxParallelImagePulls")
    if parallel is not None and parallel < 1:
        yield Finding(("maxParallelImagePulls",), f"invalid configuration: maxParallelImagePulls {parallel} must be a positive number")
    elif parallel is not None and parallel > 1 and settings["serializeImagePulls"]:
        yield Finding(
            ("maxParallelImagePulls",), "invalid configuration: maxParallelImagePulls cannot be larger than 1 unless SerializeImagePulls set to false",
            "set serializeImagePulls: false beside it",
        )  # fmt: skip
    yield from _verification_findings(settings, gates)


def _verification_findings(settings: Settings, gates: Mapping[str, bool]) -> Iterator[Finding]:
    policy = settings.get("imagePullCredentialsVerificationPolicy", "")
    allowlist = settings.get("preloadedImagesVerificationAllowlist", ())
    if not gates.get("KubeletEnsureSecretPulledImages"):
        if policy:
            yield Finding(
                ("imagePullCredentialsVerificationPolicy",),
                "invalid configuration: imagePullCredentialsVerificationPolicy must not be set if KubeletEnsureSecretPulledImages feature gate is not enabled",
            )
        return
    if policy not in _VERIFICATION_POLICIES:
        yield Finding(
            ("imagePullCredentialsVerificationPolicy",),
            f'invalid configuration: option "{policy}" specified for imagePullCredentialsVerificationPolicy; '
            f"valid options are {', '.join(_VERIFICATION_POLICIES)}",
            did_you_mean(policy, _VERIFICATION_POLICIES),
        )
    if allowlist and policy != "NeverVerifyAllowlistedImages":
        yield Finding(
            ("preloadedImagesVerificationAllowlist",),
            "invalid configuration: preloadedImagesVerificationAllowlist can only be set when imagePullCredentialsVerificationPolicy "
            "is NeverVerifyAllowlistedImages",
        )


def _eviction_findings(settings: Settings) -> Iterator[Finding]:
    for name in ("evictionHard", "evictionSoft", "evictionMinimumReclaim"):
        for signal, text in settings.get(name, {}).items():
            yield from _signal_findings(name, Key(signal))
            yield from _threshold_findings(name, signal, text)
    for signal, text in settings.get("evictionSoftGracePeriod", {}).items():
        yield from _signal_findings("evictionSoftGracePeriod", Key(signal))
        try:
            negative = parse_duration_ms(text) < 0
        except ValueError as error:
            yield Finding(("evictionSoftGracePeriod", Key(signal)), str(error))
        else:
            if negative:
                yield Finding(("evictionSoftGracePeriod", Key(signal)), f"invalid eviction grace period specified: {text} must be a positive value")
    for signal in settings.get("evictionSoft", {}):
        if signal in SIGNALS and signal not in settings.get("evictionSoftGracePeriod", {}):
            yield Finding(
                ("evictionSoft", Key(signal)),
                f"grace period must be specified for the soft eviction threshold {signal}",
                "add it under evictionSoftGracePeriod",
            )


def _signal_findings(name: str, signal: str) -> Iterator[Finding]:
    if signal not in SIGNALS:
        yield Finding((name, Key(signal)), f'unknown eviction signal "{signal}"', did_you_mean(signal, SIGNALS), at_key=True)


def _threshold_findings(name: str, signal: str, text: str) -> Iterator[Finding]:
    percent = text.endswith("%")
    try:
        value = _quantity(text[:-1] if percent else text)
    except ValueError as error:
        yield Finding((name, Key(signal)), str(error))
        return
    if percent and not 0 <= value <= 100:
        yield Finding((name, Key(signal)), f"eviction percentage threshold {signal} must be between 0% and 100%: {text}")
    elif not percent and (value < 0 or (value == 0 and name != "evictionMinimumReclaim")):
        yield Finding((name, Key(signal)), f"eviction threshold {signal} must be positive: {text}")


def _quantity(text: str) -> Decimal:
    """No longer than a quantity is elsewhere: exact arithmetic takes any number of digits, and a float does not hold them. Raises ValueError."""
    return parse_quantity(str(as_quantity_text(text)))


def _shutdown_findings(settings: Settings, gates: Mapping[str, bool]) -> Iterator[Finding]:
    total_ms, critical_ms = settings["shutdownGracePeriod"], settings["shutdownGracePeriodCriticalPods"]
    by_priority = settings.get("shutdownGracePeriodByPodPriority", [])
    for name, period_ms in (("shutdownGracePeriod", total_ms), ("shutdownGracePeriodCriticalPods", critical_ms)):
        if period_ms < 0 or 0 < period_ms < 1000:
            yield Finding((name,), f"invalid configuration: {name} {format_duration(period_ms)} must be either zero or otherwise >= 1 sec")
        if period_ms and not gates.get("GracefulNodeShutdown"):
            yield Finding((name,), f"invalid configuration: specifying {name} requires feature gate GracefulNodeShutdown")
    if critical_ms > total_ms:
        yield Finding(
            ("shutdownGracePeriodCriticalPods",),
            f"invalid configuration: shutdownGracePeriodCriticalPods {format_duration(critical_ms)} must be <= shutdownGracePeriod {format_duration(total_ms)}",
        )
    if by_priority and (total_ms or critical_ms):
        yield Finding(
            ("shutdownGracePeriodByPodPriority",),
            "invalid configuration: Cannot specify both shutdownGracePeriodByPodPriority and shutdownGracePeriod at the same time",
        )
    if by_priority and not gates.get("GracefulNodeShutdownBasedOnPodPriority"):
        yield Finding(
            ("shutdownGracePeriodByPodPriority",),
            "invalid configuration: specifying shutdownGracePeriodByPodPriority requires feature gate GracefulNodeShutdownBasedOnPodPriority",
        )


def _crash_loop_findings(settings: Settings, gates: Mapping[str, bool]) -> Iterator[Finding]:
    period_ms = settings.get("crashLoopBackOff", {}).get("maxContainerRestartPeriod")
    if period_ms is None:
        return
    path = ("crashLoopBackOff", "maxContainerRestartPeriod")
    if not gates.get("KubeletCrashLoopBackOffMax"):
        yield Finding(
            path, "invalid configuration: FeatureGate KubeletCrashLoopBackOffMax not enabled, CrashLoopBackOff.MaxContainerRestartPeriod must not be set"
        )
    elif not 1_000 <= period_ms <= 300_000:
        yield Finding(
            path,
            f"invalid configuration: CrashLoopBackOff.MaxContainerRestartPeriod (got: {period_ms // 1000} seconds) must be set between 1 and 300 seconds",
        )


def _reserved_findings(settings: Settings) -> Iterator[Finding]:
    for name in ("systemReserved", "kubeReserved"):
        for resource, text in settings.get(name, {}).items():
            try:
                negative = _quantity(text) < 0
            except ValueError as error:
                yield Finding((name, Key(resource)), str(error))
            else:
                if negative:
                    yield Finding((name, Key(resource)), f"resource quantity for {resource} cannot be negative: {text}")


_ID_BLOCK, _ALL_IDS = 65_536, 1 << 32


def _userns_findings(settings: Settings) -> Iterator[Finding]:
    ids = settings.get("userNamespaces", {}).get("idsPerPod")
    path = ("userNamespaces", "idsPerPod")
    if ids is None:
        return
    if ids % _ID_BLOCK or ids <= 0:
        yield Finding(path, f"invalid configuration: userNamespaces.idsPerPod {ids} must be a multiple of {_ID_BLOCK}")
    elif ids >= _ALL_IDS:
        yield Finding(path, f"invalid configuration: userNamespaces.idsPerPod {ids} must be less than {_ALL_IDS}")
    elif _ALL_IDS // ids - 1 < settings["maxPods"]:
        room = _ALL_IDS // ids - 1
        yield Finding(path, f"invalid configuration: userNamespaces.idsPerPod {ids} leaves room for {room} pods, and maxPods is {settings['maxPods']}")
