"""What would an experienced colleague say about these pods before they run? `python -m simulator lint`, and the panel of the page.

Each rule is a generator over one pod or template; `RULES` in `advice.py` has what it is about. Nothing is simulated for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from simulator.advice.advice import Advice
from simulator.advice.timing import budget_seconds, handler_seconds, keeps_sigterm, never_ends, script_of, startup_seconds
from simulator.pod import Container, ContainerType, ObjectRef, Pod, PullPolicy, RestartPolicy
from simulator.pod_resources import effective_requests
from simulator.published_objects import PUBLISHED
from simulator.scenario import Scenario
from simulator.sources import FieldPath, PodSource
from simulator.units import format_bytes

SLOW_START_SECONDS = 10
"""Sidecars that delay everything after them by less are not worth a word."""
SHORT_BUDGET_SECONDS = 60
"""Of a liveness probe without a startup probe: a process that may take longer than this to start is not killed by most clusters' cold starts."""
LONG_RECOVERY_SECONDS = 90
"""Below it nobody changes anything: the defaults alone come to 61."""
SIGNAL_SECONDS = 2
"""What is left for the process itself when a hook has used up the grace period (minimumGracePeriodInSeconds)."""


def lint(scenario: Scenario, sources: Sequence[PodSource]) -> tuple[Advice, ...]:
    """Every finding, in the order of the text."""
    found = [advice for source in sources for rule in _RULES for advice in rule(scenario, source)]
    return tuple(sorted(dict.fromkeys(found), key=lambda advice: (advice.mark.file, advice.mark.line, advice.mark.column, advice.rule)))


def _advice(source: PodSource, rule: str, path: FieldPath, what: str, why: str, fix: str, container: Container | None = None, missing: str = "") -> Advice:
    subject = f"{source.address}/{container.name}" if container else source.address
    return Advice(rule=rule, what=what, why=why, fix=fix, mark=source.where(path), path=source.path_of(path), subject=subject, object=missing)


def _containers(pod: Pod) -> Iterator[tuple[Container, FieldPath]]:
    for name, listed in (("initContainers", pod.init_containers), ("containers", pod.containers)):
        for index, container in enumerate(listed):
            yield container, ("spec", name, index)


def _sidecars(pod: Pod) -> Iterator[tuple[Container, FieldPath]]:
    return ((container, path) for container, path in _containers(pod) if container.is_sidecar)


# -- resources ------------------------------------------------------------------------------------------------------------------------


def _sidecar_without_requests(scenario: Scenario, source: PodSource) -> Iterator[Advice]:
    for container, path in _sidecars(source.pod):
        missing = [word for word, amounts in (("requests", container.resources.requests), ("limits", container.resources.limits)) if not amounts]
        if missing:
            yield _advice(
                source,
                "sidecar-without-requests",
                (*path, "resources"),
                f"The sidecar {container.name} has no {' and no '.join(missing)}.",
                "It runs for as long as the pod, so the scheduler counts it too low, and under memory pressure the whole pod is the first to go.",
                "Set requests for cpu and memory, and a limit for memory.",
                container,
            )


def _effective_request(scenario: Scenario, source: PodSource) -> Iterator[Advice]:
    pod = source.pod
    if not pod.init_containers or not effective_requests(pod):
        return
    total = effective_requests(pod)
    mains = _sum(pod.containers)
    if not any(total.get(name, 0) != mains.get(name, 0) for name in ("cpu", "memory")):
        return
    yield _advice(
        source,
        "effective-request",
        ("spec",),
        f"The scheduler counts {_amounts(total)} for this pod; its main containers alone ask for {_amounts(mains)}.",
        f"Sidecars count beside the mains ({_amounts(_sum(pod.sidecars)) or 'nothing'}), and each init container together with the sidecars before it; "
        "the larger sum wins.",
        "Nothing to do if that is what you meant.",
    )


def _sum(containers: Sequence[Container]) -> dict[str, int]:
    total: dict[str, int] = {}
    for container in containers:
        for name, value in container.resources.requests.items():
            total[name] = total.get(name, 0) + value
    return total


def _amounts(amounts: dict[str, int]) -> str:
    words = [f"{amounts['cpu']}m cpu"] if amounts.get("cpu") else []
    words += [f"{format_bytes(amounts['memory'])} memory"] if amounts.get("memory") else []
    return " and ".join(words) or "nothing"


# -- starting -------------------------------------------------------------------------------------------------------------------------


