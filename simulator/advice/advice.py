"""What is a piece of advice? And the rules' catalogue: what each is about, and where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from simulator.pod import Mark


class Level(StrEnum):
    """How much it matters; the words are SARIF's."""

    WARNING = "warning"
    """It will go wrong, or cost something every time."""
    NOTE = "note"
    """Worth knowing; arithmetic that others leave out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing that is looked for."""

    title: str
    level: Level
    source: str
    """Where the rule comes from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """One finding: what, where, why, and what to do."""

    rule: str
    what: str
    why: str
    fix: str
    mark: Mark
    path: str
    """The field, from the document's root."""
    subject: str
    """`web/app`, or `Job/report/log`."""
    object: str = ""
    """What is missing, `Kind/namespace/name`."""

    @property
    def level(self) -> Level:
        """The rule's."""
        return RULES[self.rule].level

    def __str__(self) -> str:
        """`FILE:LINE:COLUMN: LEVEL RULE: PATH: WHAT`, like a problem of the input."""
        return f"{self.mark.file}:{self.mark.line}:{self.mark.column}: {self.level} {self.rule}: {self.path}: {self.what} {self.why} {self.fix}"


_SIDECARS = "KEP-753, sidecar containers; kubernetes.io/docs/concepts/workloads/pods/sidecar-containers"
_TERMINATION = "pkg/kubelet/kuberuntime/kuberuntime_container.go, killContainer (1.36)"
_PROBES = "pkg/kubelet/prober/worker.go, doProbe (1.36)"

RULES: Mapping[str, Rule] = {
    "sidecar-without-requests": Rule(title="A sidecar without requests or limits", level=Level.WARNING, source=_SIDECARS),
    "effective-request": Rule(
        title="What the scheduler counts, with and without the sidecars",
        level=Level.NOTE,
        source="component-helpers/resource/helpers.go, PodRequests (1.36)",
    ),
    "sidecar-delays-start": Rule(title="Sidecars that make everything after them wait", level=Level.WARNING, source=_SIDECARS),
    "stop-longer-than-grace": Rule(title="Stopping takes longer than the grace period", level=Level.WARNING, source=_TERMINATION),
    "liveness-kills-slow-start": Rule(title="Liveness kills a container that starts slowly", level=Level.WARNING, source=_PROBES),
    "liveness-recovery-time": Rule(title="How long a dead process goes unnoticed", level=Level.NOTE, source=_PROBES),
    "job-never-finishes": Rule(title="A helper keeps the Job from finishing", level=Level.WARNING, source=_SIDECARS),
    "pid-1-ignores-sigterm": Rule(
        title="PID 1 ignores SIGTERM",
        level=Level.WARNING,
        source="signal(7), pid_namespaces(7): the kernel delivers no signal to PID 1 that it has no handler for",
    ),
    "latest-always-pulled": Rule(
        title="The tag latest is asked for at every start",
        level=Level.NOTE,
        source="pkg/apis/core/v1/defaults.go, SetDefaults_Container: latest means imagePullPolicy Always (1.36)",
    ),
    "old-client-drops-sidecar": Rule(
        title="A client older than the field drops restartPolicy",
        level=Level.NOTE,
        source="k8s.io/api before v0.28 has no Container.restartPolicy; a typed client that writes the pod back leaves it out",
    ),
    "missing-object": Rule(
        title="A ConfigMap or Secret that is not in the input",
        level=Level.WARNING,
        source="pkg/kubelet/kubelet_pods.go, makeEnvironmentVariables; pkg/volume/{configmap,secret} (1.36)",
    ),
    "sidecar-readiness-counts": Rule(
        title="A sidecar's readiness is the pod's",
        level=Level.NOTE,
        source="pkg/kubelet/status/generate.go, GenerateContainersReadyCondition (1.36)",
    ),
}
