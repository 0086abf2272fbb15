"""What rule made this happen, who decided it, and what would change it? The sentences behind the codes of `simulator.whys`.

`says` and `change` may name fields of the record in braces: {object}, {delay}, {exit_code}. A code that `passes` says nothing by itself: whoever explains a
record of it goes on to the record's cause.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One rule."""

    says: str = ""
    change: str = ""
    """What would make it happen otherwise."""
    source: str = ""
    """File and function in Kubernetes 1.36."""
    field: str = ""
    """The line that decides: `container:livenessProbe`, `pod:restartPolicy`."""
    passes: bool = False


_ACTIONS = "pkg/kubelet/kuberuntime/kuberuntime_manager.go, computePodActions"
_KILL = "pkg/kubelet/kuberuntime/kuberuntime_container.go, killContainer"
_INIT = "pkg/kubelet/kuberuntime/kuberuntime_container.go, computeInitContainerActions"
_BACKOFF = "pkg/kubelet/kuberuntime/kuberuntime_manager.go, doBackOff"
_RESTART = "pkg/kubelet/container/helpers.go, ShouldContainerBeRestarted"
_PULL = "pkg/kubelet/images/image_manager.go, EnsureImageExists"
_PROBE = "pkg/kubelet/prober/worker.go, doProbe"
_WORKERS = "pkg/kubelet/pod_workers.go"
_STATUS = "pkg/kubelet/kubelet_pods.go, convertToAPIContainerStatuses"
_CONDITIONS = "pkg/kubelet/status/generate.go"
_EVICTION = "pkg/kubelet/eviction/eviction_manager.go, synchronize"
_IMAGE_GC = "pkg/kubelet/images/image_gc_manager.go"
_ON = Explanation(passes=True)


def _of(says: str, change: str, source: str, field: str = "") -> Explanation:
    return Explanation(says=says, change=change, source=source, field=field)


