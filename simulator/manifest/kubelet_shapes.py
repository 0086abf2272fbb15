"""Which fields does a KubeletConfiguration have?

staging/src/k8s.io/kubelet/config/v1beta1/types.go (1.36), and the fields of older releases. The simulator uses those with a type; the others are known so that
a real node's file passes.
"""

from __future__ import annotations

from simulator.manifest import leaves
from simulator.manifest.leaves import TEXT
from simulator.manifest.shapes import ANYTHING, Shape, map_of, struct


def _go(words: str, convert: object) -> Shape:
    assert callable(convert)
    return Shape(words=words, convert=convert)


_STRING = _go("string", leaves.as_string)
_BOOL = _go("bool", leaves.as_bool)
_INT32 = _go("int32", leaves.as_int32)
_INT64 = _go("int64", leaves.as_int64)
_DURATION = _go("v1.Duration", leaves.as_signed_duration_ms)
_STRINGS = Shape(words="map[string]string", values=_STRING)
_LIST = Shape(words="[]string", items=_STRING)

_UNUSED = (
    "address", "authentication", "authorization", "cgroupDriver", "cgroupRoot", "cgroupsPerQOS", "clusterDNS", "clusterDomain",
    "configMapAndSecretChangeDetectionStrategy", "containerLogMaxFiles", "containerLogMaxSize", "containerLogMaxWorkers", "containerLogMonitorInterval",
    "containerRuntimeEndpoint", "contentType", "cpuCFSQuota", "cpuCFSQuotaPeriod", "cpuManagerPolicy", "cpuManagerPolicyOptions", "cpuManagerReconcilePeriod",
    "draManagerReconcilePeriod", "enableContentionProfiling", "enableControllerAttachDetach", "enableDebugFlagsHandler", "enableDebuggingHandlers",
    "enableProfilingHandler", "enableServer", "enableSystemLogHandler", "enableSystemLogQuery", "enforceNodeAllocatable", "failCgroupV1", "failSwapOn",
    "fileCheckFrequency", "hairpinMode", "healthzBindAddress", "healthzPort", "httpCheckFrequency", "imageServiceEndpoint", "iptablesDropBit",
    "iptablesMasqueradeBit", "kernelMemcgNotification", "kubeAPIBurst", "kubeAPIQPS", "kubeReservedCgroup", "kubeletCgroups", "localStorageCapacityIsolation",
    "logging", "makeIPTablesUtilChains", "maxOpenFiles", "memoryManagerPolicy", "memoryReservationPolicy", "memorySwap", "memoryThrottlingFactor",
    "nodeLeaseDurationSeconds", "nodeStatusMaxImages", "nodeStatusReportFrequency", "oomScoreAdj", "podCIDR", "podLogsDir", "podPidsLimit", "podsPerCore",
    "port", "protectKernelDefaults", "providerID", "qosReserved", "readOnlyPort", "registerNode", "registerWithTaints", "reservedMemory", "reservedSystemCPUs",
    "resolvConf", "rotateCertificates", "runOnce", "runtimeRequestTimeout", "seccompDefault", "serverTLSBootstrap", "showHiddenMetricsForVersion",
    "singleProcessOOMKill", "staticPodPath", "staticPodURL", "staticPodURLHeader", "streamingConnectionIdleTimeout", "systemCgroups", "systemReservedCgroup",
    "tlsCertFile", "tlsCipherSuites", "tlsCurvePreferences", "tlsMinVersion", "tlsPrivateKeyFile", "topologyManagerPolicy", "topologyManagerPolicyOptions",
    "topologyManagerScope", "tracing", "userNamespaces", "volumePluginDir", "volumeStatsAggPeriod",
)  # fmt: skip

KUBELET_CONFIGURATION = Shape(
    words="v1beta1.KubeletConfiguration",
    owner="KubeletConfiguration",
    fields={
        "apiVersion": _STRING,
        "kind": _STRING,
        "metadata": struct("metadata", {"name": TEXT, "namespace": TEXT, "labels": map_of(TEXT), "annotations": map_of(TEXT)}),
        "allowedUnsafeSysctls": _LIST,
        "crashLoopBackOff": Shape(words="v1beta1.CrashLoopBackOffConfig", owner="CrashLoopBackOffConfig", fields={"maxContainerRestartPeriod": _DURATION}),
        "eventBurst": _INT32,
        "eventRecordQPS": _INT32,
        "evictionHard": _STRINGS,
        "evictionMaxPodGracePeriod": _INT32,
        "evictionMinimumReclaim": _STRINGS,
        "evictionPressureTransitionPeriod": _DURATION,
        "evictionSoft": _STRINGS,
        "evictionSoftGracePeriod": _STRINGS,
        "featureGates": Shape(words="map[string]bool", values=_BOOL),
        "imageGCHighThresholdPercent": _INT32,
        "imageGCLowThresholdPercent": _INT32,
        "imageMaximumGCAge": _DURATION,
        "imageMinimumGCAge": _DURATION,
        "imagePullCredentialsVerificationPolicy": _STRING,
        "preloadedImagesVerificationAllowlist": _LIST,
        "kubeReserved": _STRINGS,
        "maxParallelImagePulls": _INT32,
        "maxPods": _INT32,
        "mergeDefaultEvictionSettings": _BOOL,
        "nodeStatusUpdateFrequency": _DURATION,
        "registryBurst": _INT32,
        "registryPullQPS": _INT32,
        "serializeImagePulls": _BOOL,
        "shutdownGracePeriod": _DURATION,
        "shutdownGracePeriodByPodPriority": Shape(
            words="[]v1beta1.ShutdownGracePeriodByPodPriority",
            items=Shape(
                words="v1beta1.ShutdownGracePeriodByPodPriority",
                owner="ShutdownGracePeriodByPodPriority",
                fields={"priority": _INT32, "shutdownGracePeriodSeconds": _INT64},
            ),
        ),
        "shutdownGracePeriodCriticalPods": _DURATION,
        "syncFrequency": _DURATION,
        "systemReserved": _STRINGS,
        **dict.fromkeys(_UNUSED, ANYTHING),
    },
)
