"""What do the KubeletConfigurations of an input come to? Main file, drop-ins, defaults of the version, and what the kubelet would not start with."""

import pytest

import simulator
from simulator.kubelet_config import KubeletConfiguration

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: a, image: x}]}\n"
HEAD = "---\napiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n"


def configured(*documents, kubernetes="1.36"):
    text = POD + "".join(HEAD + document + "\n" for document in documents)
    return simulator.load({"all.yaml": text}, kubernetes=kubernetes).kubelet


def problems_of(*documents, kubernetes="1.36"):
    with pytest.raises(simulator.ManifestError) as caught:
        configured(*documents, kubernetes=kubernetes)
    return [f"{problem.path}: {problem.message}" for problem in caught.value.problems]


def test_without_a_document_the_versions_defaults_hold():
    kubelet = configured()

    assert kubelet.eviction_hard == {
        "memory.available": "100Mi", "nodefs.available": "10%", "nodefs.inodesFree": "5%", "imagefs.available": "15%", "imagefs.inodesFree": "5%",
    }  # fmt: skip
    assert "imagefs.inodesFree" not in configured(kubernetes="1.29").eviction_hard
    assert kubelet.crash_loop_max_restart_period_ms == 300_000
    assert configured(kubernetes="1.34").crash_loop_max_restart_period_ms is None
    assert kubelet.image_pull_credentials_verification_policy == "NeverVerifyPreloadedImages"
    assert configured(kubernetes="1.34").image_pull_credentials_verification_policy == ""


def test_the_values_own_defaults_are_those_of_a_kubelet():
    kubelet, default = configured(), KubeletConfiguration()

    for name in ("max_pods", "sync_frequency_ms", "serialize_image_pulls", "registry_pull_qps", "registry_burst", "image_minimum_gc_age_ms",
                 "image_gc_high_threshold_percent", "image_gc_low_threshold_percent", "event_record_qps", "event_burst",
                 "eviction_pressure_transition_period_ms", "shutdown_grace_period_ms"):  # fmt: skip
        assert getattr(kubelet, name) == getattr(default, name), name


def test_everything_that_is_simulated():
    kubelet = configured("""\
metadata: {name: main}
maxPods: 10
syncFrequency: 30s
crashLoopBackOff: {maxContainerRestartPeriod: 20s}
serializeImagePulls: false
maxParallelImagePulls: 3
registryPullQPS: 0
imageMinimumGCAge: 10s
imageMaximumGCAge: 1h
imageGCHighThresholdPercent: 70
imageGCLowThresholdPercent: 60
evictionSoft: {memory.available: 1Gi}
evictionSoftGracePeriod: {memory.available: 1m30s}
evictionMinimumReclaim: {imagefs.available: 2Gi}
evictionMaxPodGracePeriod: 10
shutdownGracePeriod: 30s
shutdownGracePeriodCriticalPods: 10s
systemReserved: {cpu: 200m, memory: 1Gi}
featureGates: {EventedPLEG: true, RotateKubeletServerCertificate: true}""")

    assert (kubelet.max_pods, kubelet.sync_frequency_ms, kubelet.crash_loop_max_restart_period_ms) == (10, 30_000, 20_000)
    assert (kubelet.serialize_image_pulls, kubelet.max_parallel_image_pulls, kubelet.registry_pull_qps) == (False, 3, 0)
    assert (kubelet.image_minimum_gc_age_ms, kubelet.image_maximum_gc_age_ms) == (10_000, 3_600_000)
    assert (kubelet.eviction_soft_grace_period_ms, kubelet.eviction_minimum_reclaim) == ({"memory.available": 90_000}, {"imagefs.available": "2Gi"})
    assert (kubelet.shutdown_grace_period_ms, kubelet.shutdown_grace_period_critical_pods_ms) == (30_000, 10_000)
    assert kubelet.system_reserved == {"cpu": 200, "memory": 1 << 30}
    assert kubelet.feature_gates == {"EventedPLEG": True, "RotateKubeletServerCertificate": True}
    assert kubelet.sources["maxPods"] == "main"