def _sidecar_delays_start(scenario: Scenario, source: PodSource) -> Iterator[Advice]:
    slow = [(container, path, startup_seconds(container)) for container, path in _sidecars(source.pod)]
    total = sum(seconds for _, _, seconds in slow)
    if total < SLOW_START_SECONDS:
        return
    parts = " + ".join(f"{container.name} {seconds} s" for container, _, seconds in slow if seconds)
    container, path, _ = max(slow, key=lambda each: each[2])
    field = "startupProbe" if container.startup_probe and container.startup_probe.initial_delay_seconds else "lifecycle"
    yield _advice(
        source,
        "sidecar-delays-start",
        (*path, field),
        f"Everything after the sidecars waits at least {total} s: {parts}.",
        "Sidecars start one after the other: the next container begins only when postStart has returned and the startup probe has passed.",
        "Shorten initialDelaySeconds and probe more often, or let the main container wait for what it really needs.",
        container,
    )


def _sidecar_readiness_counts(scenario: Scenario, source: PodSource) -> Iterator[Advice]:
    for container, path in _sidecars(source.pod):
        if container.readiness_probe and not source.is_job:
            yield _advice(
                source,
                "sidecar-readiness-counts",
                (*path, "readinessProbe"),
                f"The pod is not Ready while the sidecar {container.name} is not.",
                "A sidecar's readiness probe counts like a main container's: if it fails, Services take the whole pod out.",
                "Keep it if traffic goes through the sidecar; remove it if the mains can serve without it.",
                container,
            )


def _liveness_kills_slow_start(scenario: Scenario, source: PodSource) -> Iterator[Advice]:
    for container, path in _containers(source.pod):
        probe = container.liveness_probe
        if probe is None or container.startup_probe is not None or budget_seconds(probe) >= SHORT_BUDGET_SECONDS:
            continue
        sums = f"{probe.initial_delay_seconds} s initialDelaySeconds + {probe.failure_threshold} x {probe.period_seconds} s"
        yield _advice(
            source,
            "liveness-kills-slow-start",
            (*path, "livenessProbe"),
            f"If {container.name} takes longer than {budget_seconds(probe)} s to answer after its start, it is killed, again and again.",
            f"Liveness begins at once ({sums}); a cold cache or a slow node is enough.",
            "Add a startupProbe with the same handler and a large failureThreshold: liveness waits until it has passed.",
            container,
        )


# -- stopping -------------------------------------------------------------------------------------------------------------------------


def _stop_longer_than_grace(scenario: Scenario, source: PodSource) -> Iterator[Advice]:
    pod = source.pod
    grace = pod.termination_grace_period_seconds
    mains = [(c, p, handler_seconds(c.pre_stop)) for c, p in _containers(pod) if c.container_type is ContainerType.MAIN and handler_seconds(c.pre_stop)]
    sidecars = [(c, p, handler_seconds(c.pre_stop)) for c, p in _sidecars(pod) if handler_seconds(c.pre_stop)]
    if not mains and not sidecars:
        return
    container, path, seconds = max((*mains, *sidecars), key=lambda each: each[2])
    if seconds + SIGNAL_SECONDS <= grace:
        return
    yield _advice(
        source,
        "stop-longer-than-grace",
        (*path, "lifecycle", "preStop"),
        f"The preStop hook of {container.name} takes {seconds} s of a grace period of {grace} s.",
        "The grace period runs from the deletion and all containers share it: what the hook uses is missing after SIGTERM; "
        f"{SIGNAL_SECONDS} s are left at least, then comes SIGKILL. Sidecars stop after the mains, from the last to the first, in what is left then.",
        f"Set terminationGracePeriodSeconds to the hook's time plus what the process needs after SIGTERM, for example {seconds + 10}.",
        container,
    )


def _pid_1_ignores_sigterm(scenario: Scenario, source: PodSource) -> Iterator[Advice]:
    grace = source.pod.termination_grace_period_seconds
    for container, path in _containers(source.pod):
        script = script_of(container)
        ends = container.container_type is ContainerType.INIT or (source.is_job and not container.is_sidecar and not never_ends(container))
        if ends or grace == 0 or not keeps_sigterm(script):
            continue
        yield _advice(
            source,
            "pid-1-ignores-sigterm",
            (*path, "command"),
            f"Nothing in {container.name} ends on SIGTERM: each stop takes the whole {grace} s, then SIGKILL.",
            "PID 1 gets only signals that it has a handler for: a shell that waits for a loop or a pipe has none, and neither have sleep, tail and the like.",
            "Add a trap, with the work in the background and a wait (trap 'exit 0' TERM; work & wait), or let a program that handles it be the last command.",
            container,
        )


