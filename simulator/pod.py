"""What is a pod, as the kubelet gets it? Values with the API server's defaults already applied.

Field names are those of `core/v1`, snake_cased; durations keep the API's unit (seconds), quantities are integers (millicores for cpu, base units for all else).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from simulator.behavior import Behavior


class ContainerType(StrEnum):
    """The contract's words: a sidecar is an init container with `restartPolicy: Always`, a main an entry of `spec.containers`."""

    INIT = "init"
    SIDECAR = "sidecar"
    MAIN = "main"
    EPHEMERAL = "ephemeral"


class RestartPolicy(StrEnum):
    """Of a pod, and since ContainerRestartRules of a container."""

    ALWAYS = "Always"
    ON_FAILURE = "OnFailure"
    NEVER = "Never"


class PullPolicy(StrEnum):
    """`imagePullPolicy`."""

    ALWAYS = "Always"
    IF_NOT_PRESENT = "IfNotPresent"
    NEVER = "Never"


class HandlerKind(StrEnum):
    """What a probe or a hook does; `sleep` is for hooks only."""

    EXEC = "exec"
    HTTP_GET = "httpGet"
    TCP_SOCKET = "tcpSocket"
    GRPC = "grpc"
    SLEEP = "sleep"


class ProbeType(StrEnum):
    """In the order in which the kubelet starts their workers."""

    STARTUP = "startup"
    READINESS = "readiness"
    LIVENESS = "liveness"