EXPLANATIONS: Mapping[str, Explanation] = {
    # -- what only leads on --------------------------------------------------------------------------------------------------------
    "runtime-answered": _ON,
    "relist-saw-it": _ON,
    "pod-has-news": _ON,
    "sync-done": _ON,
    "pod-stopped": _ON,
    "nothing-runs-any-more": _ON,
    "image-progress": _ON,
    "image-in-use": _ON,
    "process-runs": _ON,
    "running": _ON,
    "started": _ON,
    "restart-count": _ON,
    "last-state": _ON,
    "stop-signal": _ON,
    # -- starting ------------------------------------------------------------------------------------------------------------------
    "pod-created": _of("The pod was created in the API.", "", "pkg/registry/core/pod/strategy.go"),
    "sandbox-needed": _of(
        "The pod has no sandbox yet: its network and its namespaces come before any container.",
        "Nothing in the spec; a pod with many neighbours that start at once waits longer.",
        _ACTIONS,
    ),
    "first-start": _of(
        "{object} starts now because every init container is done and every sidecar has started; main containers are started one after the other in one sync, "
        "without waiting for each other to be ready.",
        "Fewer or faster init containers, images that are on the node, and postStart hooks that return soon.",
        _ACTIONS,
        "container:",
    ),
    "init-in-order": _of(
        "Init containers run one at a time, in the order of the spec; it is the turn of {object}.",
        "Its place in initContainers, and how long those before it take.",
        _INIT,
        "container:",
    ),
    "sidecar-in-order": _of(
        "{object} is a sidecar: it starts at its place among the init containers, and the next one does not wait for its end, only until it has started.",
        "Its place in initContainers; a startupProbe or a postStart hook makes the next one wait for it.",
        _INIT,
        "container:restartPolicy",
    ),
    "sidecar-restarts": _of(
        "{object} is a sidecar, so it is restarted whatever its exit code and whatever the pod's restartPolicy, for as long as the pod is not on its way out.",
        "Nothing but the end of the main containers, or of the pod.",
        _RESTART,
        "container:restartPolicy",
    ),
    "restart-policy-always": _of(
        "{object} had ended, and restartPolicy Always starts it again after any exit.",
        "restartPolicy OnFailure would leave it alone after exit code 0, Never after any.",
        _RESTART,
        "pod:restartPolicy",
    ),
    "restart-policy-on-failure": _of(
        "{object} had failed, and restartPolicy OnFailure starts it again after an exit code other than 0.",
        "Exit code 0, or restartPolicy Never.",
        _RESTART,
        "pod:restartPolicy",
    ),
    "restart-rule": _of(
        "A rule of restartPolicyRules covers the exit code, so {object} starts again although its policy alone would not do that.",
        "Another exit code, or another rule; a rule goes before the policy.",
        "pkg/api/v1/pod/util.go, ContainerShouldRestart",
        "container:restartPolicyRules",
    ),
    "restart-all-containers": _of(
        "A rule with the action RestartAllContainers covers the exit code: all containers are killed without preStop hooks and start anew, inits first.",
        "Another exit code, or the action Restart, which restarts that container alone.",
        _ACTIONS,
        "container:restartPolicyRules",
    ),
    "user-namespace": _of(
        "hostUsers is false, so the kubelet gives the pod a block of host ids of its own, which no other pod of the node has.",
        "hostUsers: true, the default: then root in a container is root of the node.",
        "pkg/kubelet/userns/userns_manager.go, createUserNsConfig",
        "pod:hostUsers",
    ),
    "image-changed": _of(
        "The image of {object} in the spec is another one now, so the container is replaced.",
        "Nothing: that is how an image is updated.",
        _ACTIONS,
        "container:image",
    ),
    "state-unknown": _of("The runtime does not know the state of {object} any more, so it is killed to be sure, and started again.", "", _ACTIONS),
    "command-cannot-run": _of("The command of {object} cannot be executed in its image.", "A command that the image has.", _KILL, "container:command"),
    "waiting-pod-initializing": _of(
        "{object} waits: an init container before it is not done, or a sidecar has not started.", "Faster init containers.", _STATUS
    ),
    "waiting-container-creating": _of(
        "{object} waits for the sandbox, its volumes or its image.", "Images on the node and objects that exist.", _STATUS, "container:image"
    ),
    "waiting-create-container-config-error": _of(
        "A ConfigMap or Secret that the environment of {object} is made of does not exist; it is tried again every ten to fifteen seconds.",
        "Create the object, or mark the reference optional.",
        "pkg/kubelet/kubelet_pods.go, makeEnvironmentVariables",
        "container:env",
    ),
    # -- images --------------------------------------------------------------------------------------------------------------------
    "image-queued": _of(
        "The image of {object} is not on the node, or imagePullPolicy is Always; the pull waits for its turn.",
        "An image that is on the node, or maxParallelImagePulls with serializeImagePulls off.",
        _PULL,
        "container:image",
    ),
    "image-started": _of(
        "The image of {object} is pulled now: its layers come over the link to the registry and are unpacked on the disk.",
        "A smaller image, more bandwidth, or an image that is on the node already.",
        _PULL,
        "container:image",
    ),
    "image-pulled": _of("The image of {object} is complete on the node.", "", _PULL, "container:image"),
    "image-failed": _of("The registry refused the image of {object}.", "A name and a tag that exist, or credentials.", _PULL, "container:image"),
    "waiting-err-image-pull": _of("The last pull of the image failed.", "A name and a tag that exist, or credentials.", _PULL, "container:image"),
    "waiting-image-pull-back-off": _of(
        "The last pull of the image failed; the kubelet tries again after 10 s, 20 s, 40 s, at most five minutes.",
        "A name and a tag that exist, credentials, or a registry that answers.",
        _PULL,
        "container:image",
    ),
    "image-removed-age": _of(
        "The image was unused for longer than imageMaximumGCAge.", "A larger imageMaximumGCAge, or a pod that uses it.", f"{_IMAGE_GC}, freeOldImages"
    ),
    "image-removed-space": _of(
        "The image filesystem was above imageGCHighThresholdPercent, so unused images go, the longest unused first, down to imageGCLowThresholdPercent.",
        "A larger disk, other thresholds, or a pod that uses the image.",
        f"{_IMAGE_GC}, freeSpace",
    ),
    "image-removed-reclaim": _of(
        "An eviction threshold was met: before it evicts pods the kubelet removes every unused image.", "More room on the disk.", _EVICTION
    ),
    "image-removed-manual": _of("Somebody removed the image by hand.", "", ""),
    # -- probes and hooks ----------------------------------------------------------------------------------------------------------
    "startup-probe-passed": _of(
        "The startup probe of {object} passed: liveness and readiness begin now.", "A shorter periodSeconds.", _PROBE, "container:startupProbe"
    ),
    "startup-probe-failed": _of(
        "The startup probe of {object} failed failureThreshold times in a row, so the container is killed.",
        "A larger failureThreshold or periodSeconds, or a process that answers sooner.",
        _PROBE,
        "container:startupProbe",
    ),
    "readiness-probe-passed": _of(
        "The readiness probe of {object} passed.", "A shorter initialDelaySeconds or periodSeconds.", _PROBE, "container:readinessProbe"
    ),
    "readiness-probe-failed": _of(
        "The readiness probe of {object} failed: it goes on running, and gets no traffic.", "A process that answers.", _PROBE, "container:readinessProbe"
    ),
    "liveness-probe-passed": _of("The liveness probe of {object} passed.", "", _PROBE, "container:livenessProbe"),
    "liveness-probe-failed": _of(
        "The liveness probe of {object} failed failureThreshold times in a row, so the container is killed and, if its restart policy says so, started again.",
        "A larger failureThreshold, periodSeconds or timeoutSeconds; a startupProbe for a slow start.",
        _PROBE,
        "container:livenessProbe",
    ),
    "post-start-hook-started": _of(
        "The postStart hook of {object} runs beside its process; nothing else of the pod starts before it has returned.",
        "A hook that returns soon.",
        "pkg/kubelet/lifecycle/handlers.go, Run",
        "container:lifecycle",
    ),
    "post-start-hook-finished": _of("The postStart hook of {object} has returned.", "", "pkg/kubelet/lifecycle/handlers.go, Run", "container:lifecycle"),
    "post-start-hook-failed": _of(
        "The postStart hook of {object} failed, so the container is killed.",
        "A hook that succeeds.",
        "pkg/kubelet/lifecycle/handlers.go, Run",
        "container:lifecycle",
    ),
    "pre-stop-hook-started": _of(
        "{object} is to stop: its preStop hook comes first, and its time is taken from the grace period.",
        "A shorter hook, or none.",
        _KILL,
        "container:lifecycle",
    ),
    "pre-stop-hook-finished": _of("The preStop hook of {object} has returned; SIGTERM comes next.", "", _KILL, "container:lifecycle"),
    "pre-stop-hook-failed": _of("The preStop hook of {object} failed; SIGTERM comes all the same.", "A hook that succeeds.", _KILL, "container:lifecycle"),
    "pre-stop-hook-timed-out": _of(
        "The preStop hook of {object} used up the whole grace period; the kubelet went on without it.",
        "A longer terminationGracePeriodSeconds, or a shorter hook.",
        _KILL,
        "pod:terminationGracePeriodSeconds",
    ),
    # -- stopping ------------------------------------------------------------------------------------------------------------------
    "deletion-timestamp": _of(
        "The pod was deleted in the API; the kubelet sees its deletionTimestamp and stops it.", "", "pkg/registry/core/pod/strategy.go, CheckGracefulDelete"
    ),
    "pod-deleted": _of(
        "The pod was deleted: mains get SIGTERM at once, sidecars one after the other from the last to the first, each when all after it have ended "
        "(before 1.29 all of them at once).",
        "terminationGracePeriodSeconds is the time that all of them share.",
        f"{_WORKERS}, syncTerminatingPod",
        "pod:terminationGracePeriodSeconds",
    ),
    "pod-evicted": _of("The kubelet evicts the pod for the node's sake.", "Requests that cover what it uses, or a higher priority.", _EVICTION),
    "node-shutdown": _of(
        "The node shuts down; the kubelet stops pods by priority within shutdownGracePeriod.",
        "shutdownGracePeriod and the pod's priority.",
        "pkg/kubelet/nodeshutdown",
    ),
    "active-deadline-exceeded": _of(
        "activeDeadlineSeconds is over.", "A larger activeDeadlineSeconds.", "pkg/kubelet/active_deadline.go", "pod:activeDeadlineSeconds"
    ),
    "pod-completed": _of(
        "All main containers have ended and none is to be restarted, so the pod is over; sidecars are stopped, the last one first.",
        "A main container that runs on, or restartPolicy Always.",
        _ACTIONS,
        "pod:restartPolicy",
    ),
    "sandbox-changed": _of(
        "The pod's sandbox is gone: everything in it is stopped, and the pod starts anew.", "", "pkg/kubelet/kuberuntime/util/util.go, PodSandboxChanged"
    ),
    "grace-period-over": _of(
        "{object} had not ended when its time was up, so it was killed.",
        "A process that ends on SIGTERM, or a longer terminationGracePeriodSeconds.",
        _KILL,
        "pod:terminationGracePeriodSeconds",
    ),
    "pod-terminated": _of("Nothing of the pod runs any more; its volumes are taken down.", "", f"{_WORKERS}, syncTerminatedPod"),
    "pod-removed": _of("Its last status was sent, so the kubelet deletes the pod's object.", "", "pkg/kubelet/status/status_manager.go, syncPod"),
    "dead-container-removed": _of("Of each container one dead instance is kept, the older ones are removed.", "", "pkg/kubelet/pod_container_deletor.go"),
    # -- ends ----------------------------------------------------------------------------------------------------------------------
    "process-finished": _of("The process of {object} ended with exit code 0.", "What the container does; see its behavior.", "", "container:command"),
    "process-failed": _of("The process of {object} ended with exit code {exit_code}.", "What the container does; see its behavior.", "", "container:command"),
    "process-killed": _of("The process of {object} was killed with SIGKILL: exit code 137 is 128 + 9.", "A process that ends on SIGTERM in time.", _KILL),
    "process-ended-by-signal": _of(
        "The process of {object} ended by SIGTERM: exit code 143 is 128 + 15.", "A process that handles SIGTERM may end with 0.", _KILL
    ),
    "out-of-memory": _of(
        "{object} used more memory than its limit, and the kernel killed it.",
        "A larger memory limit, or a process that needs less.",
        "the kernel's cgroup memory controller",
        "container:resources",
    ),
    "status-unknown": _of("The runtime has no record of {object} any more, so its end is shown as 137.", "", _STATUS),
    "crash-loop-back-off": _of(
        "{object} ended again soon after its last start, so the next start waits {delay} s; the wait doubles from 10 s to five minutes, and is forgotten after "
        "ten minutes without an end.",
        "A process that lives for longer than ten minutes; crashLoopBackOff.maxContainerRestartPeriod of the kubelet for a lower limit.",
        _BACKOFF,
        "container:command",
    ),
    "waiting-crash-loop-back-off": _of(
        "{object} keeps ending; the kubelet waits longer before each start: 10 s, 20 s, 40 s, up to five minutes.",
        "A process that does not end, or one that lives for longer than ten minutes.",
        _BACKOFF,
        "container:command",
    ),
    # -- what the API shows --------------------------------------------------------------------------------------------------------
    "ready": _of("{object} is ready: it runs, and its readiness probe has passed or there is none.", "", _CONDITIONS, "container:readinessProbe"),
    "condition-ready": _of(
        "A pod is Ready while all its containers, sidecars included, are ready and its readiness gates are True.",
        "",
        f"{_CONDITIONS}, GeneratePodReadyCondition",
    ),
    "phase-pending": _of("Pending: not all of the pod's containers have started for the first time.", "", "pkg/kubelet/kubelet_pods.go, getPhase"),
    "phase-running": _of(
        "Running: the pod is initialised, and at least one container runs, starts or is to be restarted.", "", "pkg/kubelet/kubelet_pods.go, getPhase"
    ),
    "phase-succeeded": _of(
        "Succeeded: all main containers ended with 0 and none is to be restarted.", "", "pkg/kubelet/kubelet_pods.go, getPhase", "pod:restartPolicy"
    ),
    "phase-failed": _of(
        "Failed: all containers have ended, at least one of them badly, and none is to be restarted.",
        "",
        "pkg/kubelet/kubelet_pods.go, getPhase",
        "pod:restartPolicy",
    ),
    # -- the rest ------------------------------------------------------------------------------------------------------------------
    "asked-for": _of("An action of the scenario.", "The scenario's actions.", ""),
    "image-gc": _of("The image garbage collector ran; it does so every five minutes.", "imageGCHighThresholdPercent, imageGCLowThresholdPercent.", _IMAGE_GC),
    "eviction-cycle": _of("An eviction threshold is met.", "evictionHard and evictionSoft of the kubelet.", _EVICTION),
    "condition-disk-pressure": _of("The node has crossed an eviction threshold of one of its filesystems.", "evictionHard and evictionSoft.", _EVICTION),
    "condition-memory-pressure": _of("The node has crossed an eviction threshold of its memory.", "evictionHard and evictionSoft.", _EVICTION),
}