def _liveness_recovery_time(scenario: Scenario, source: PodSource) -> Iterator[Advice]:
    for container, path in _containers(source.pod):
        probe = container.liveness_probe
        if probe is None:
            continue
        grace = probe.termination_grace_period_seconds
        grace = source.pod.termination_grace_period_seconds if grace is None else grace
        notice = probe.period_seconds * probe.failure_threshold + probe.timeout_seconds
        if notice + grace > LONG_RECOVERY_SECONDS:
            yield _advice(
                source,
                "liveness-recovery-time",
                (*path, "livenessProbe"),
                f"A process of {container.name} that hangs is replaced after up to {notice + grace} s.",
                f"{probe.failure_threshold} failures {probe.period_seconds} s apart with a timeout of {probe.timeout_seconds} s, "
                f"then up to {grace} s for a process that no longer reacts to SIGTERM.",
                "Set terminationGracePeriodSeconds in the probe: it counts for kills by this probe only.",
                container,
            )


# -- Jobs, images, objects, tools -----------------------------------------------------------------------------------------------------


def _job_never_finishes(scenario: Scenario, source: PodSource) -> Iterator[Advice]:
    pod = source.pod
    if len(pod.containers) < 2 or not (source.is_job or pod.restart_policy is not RestartPolicy.ALWAYS):
        return
    helpers = [(c, p) for c, p in _containers(pod) if c.container_type is ContainerType.MAIN and never_ends(c)]
    if len(helpers) == len(pod.containers):
        return
    for container, path in helpers:
        yield _advice(
            source,
            "job-never-finishes",
            path,
            f"{container.name} never ends, so the {source.kind} never does.",
            "A pod is over when all its main containers have ended. A sidecar is stopped when they have.",
            f"Move {container.name} to initContainers with restartPolicy: Always (Kubernetes 1.29 and later).",
            container,
        )


def _latest_always_pulled(scenario: Scenario, source: PodSource) -> Iterator[Advice]:
    for container, path in _containers(source.pod):
        tag = container.image.rsplit("/", 1)[-1].partition(":")[2]
        if "@" not in container.image and tag in ("", "latest") and container.image_pull_policy is PullPolicy.ALWAYS:
            yield _advice(
                source,
                "latest-always-pulled",
                (*path, "image"),
                f"{container.image} is asked for at every start of {container.name}, and may be another image each time.",
                "Without a tag, or with latest, imagePullPolicy is Always: a restart needs the registry.",
                "Name a version, or better a digest.",
                container,
            )


def _old_client_drops_sidecar(scenario: Scenario, source: PodSource) -> Iterator[Advice]:
    for container, path in _sidecars(source.pod):
        yield _advice(
            source,
            "old-client-drops-sidecar",
            (*path, "restartPolicy"),
            f"A webhook or operator that is older than Kubernetes 1.28 drops this line, and {container.name} becomes a plain init container.",
            "Its library does not know the field and leaves it out when it writes the pod back; an init container that never ends keeps the pod in Init.",
            "Check what writes pods in your cluster; kubectl get pod -o yaml shows whether the line is still there.",
            container,
        )
        return


def _missing_object(scenario: Scenario, source: PodSource) -> Iterator[Advice]:
    pod = source.pod
    known = {*scenario.objects, *(action.target for action in scenario.actions if action.verb == "createObject")}

    def is_missing(ref: ObjectRef) -> bool:
        return not ref.optional and _key(pod, ref) not in known and (ref.kind, ref.name) not in PUBLISHED

    fix = "Add it to the input; an empty one is enough if no key is asked for."
    for container, path in _containers(pod):
        for ref in dict.fromkeys(ObjectRef(kind=r.kind, name=r.name) for r in container.env_refs if is_missing(r)):
            what = f'The {ref.kind} "{ref.name}" is not in the input, so {container.name} waits with CreateContainerConfigError.'
            yield _advice(source, "missing-object", (*path, "env"), what, "Its environment is read when it is created.", fix, container, _key(pod, ref))
    for index, volume in enumerate(pod.volumes):
        for ref in dict.fromkeys(ObjectRef(kind=r.kind, name=r.name) for r in volume.refs if is_missing(r)):
            what = f'The {ref.kind} "{ref.name}" is not in the input, so the pod stays in ContainerCreating.'
            yield _advice(
                source, "missing-object", ("spec", "volumes", index), what, "No container starts before all volumes are mounted.", fix, None, _key(pod, ref)
            )


def _key(pod: Pod, ref: ObjectRef) -> str:
    return f"{ref.kind}/{pod.namespace}/{ref.name}"


_RULES: tuple[Callable[[Scenario, PodSource], Iterator[Advice]], ...] = (
    _sidecar_without_requests,
    _effective_request,
    _sidecar_delays_start,
    _sidecar_readiness_counts,
    _liveness_kills_slow_start,
    _stop_longer_than_grace,
    _pid_1_ignores_sigterm,
    _liveness_recovery_time,
    _job_never_finishes,
    _latest_always_pulled,
    _old_client_drops_sidecar,
    _missing_object,
)