@pytest.mark.parametrize(
    ("documents", "expected"),
    [
        pytest.param(["maxPods: 10", "maxPods: 20"], 20, id="a drop-in wins over the main file"),
        pytest.param(["maxPods: 10", "metadata: {name: b}\nmaxPods: 20", "metadata: {name: a}\nmaxPods: 30"], 20, id="drop-ins go by name"),
        pytest.param(["maxPods: 10", "maxPods: 20", "metadata: {name: a}\nmaxPods: 30"], 20, id="those without a name come last"),
        pytest.param(["maxPods: 10", "maxPods: 0"], 110, id="a zero in a drop-in is the default"),
        pytest.param(["maxPods: 10", "maxPods: null"], 110, id="a null in a drop-in removes"),
    ],
)
def test_order_of_drop_ins(documents, expected):
    assert configured(*documents).max_pods == expected


def test_maps_merge_by_key_in_drop_ins_and_replace_the_defaults_in_the_main_file():
    only_main = configured("evictionHard: {memory.available: 1Gi}")
    drop_in = configured("maxPods: 1", "evictionHard: {memory.available: 1Gi, nodefs.available: null}")
    merged = configured("mergeDefaultEvictionSettings: true\nevictionHard: {memory.available: 1Gi}")

    assert only_main.eviction_hard == {"memory.available": "1Gi"}
    assert drop_in.eviction_hard == {"memory.available": "1Gi", "nodefs.inodesFree": "5%", "imagefs.available": "15%", "imagefs.inodesFree": "5%"}
    assert merged.eviction_hard["nodefs.available"] == "10%"


def test_feature_gates_merge_by_gate_and_change_what_pods_may_have():
    kubelet = configured("featureGates: {EventedPLEG: true, NodeSwap: true}", "featureGates: {EventedPLEG: false}", kubernetes="1.33")

    assert kubelet.feature_gates == {"EventedPLEG": False, "NodeSwap": True}