class HookType(StrEnum):
    """`lifecycle.postStart` and `lifecycle.preStop`."""

    POST_START = "postStart"
    PRE_STOP = "preStop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Where something stands in the person's text. Lines and columns count from 1."""

    file: str = ""
    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Handler:
    """A probe's or a hook's handler."""

    kind: HandlerKind
    command: tuple[str, ...] = ()
    """exec only."""
    seconds: int = 0
    """sleep only."""
    port: str = ""
    path: str = ""
    scheme: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """Defaults as the API server sets them."""

    handler: Handler
    initial_delay_seconds: int = 0
    period_seconds: int = 10
    timeout_seconds: int = 1
    success_threshold: int = 1
    failure_threshold: int = 3
    termination_grace_period_seconds: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartRule:
    """One entry of `restartPolicyRules`."""

    action: str
    """`Restart` or `RestartAllContainers`."""
    operator: str
    """`In` or `NotIn`."""
    exit_codes: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """`requests` and `limits` by resource name; cpu in millicores."""

    requests: Mapping[str, int] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectRef:
    """A ConfigMap or Secret that an environment variable or a volume needs."""

    kind: str
    name: str
    key: str | None = None
    """The one key that is read; None for all of them."""
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeMount:
    """Where a volume appears in a container."""

    name: str
    mount_path: str
    sub_path: str = ""
    read_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """A pod's volume. `kind` is the field's name in the API (`emptyDir`, `configMap`, `image`, ...)."""

    name: str
    kind: str
    refs: tuple[ObjectRef, ...] = ()
    size_limit_bytes: int | None = None
    in_memory: bool = False
    """`emptyDir.medium: Memory`."""
    image: str = ""
    """`image` volumes: the reference."""
    pull_policy: PullPolicy = PullPolicy.IF_NOT_PRESENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """One container of the spec, whichever list it stands in."""

    name: str
    image: str
    container_type: ContainerType
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    working_dir: str = ""
    env: tuple[tuple[str, str], ...] = ()
    env_refs: tuple[ObjectRef, ...] = ()
    image_pull_policy: PullPolicy = PullPolicy.IF_NOT_PRESENT
    restart_policy: RestartPolicy | None = None
    restart_policy_rules: tuple[RestartRule, ...] = ()
    startup_probe: Probe | None = None
    readiness_probe: Probe | None = None
    liveness_probe: Probe | None = None
    post_start: Handler | None = None
    pre_stop: Handler | None = None
    stop_signal: str = ""
    """`lifecycle.stopSignal`, empty for the image's own (SIGTERM)."""
    resources: Resources = Resources()
    volume_mounts: tuple[VolumeMount, ...] = ()
    host_ports: tuple[tuple[str, int], ...] = ()
    """(protocol, hostPort) pairs."""
    termination_message_path: str = "/dev/termination-log"
    termination_message_policy: str = "File"
    run_as_non_root: bool = False
    run_as_user: int | None = None
    target_container_name: str = ""
    mark: Mark = Mark()

    @property
    def is_sidecar(self) -> bool:
        """A restartable init container."""
        return self.container_type is ContainerType.SIDECAR

    @property
    def field_path(self) -> str:
        """`involvedObject.fieldPath` of the container's Events."""
        match self.container_type:
            case ContainerType.MAIN:
                return f"spec.containers{{{self.name}}}"
            case ContainerType.EPHEMERAL:
                return f"spec.ephemeralContainers{{{self.name}}}"
            case _:
                return f"spec.initContainers{{{self.name}}}"

    def probe(self, probe_type: ProbeType) -> Probe | None:
        """The container's probe of that type."""
        match probe_type:
            case ProbeType.STARTUP:
                return self.startup_probe
            case ProbeType.READINESS:
                return self.readiness_probe
            case ProbeType.LIVENESS:
                return self.liveness_probe


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """The controller that made the pod, as the person wrote it: a Deployment, not its ReplicaSet."""

    kind: str
    name: str
    ordinal: int = 1
    """1 for the first pod that it made, 2 for the second: `Kind/name#2`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Toleration:
    """As in the API."""

    key: str = ""
    operator: str = "Equal"
    value: str = ""
    effect: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pod:
    """A pod as created: spec and the metadata that the kubelet looks at."""

    name: str
    uid: str
    namespace: str = "default"
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    owner: Owner | None = None
    containers: tuple[Container, ...] = ()
    init_containers: tuple[Container, ...] = ()
    """Regular inits and sidecars, in spec order."""
    ephemeral_containers: tuple[Container, ...] = ()
    volumes: tuple[Volume, ...] = ()
    restart_policy: RestartPolicy = RestartPolicy.ALWAYS
    termination_grace_period_seconds: int = 30
    active_deadline_seconds: int | None = None
    node_name: str = ""
    """Set by hand: no scheduler takes part."""
    host_network: bool = False
    host_pid: bool = False
    host_users: bool = True
    priority: int = 0
    readiness_gates: tuple[str, ...] = ()
    scheduling_gates: tuple[str, ...] = ()
    finalizers: tuple[str, ...] = ()
    node_selector: Mapping[str, str] = field(default_factory=dict)
    tolerations: tuple[Toleration, ...] = ()
    resources: Resources | None = None
    """Pod-level resources."""
    overhead: Mapping[str, int] = field(default_factory=dict)
    os_name: str = ""
    image_pull_secrets: tuple[str, ...] = ()
    behaviors: Mapping[str, Behavior] = field(default_factory=dict)
    """What the annotations `behavior.nodeviz.dev/CONTAINER` say, by container."""
    apply_manually: bool = False
    """Annotation `nodeviz.dev/apply: manual`: created by an `apply` action only."""
    mark: Mark = Mark()

    @property
    def key(self) -> str:
        """`namespace/name`, the pod's name in the trace."""
        return f"{self.namespace}/{self.name}"

    @property
    def sidecars(self) -> tuple[Container, ...]:
        """In spec order."""
        return tuple(c for c in self.init_containers if c.is_sidecar)

    def all_containers(self) -> Iterator[Container]:
        """Init containers and sidecars, mains, ephemeral containers."""
        yield from self.init_containers
        yield from self.containers
        yield from self.ephemeral_containers

    def container(self, name: str) -> Container | None:
        """By name, whichever list it stands in."""
        return next((c for c in self.all_containers() if c.name == name), None)
