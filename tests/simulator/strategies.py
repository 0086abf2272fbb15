"""What may a person do to a kubelet? Random pods, behaviors and actions, for the properties. Values as `simulator.load` would make them."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from simulator.behavior import Behavior, Hook, Level, OnSigterm, Result, Run, Window
from simulator.kubelet_config import KubeletConfiguration
from simulator.pod import Container, ContainerType, Handler, HandlerKind, Pod, Probe, Resources, RestartPolicy, RestartRule
from simulator.scenario import Action, Node, NodeImage, Registry, RegistryError, RegistryImage, RegistryReason, Scenario

UNTIL_MS = 240_000
VERSIONS = (36, 36, 36, 35, 34, 31, 29, 28)
"""The newest one most often."""

some_ms = st.integers(0, 45_000)
short_ms = st.integers(0, 8_000)
names = st.sampled_from(["app", "helper", "third"])

# -- what containers do -------------------------------------------------------------------------------------------------------------

runs = st.lists(
    st.builds(
        Run,
        duration_ms=st.none() | some_ms,
        exit_code=st.sampled_from([0, 0, 1, 42, 137]),
        reason=st.sampled_from(["", "", "", "OOMKilled"]),
    ),
    min_size=1,
    max_size=3,
).map(tuple)
hooks = st.builds(Hook, duration_ms=st.none() | some_ms, result=st.sampled_from([Result.SUCCESS, Result.SUCCESS, Result.FAILURE]))
windows = st.lists(st.builds(Window, from_ms=some_ms, result=st.sampled_from(list(Result))), max_size=4).map(
    lambda found: tuple(sorted(found, key=lambda window: window.from_ms))
)
behaviors = st.builds(
    Behavior,
    runs=runs,
    on_sigterm=st.builds(OnSigterm, exit_after_ms=st.none() | some_ms, exit_code=st.sampled_from([0, 143])),
    post_start=st.none() | st.builds(Hook, duration_ms=short_ms, result=st.sampled_from([Result.SUCCESS, Result.SUCCESS, Result.FAILURE])),
    pre_stop=st.none() | hooks,
    startup=st.none() | windows,
    readiness=st.none() | windows,
    liveness=st.none() | windows,
    memory=st.none() | st.just((Level(from_ms=12_000, value_bytes=300 << 20),)),
)

# -- pods ---------------------------------------------------------------------------------------------------------------------------

HTTP = Handler(kind=HandlerKind.HTTP_GET, port="8080", path="/")
EXEC = Handler(kind=HandlerKind.EXEC, command=("simulated",))
probes = st.builds(
    Probe,
    handler=st.sampled_from([HTTP, EXEC]),
    initial_delay_seconds=st.sampled_from([0, 0, 3]),
    period_seconds=st.sampled_from([1, 2, 5, 10]),
    timeout_seconds=st.sampled_from([1, 2]),
    failure_threshold=st.sampled_from([1, 3]),
    termination_grace_period_seconds=st.sampled_from([None, None, 1, 5]),
)
readiness_probes = probes.flatmap(
    lambda probe: st.sampled_from([1, 2]).map(lambda successes: replace(probe, success_threshold=successes, termination_grace_period_seconds=None))
)
hook_handlers = st.none() | st.just(EXEC) | st.builds(Handler, kind=st.just(HandlerKind.SLEEP), seconds=st.integers(0, 12))
images = st.sampled_from(["present:1.0", "present:2.0", "pulled:1.0", "late:1.0"])
rules = st.lists(
    st.builds(RestartRule, action=st.sampled_from(["Restart", "RestartAllContainers"]), operator=st.just("In"), exit_codes=st.just((42,))), max_size=1
).map(tuple)
ANY_POLICY = st.sampled_from(list(RestartPolicy))


def mains(name: str) -> st.SearchStrategy[Container]:
    """A main of that name."""
    return st.builds(
        Container,
        name=st.just(name),
        image=images,
        container_type=st.just(ContainerType.MAIN),
        startup_probe=st.none() | probes,
        readiness_probe=st.none() | readiness_probes,
        liveness_probe=st.none() | probes,
        post_start=st.none() | hook_handlers,
        pre_stop=st.none() | hook_handlers,
        resources=st.just(Resources()) | st.just(Resources(limits={"memory": 200 << 20})),
    )


def sidecars(name: str) -> st.SearchStrategy[Container]:
    """A sidecar of that name."""
    return mains(name).map(lambda made: replace(made, container_type=ContainerType.SIDECAR, restart_policy=RestartPolicy.ALWAYS))


def inits(name: str) -> st.SearchStrategy[Container]:
    """A regular init container of that name."""
    return images.map(lambda image: Container(name=name, image=image, container_type=ContainerType.INIT))


def with_rules(container: Container) -> st.SearchStrategy[Container]:
    """Perhaps with a policy and rules of its own."""
    return st.just(container) | st.builds(lambda policy, found: replace(container, restart_policy=policy, restart_policy_rules=found), ANY_POLICY, rules)


@st.composite
def pods(draw: st.DrawFn, name: str = "web") -> Pod:
    """A pod of up to six containers."""
    init_containers = tuple(draw(sidecars(f"side{index}") if draw(st.booleans()) else inits(f"init{index}")) for index in range(draw(st.integers(0, 3))))
    containers = tuple(draw(mains(n).flatmap(with_rules)) for n in draw(st.lists(names, min_size=1, max_size=3, unique=True)))
    return Pod(
        name=name,
        uid=f"uid-{name}",
        init_containers=init_containers,
        containers=containers,
        restart_policy=draw(ANY_POLICY),
        termination_grace_period_seconds=draw(st.sampled_from([0, 1, 3, 10, 30])),
        active_deadline_seconds=draw(st.sampled_from([None, None, None, 20, 60])),
    )


# -- what is done from outside ------------------------------------------------------------------------------------------------------


@st.composite
def actions(draw: st.DrawFn, made: tuple[Pod, ...]) -> Action:
    """Any verb that has a meaning for these pods."""
    pod = draw(st.sampled_from(made))
    container = draw(st.sampled_from(list(pod.all_containers())))
    target = f"{pod.name}/{container.name}"
    choices: list[tuple[str, str, dict[str, object]]] = [
        ("delete", pod.name, {}),
        ("delete", pod.name, {"gracePeriodSeconds": draw(st.integers(0, 15))}),
        ("delete", pod.name, {"gracePeriodSeconds": 0, "force": True}),
        ("exit", target, {"exitCode": draw(st.sampled_from([0, 1, 42]))}),
        ("kill", target, {"reason": "OOMKilled"}),
        ("probe", target, {"probe": draw(st.sampled_from(["readiness", "liveness", "startup"])), "result": "failure", "for_ms": draw(some_ms)}),
        ("setImage", target, {"image": "present:2.0"}),
        ("registry", "*", {"error": RegistryError(reason=RegistryReason.UNAVAILABLE), "for_ms": draw(some_ms)}),
        ("restartKubelet", "node", {"downFor_ms": draw(some_ms)}),
        ("rebootNode", "node", {"downFor_ms": draw(some_ms)}),
        ("evict", pod.name, {"hard": True}),
        ("shutdownNode", "node", {}),
    ]
    verb, where, options = draw(st.sampled_from(choices))
    return Action(verb=verb, target=where, at_ms=draw(st.integers(0, 90_000)), options=options)


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """One or two pods on a node, and up to three things that happen to them."""
    made = tuple(draw(pods(name)) for name in ("web", "batch")[: draw(st.integers(1, 2))])
    keys = [f"{pod.name}/{container.name}" for pod in made for container in pod.all_containers()]
    minor = draw(st.sampled_from(VERSIONS))
    return Scenario(
        kubernetes=minor,
        seed=draw(st.integers(0, 1000)),
        until_ms=UNTIL_MS,
        node=Node(images=tuple(NodeImage(image=f"present:{n}.0", size_bytes=10 << 20) for n in (1, 2))),
        registry=Registry(
            default_size_bytes=60 << 20,
            images=(RegistryImage(image="late:1.0", size_bytes=20 << 20, error=RegistryError(reason=RegistryReason.NOT_FOUND, until_ms=25_000)),),
        ),
        pods=made,
        behaviors={key: draw(behaviors) for key in keys},
        actions=tuple(sorted((draw(actions(made)) for _ in range(draw(st.integers(0, 3)))), key=lambda action: action.at_ms or 0)),
        kubelet=KubeletConfiguration(
            feature_gates={"SidecarContainers": True} if minor == 28 else {}, shutdown_grace_period_ms=20_000, shutdown_grace_period_critical_pods_ms=5_000
        ),
    )