def test_a_real_nodes_file_passes_with_what_is_not_simulated():
    kubelet = configured("""\
address: 0.0.0.0
authentication: {anonymous: {enabled: false}, webhook: {enabled: true, cacheTTL: 0s}, x509: {clientCAFile: /etc/kubernetes/pki/ca.crt}}
authorization: {mode: Webhook, webhook: {cacheAuthorizedTTL: 0s, cacheUnauthorizedTTL: 0s}}
cgroupDriver: systemd
clusterDNS: [10.96.0.10]
clusterDomain: cluster.local
containerRuntimeEndpoint: ""
logging: {flushFrequency: 0, options: {json: {infoBufferSize: "0"}}, verbosity: 0}
memorySwap: {}
resolvConf: /run/systemd/resolve/resolv.conf
rotateCertificates: true
staticPodPath: /etc/kubernetes/manifests
evictionPressureTransitionPeriod: 0s
imageMinimumGCAge: 0s
nodeStatusUpdateFrequency: 0s
shutdownGracePeriod: 0s
syncFrequency: 0s""")

    assert (kubelet.eviction_pressure_transition_period_ms, kubelet.image_minimum_gc_age_ms, kubelet.sync_frequency_ms) == (300_000, 120_000, 60_000)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("maxPod: 3", 'maxPod: unknown field "maxPod"', id="an unknown field"),
        pytest.param("maxPods: many", "maxPods: json: cannot unmarshal string into Go struct field KubeletConfiguration.maxPods of type int32", id="a type"),
        pytest.param("maxPods: -1", "maxPods: invalid configuration: maxPods -1 must not be a negative number", id="a negative number"),
        pytest.param("syncFrequency: 10", 'syncFrequency: "10" is not a duration', id="a duration without unit"),
        pytest.param("imageGCHighThresholdPercent: 101", "imageGCHighThresholdPercent 101 must be between 0 and 100, inclusive", id="a percentage"),
        pytest.param("imageGCHighThresholdPercent: 80", "imageGCLowThresholdPercent 80 must be less than imageGCHighThresholdPercent 80", id="high and low"),
        pytest.param("imageMaximumGCAge: 1m", "imageMaximumGCAge 1m0s must be greater than imageMinimumGCAge 2m0s", id="ages"),
        pytest.param("maxParallelImagePulls: 0", "maxParallelImagePulls 0 must be a positive number", id="no pulls at all"),
        pytest.param("serializeImagePulls: true\nmaxParallelImagePulls: 2", "maxParallelImagePulls cannot be larger than 1 unless", id="serial and parallel"),
        pytest.param("evictionHard: {memory.avail: 1Gi}", 'evictionHard[memory.avail]: unknown eviction signal "memory.avail"', id="a signal"),
        pytest.param("evictionHard: {memory.available: much}", "evictionHard[memory.available]: quantities must match", id="a threshold"),
        pytest.param(f"evictionHard: {{memory.available: {'9' * 65}Mi}}", "a quantity has at most 64 characters", id="a threshold of endless digits"),
        pytest.param(f"systemReserved: {{memory: {'9' * 65}Mi}}", "a quantity has at most 64 characters", id="a reservation of endless digits"),
        pytest.param("evictionHard: {nodefs.available: 110%}", "must be between 0% and 100%: 110%", id="a percentage of a threshold"),
        pytest.param("evictionSoft: {memory.available: 1Gi}", "grace period must be specified for the soft eviction threshold memory.available", id="soft"),
        pytest.param("shutdownGracePeriod: 500ms", "shutdownGracePeriod 500ms must be either zero or otherwise >= 1 sec", id="half a second"),
        pytest.param("shutdownGracePeriod: 5s\nshutdownGracePeriodCriticalPods: 9s", "must be <= shutdownGracePeriod 5s", id="critical pods get more"),
        pytest.param("crashLoopBackOff: {maxContainerRestartPeriod: 6m}", "must be set between 1 and 300 seconds", id="a long back-off"),
        pytest.param("featureGates: {SidecarContainer: true}", "unrecognized feature gate: SidecarContainer", id="an unknown gate"),
        pytest.param("featureGates: {SidecarContainers: false}", "cannot set feature gate SidecarContainers to false, feature is locked to true", id="locked"),
        pytest.param("imagePullCredentialsVerificationPolicy: Never", 'option "Never" specified for imagePullCredentialsVerificationPolicy', id="a policy"),
    ],
)
def test_what_the_kubelet_does_not_start_with(text, expected):
    problems = problems_of(text)

    assert any(expected in problem for problem in problems), problems


@pytest.mark.parametrize(
    ("text", "kubernetes", "expected"),
    [
        pytest.param("imageMaximumGCAge: 1h", "1.29", "ImageMaximumGCAge feature gate is required", id="an age before its gate"),
        pytest.param(
            "crashLoopBackOff: {maxContainerRestartPeriod: 20s}", "1.34", "FeatureGate KubeletCrashLoopBackOffMax not enabled", id="a period before its gate"
        ),
        pytest.param("featureGates: {ContainerRestartRules: true}", "1.33", "unrecognized feature gate: ContainerRestartRules", id="a gate before its time"),
    ],
)
def test_what_an_older_kubelet_does_not_start_with(text, kubernetes, expected):
    problems = problems_of(text, kubernetes=kubernetes)

    assert any(expected in problem for problem in problems), problems


def test_a_drop_in_that_asks_for_parallel_pulls_must_say_so_twice():
    assert any("cannot be larger than 1" in problem for problem in problems_of("maxPods: 1", "maxParallelImagePulls: 2"))
    assert configured("maxPods: 1", "maxParallelImagePulls: 2\nserializeImagePulls: false").max_parallel_image_pulls == 2


def test_problems_stand_at_the_file_that_set_the_field():
    text = POD + HEAD + "imageGCHighThresholdPercent: 90\n" + HEAD + "imageGCLowThresholdPercent: 95\n"

    with pytest.raises(simulator.ManifestError) as caught:
        simulator.load({"all.yaml": text})

    assert [(problem.line, problem.column) for problem in caught.value.problems] == [(12, 29)]
