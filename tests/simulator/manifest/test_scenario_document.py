"""What does a Scenario document say, with which defaults, and what is refused? Contract, section 3."""

import pytest

import simulator
from simulator.behavior import Behavior, DiskUse, Hook, Level, OnSigterm, Result, Run, Window
from simulator.limits import MAX_ACTIONS
from simulator.scenario import Filesystem, Node, NodeImage, Registry, RegistryError, RegistryImage, RegistryReason, RuntimeCosts, Scenario

PODS = """\
apiVersion: v1
kind: Pod
metadata: {name: web, annotations: {behavior.nodeviz.dev/app: "{runs: [{duration: 1s}], memory: [{from: 0s, value: 1Mi}]}"}}
spec:
  readinessGates: [{conditionType: example.com/ready}]
  volumes: [{name: cache}]
  containers:
  - name: app
    image: main-app1:1.0
    livenessProbe: {tcpSocket: {port: 80}}
    lifecycle: {preStop: {exec: {command: [x]}}}
---
apiVersion: v1
kind: Pod
metadata: {name: late, annotations: {nodeviz.dev/apply: manual}}
spec: {containers: [{name: app, image: x}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: shop}}
  template: {metadata: {labels: {app: shop}}, spec: {containers: [{name: till, image: x}]}}
---
"""
HEAD = "apiVersion: nodeviz.dev/v1alpha1\nkind: Scenario\nmetadata: {name: test}\nspec:\n"


def loaded(spec="{}", **options):
    text = PODS + HEAD + "".join(f"  {line}\n" for line in spec.split("\n"))
    return simulator.load({"all.yaml": text}, **options)


def problems_of(spec):
    with pytest.raises(simulator.ManifestError) as caught:
        loaded(spec)
    return [f"{problem.path}: {problem.message}" for problem in caught.value.problems]


def test_everything_left_out_has_the_contracts_default():
    scenario = loaded()

    assert (scenario.kubernetes, scenario.seed, scenario.until_ms, scenario.jitter) == (36, 1, None, True)
    assert scenario.node == Node()
    assert scenario.node.runtime == RuntimeCosts()
    assert scenario.registry == Registry()
    assert scenario.name == "test"


def test_everything_that_can_be_said_about_node_and_registry():
    scenario = loaded("""\
title: T
description: "*D*"
kubernetes: "1.31"
seed: 7
until: 1h30m
jitter: false
node:
  name: node-b
  capacity: {cpu: 500m, memory: 1Gi}
  labels: {disk: ssd}
  filesystems:
    nodefs: {capacity: 10Gi, used: 1Gi, inodes: 100, inodesUsed: 10}
    imagefs: {capacity: 5Gi}
  link: {bandwidth: 10Mi/s, latency: 1s}
  kubeletStartedAt: -1h
  runtime: {sandboxCreate: 1ms, containerCreate: 2ms, containerStart: 3ms, sandboxStop: 4ms, unpack: 1M/s, maxConcurrentDownloads: 1}
  images: [{image: pause, size: 320Ki, pinned: true, lastUsed: 3d, firstDetected: 5d}]
registry:
  defaultSize: 1Mi
  images:
  - {image: a, size: 250Mi, layers: [80Mi, 120Mi, 50Mi], unpacked: 700Mi, bandwidth: 4M/s}
  - {image: b, error: {reason: NotFound, until: 90s}}
  - {image: c, layers: [1Mi, 2Mi]}""")

    assert (scenario.title, scenario.description, scenario.kubernetes, scenario.seed, scenario.until_ms, scenario.jitter) == (
        "T",
        "*D*",
        31,
        7,
        5_400_000,
        False,
    )
    assert scenario.node == Node(
        name="node-b",
        capacity={"cpu": 500, "memory": 1 << 30, "pods": 110, "ephemeral-storage": 40 << 30},
        labels={"disk": "ssd"},
        filesystems={
            "nodefs": Filesystem(capacity_bytes=10 << 30, used_bytes=1 << 30, inodes=100, inodes_used=10),
            "imagefs": Filesystem(capacity_bytes=5 << 30),
        },
        link_bandwidth_bytes_per_second=10 << 20,
        link_latency_ms=1000,
        kubelet_started_at_ms=-3_600_000,
        runtime=RuntimeCosts(
            sandbox_create_ms=1,
            container_create_ms=2,
            container_start_ms=3,
            sandbox_stop_ms=4,
            unpack_bytes_per_second=10**6,
            max_concurrent_downloads=1,
        ),
        images=(NodeImage(image="pause", size_bytes=320 << 10, pinned=True, last_used_ago_ms=3 * 86_400_000, first_detected_ago_ms=5 * 86_400_000),),
    )
    assert scenario.registry == Registry(
        default_size_bytes=1 << 20,
        images=(
            RegistryImage(
                image="a",
                size_bytes=250 << 20,
                layers_bytes=(80 << 20, 120 << 20, 50 << 20),
                unpacked_bytes=700 << 20,
                bandwidth_bytes_per_second=4 * 10**6,
            ),
            RegistryImage(image="b", size_bytes=1 << 20, error=RegistryError(reason=RegistryReason.NOT_FOUND, until_ms=90_000)),
            RegistryImage(image="c", size_bytes=3 << 20, layers_bytes=(1 << 20, 2 << 20)),
        ),
    )


def test_options_win_over_the_document():
    scenario = loaded('{seed: 7, until: 1m, jitter: true, kubernetes: "1.30"}', seed=3, until="5s", jitter=False, kubernetes="1.28")

    assert (scenario.seed, scenario.until_ms, scenario.jitter, scenario.kubernetes) == (3, 5_000, False, 28)


def test_everything_that_can_be_said_about_a_behavior():
    behavior = loaded("""\
behaviors:
  web/app:
    runs: [{duration: 5s, exitCode: 1, reason: OOMKilled}, {duration: forever}]
    onSIGTERM: {exitAfter: 3s, exitCode: 2}
    postStart: {duration: 2s, result: failure}
    preStop: {duration: forever}
    startup: [{from: 8s, result: success}, {from: 0s, result: failure}]
    readiness: [{result: timeout}]
    liveness: [{from: 60s, result: error}]
    memory: [{from: 0s, value: 50Mi}, {from: 30s, value: 300Mi}]
    disk: {writableLayer: 1Mi/s, logs: [{from: 1s, value: 1k}], emptyDir: {cache: [{from: 3s, value: 120Mi}], tmp: 1Ki/s}}
    onSidecarGone: {container: log-sender, exitCode: 3}""").behaviors["web/app"]

    assert behavior == Behavior(
        runs=(Run(duration_ms=5000, exit_code=1, reason="OOMKilled"), Run()),
        on_sigterm=OnSigterm(exit_after_ms=3000, exit_code=2),
        post_start=Hook(duration_ms=2000, result=Result.FAILURE),
        pre_stop=Hook(duration_ms=None),
        startup=(Window(from_ms=0, result=Result.FAILURE), Window(from_ms=8000, result=Result.SUCCESS)),
        readiness=(Window(from_ms=0, result=Result.TIMEOUT),),
        liveness=(Window(from_ms=60_000, result=Result.ERROR),),
        memory=(Level(from_ms=0, value_bytes=50 << 20), Level(from_ms=30_000, value_bytes=300 << 20)),
        disk=DiskUse(
            writable_layer_bytes_per_second=1 << 20,
            logs=(Level(from_ms=1000, value_bytes=1000),),
            empty_dirs=(("cache", 0, (Level(from_ms=3000, value_bytes=120 << 20),)), ("tmp", 1024, ())),
        ),
        on_sidecar_gone=("log-sender", 3),
    )


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param("onSIGTERM: ignore", OnSigterm(exit_after_ms=None), id="ignored"),
        pytest.param("onSIGTERM: {exitAfter: 3s}", OnSigterm(exit_after_ms=3000), id="late"),
        pytest.param("onSIGTERM: {exitCode: 1}", OnSigterm(exit_code=1), id="after the default of half a second"),
    ],
)
def test_reactions_to_sigterm(written, expected):
    assert loaded(f"behaviors: {{web/app: {{{written}}}}}").behaviors["web/app"].on_sigterm == expected


def test_annotations_are_behaviors_of_their_pod():
    (web, *_) = loaded().pods

    assert web.behaviors == {"app": Behavior(runs=(Run(duration_ms=1000),), memory=(Level(from_ms=0, value_bytes=1 << 20),))}


@pytest.mark.parametrize("key", ["web/app", "default/web/app", "*/app", "app", "Deployment/shop/till", "Deployment/shop#2/till", "*/till"])
def test_keys_of_behaviors(key):
    assert list(loaded(f"behaviors: {{'{key}': {{}}}}").behaviors) == [key]


ACTIONS = [
    ("{at: 60s, delete: web, gracePeriodSeconds: 5, force: true}", "delete", "web", {"gracePeriodSeconds": 5, "force": True}),
    ("{at: 1s, exit: web/app, exitCode: 3}", "exit", "web/app", {"exitCode": 3}),
    ("{at: 1s, kill: web/app, reason: OOMKilled}", "kill", "web/app", {"reason": "OOMKilled"}),
    ("{at: 1s, probe: web/app, type: liveness, result: failure, for: 30s}", "probe", "web/app", {"probe": "liveness", "result": "failure", "for_ms": 30_000}),
    ("{at: 1s, setImage: web/app, image: 'y:2'}", "setImage", "web/app", {"image": "y:2"}),
    ("{at: 1s, forgetContainers: web}", "forgetContainers", "web", {}),
    ("{at: 1s, fillDisk: nodefs, to: 92%}", "fillDisk", "nodefs", {"to_percent": 92.0}),
    ("{at: 1s, freeDisk: nodefs, bytes: 3Gi}", "freeDisk", "nodefs", {"bytes": 3 << 30}),
    ("{at: 1s, registry: '*', bandwidth: 1M/s, for: 5s}", "registry", "*", {"bandwidth_bytes_per_second": 10**6, "for_ms": 5000}),
    ("{at: 1s, registry: x, error: {reason: Timeout}}", "registry", "x", {"error": RegistryError(reason=RegistryReason.TIMEOUT)}),
    ("{at: 1s, loseRoom: node, memory: 6Gi}", "loseRoom", "node", {"memory_bytes": 6 << 30}),
    ("{at: 1s, restartKubelet: node, downFor: 5s}", "restartKubelet", "node", {"downFor_ms": 5000}),
    ("{at: 1s, rebootNode: node}", "rebootNode", "node", {}),
    ("{at: 1s, createObject: ConfigMap/settings, keys: [a]}", "createObject", "ConfigMap/default/settings", {"keys": ("a",)}),
    ("{at: 1s, createObject: {apiVersion: v1, kind: Secret, metadata: {name: s}, data: {k: eA==}}}", "createObject", "Secret/default/s", {"keys": ("k",)}),
    ("{at: 1s, setCondition: web, status: True, condition: example.com/ready}", "setCondition", "web", {"condition": "example.com/ready", "status": "True"}),
    ("{at: 1s, evict: web, hard: true}", "evict", "web", {"hard": True}),
    ("{at: 1s, drain: node}", "drain", "node", {}),
    ("{at: 1s, pull: 'nginx:1.27'}", "pull", "nginx:1.27", {}),
    ("{at: 1s, delete: Deployment/shop#2}", "delete", "Deployment/shop#2", {}),
]


@pytest.mark.parametrize(("written", "verb", "target", "options"), ACTIONS, ids=[row[0] for row in ACTIONS])
def test_actions(written, verb, target, options):
    (action,) = loaded(f"actions: [{written}]").actions

    assert (action.verb, action.target, action.options) == (verb, target, options)


@pytest.mark.parametrize(
    "moment",
    [
        "start:web/app", "running:web/app", "started:web/app", "ready:default/web/app", "exit:web/app#1", "sigterm:web/app", "prestop_begin:web/app",
        "poststart_begin:web/app", "phase:web:Running", "condition:web:Ready=True", "restart_count:web/app:2", "event:web/app:BackOff", "event:web:Scheduled",
        "ready:Deployment/shop#2/till", "exit:Deployment/shop#2/till#0",
    ],
)  # fmt: skip
def test_instants_of_the_trace(moment):
    (action,) = loaded(f"actions: [{{after: '{moment}', plus: 2s, delete: web}}]").actions

    assert (action.after, action.plus_ms, action.at_ms) == (moment, 2000, None)


def test_apply_brings_a_pod_along_or_names_one_that_waits():
    scenario = loaded(
        "actions:\n- {at: 1s, apply: late}\n- {at: 2s, apply: {apiVersion: v1, kind: Pod, metadata: {name: new}, spec: {containers: [{name: a, image: x}]}}}"
    )

    assert [action.pod.name for action in scenario.actions] == ["late", "new"]
    assert [(pod.name, pod.apply_manually) for pod in scenario.pods][:2] == [("web", False), ("late", True)]


def test_an_ephemeral_container_gets_the_defaults_and_can_be_addressed():
    scenario = loaded(
        "behaviors: {web/dbg: {runs: [{duration: 1s}]}}\nactions: [{at: 1s, addEphemeral: web, container: {name: dbg, image: busybox, command: [sh]}}]"
    )

    container = scenario.actions[0].container
    assert (container.name, str(container.container_type), str(container.image_pull_policy)) == ("dbg", "ephemeral", "Always")


REFUSED = [
    ("an unknown field", "kubernets: '1.30'", 'spec.kubernets: unknown field "spec.kubernets"'),
    ("a version before the first one", "kubernetes: '1.20'", 'spec.kubernetes: Kubernetes version "1.20" cannot be simulated: 1.27 to 1.36 can'),
    ("a version as a number", "kubernetes: 1.30", 'spec.kubernetes: Kubernetes version "1.3" cannot be simulated: 1.27 to 1.36 can'),
    ("a duration without unit", "until: 60", 'spec.until: "60" is not a duration'),
    ("a year and more", "until: 400d", "spec.until: must be at most 366 days"),
    ("a list for a map", "node: []", "spec.node: must be a map (the node), not array"),
    ("a quantity", "node: {capacity: {cpu: 4x}}", "spec.node.capacity[cpu]: quantities must match the regular expression"),
    ("a kubelet from the future", "node: {kubeletStartedAt: 5m}", "spec.node.kubeletStartedAt: must be at or before 0s"),
    ("a rate without /s", "node: {link: {bandwidth: 50Mi}}", 'spec.node.link.bandwidth: rate "50Mi" must be a quantity followed by /s'),
    ("a disk that is more than full", "node: {filesystems: {nodefs: {capacity: 1Gi, used: 2Gi}}}", "nodefs.used: must be at most the capacity"),
    ("a node without nodefs", "node: {filesystems: {imagefs: {}}}", "spec.node.filesystems.nodefs: Required value"),
    ("containerfs alone", "node: {filesystems: {nodefs: {}, containerfs: {}}}", "spec.node.filesystems.imagefs: Required value"),
    ("a null among sizes", "registry: {images: [{image: a, layers: [null]}]}", "spec.registry.images[0].layers[0]: must be a quantity such as 80Mi, not null"),
    ("an image without name", "registry: {images: [{size: 1Mi}]}", "spec.registry.images[0].image: Required value"),
    ("a registry's reason", "registry: {images: [{image: a, error: {reason: Gone}}]}", 'error.reason: Unsupported value: "Gone": supported values: "NotFound"'),
    ("a pod for a container", "behaviors: {web: {}}", 'spec.behaviors[web]: "web" is a pod, not a container'),
    ("an unknown pod", "behaviors: {wbe/app: {}}", 'spec.behaviors[wbe/app]: no pod "wbe" in the input'),
    ("an unknown container", "behaviors: {web/ap: {}}", 'spec.behaviors[web/ap]: no container "ap" in pod "web"'),
    ("a container of nobody", "behaviors: {nobody: {}}", 'spec.behaviors[nobody]: no container "nobody" in any pod'),
    ("no runs", "behaviors: {web/app: {runs: []}}", "spec.behaviors[web/app].runs: must have at least one entry"),
    ("a run without duration", "behaviors: {web/app: {runs: [{exitCode: 1}]}}", "spec.behaviors[web/app].runs[0].duration: Required value"),
    ("an exit code", "behaviors: {web/app: {runs: [{duration: 1s, exitCode: 256}]}}", "Invalid value: 256: must be between 0 and 255, inclusive"),
    ("a reason", "behaviors: {web/app: {runs: [{duration: 1s, reason: Oom}]}}", 'Unsupported value: "Oom": supported values: "Error", "OOMKilled"'),
    ("a word for SIGTERM", "behaviors: {web/app: {onSIGTERM: never}}", "must be the word ignore"),
    ("a window without result", "behaviors: {web/app: {liveness: [{from: 1s}]}}", "spec.behaviors[web/app].liveness[0].result: Required value"),
    ("a level without value", "behaviors: {web/app: {memory: [{from: 1s}]}}", "spec.behaviors[web/app].memory[0].value: Required value"),
    ("no moment", "actions: [{delete: web}]", "spec.actions[0]: an action needs one moment"),
    ("two moments", "actions: [{at: 1s, after: 'exit:web/app', delete: web}]", "spec.actions[0]: an action needs one moment"),
    ("plus without after", "actions: [{at: 1s, plus: 1s, delete: web}]", "spec.actions[0].plus: plus goes with after"),
    ("no verb", "actions: [{at: 1s}]", "spec.actions[0]: an action needs a verb"),
    ("two verbs", "actions: [{at: 1s, delete: web, evict: web}]", "spec.actions[0].evict: an action has one verb, not 2: delete, evict"),
    ("an unknown verb", "actions: [{at: 1s, remove: web}]", 'spec.actions[0].remove: unknown field "spec.actions[0].remove"'),
    ("an option of another verb", "actions: [{at: 1s, delete: web, image: x}]", "spec.actions[0].image: image is no option of delete"),
    ("a missing option", "actions: [{at: 1s, setImage: web/app}]", "spec.actions[0].image: Required value"),
    ("a verb without its measure", "actions: [{at: 1s, fillDisk: nodefs}]", "spec.actions[0]: fillDisk needs to or bytes"),
    ("more than everything", "actions: [{at: 1s, fillDisk: nodefs, to: 101%}]", 'spec.actions[0].to: "101%" is not a percentage'),
    ("an unknown instant", "actions: [{after: 'redy:web/app', delete: web}]", 'spec.actions[0].after: "redy:web/app" is no instant of the trace'),
    ("an instant without value", "actions: [{after: 'phase:web', delete: web}]", 'spec.actions[0].after: "phase:web" is no instant of the trace'),
    ("an instant of an unknown container", "actions: [{after: 'exit:web/ap', delete: web}]", 'spec.actions[0].after: no container "ap" in pod "web"'),
    ("a target that does not exist", "actions: [{at: 1s, delete: wbe}]", 'spec.actions[0].delete: no pod "wbe" in the input'),
    ("apply of a pod that is there", "actions: [{at: 1s, apply: web}]", 'spec.actions[0].apply: pod "web" is created at the start already'),
    ("apply of something else", "actions: [{at: 1s, apply: {kind: Service}}]", "spec.actions[0].apply: apply takes the document of a pod"),
    ("apply of a bad pod", "actions: [{at: 1s, apply: {apiVersion: v1, kind: Pod, metadata: {name: new}, spec: {}}}]", "spec.containers: Required value"),
    ("a probe that is not there", "actions: [{at: 1s, probe: web/app, result: failure}]", '"web/app" has no readiness probe'),
    ("an object of another kind", "actions: [{at: 1s, createObject: Service/x}]", "createObject takes ConfigMap/name or Secret/name"),
    ("an ephemeral container with ports", "actions: [{at: 1s, addEphemeral: web, container: {name: d, image: x, ports: [{containerPort: 1}]}}]",
     "spec.actions[0].container.ports: Forbidden: cannot be set for an Ephemeral Container"),
    ("an ephemeral container of a taken name", "actions: [{at: 1s, addEphemeral: web, container: {name: app, image: x}}]",
     'spec.actions[0].container.name: Duplicate value: "app"'),
    ("an ephemeral container twice", f"actions: [{', '.join(['{at: 1s, addEphemeral: web, container: {name: d, image: x}}'] * 2)}]",
     'spec.actions[1].container.name: Duplicate value: "d"'),
    ("an ephemeral container's target", "actions: [{at: 1s, addEphemeral: web, container: {name: d, image: x, targetContainerName: ap}}]",
     'spec.actions[0].container.targetContainerName: Not found: "ap"'),
    ("too many actions", f"actions: [{', '.join(['{at: 1s, delete: web}'] * (MAX_ACTIONS + 1))}]", f"spec.actions: more than {MAX_ACTIONS} actions"),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "expected"), [pytest.param(*row[1:], id=row[0]) for row in REFUSED])
def test_refused(spec, expected):
    problems = problems_of(spec)

    assert any(expected in problem for problem in problems), problems


def test_a_second_scenario_is_refused():
    with pytest.raises(simulator.ManifestError) as caught:
        simulator.load({"all.yaml": PODS + HEAD + "  {}\n---\n" + HEAD + "  {}\n"})

    assert [problem.message for problem in caught.value.problems] == ["there can be one Scenario at most"]


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        pytest.param('behavior.nodeviz.dev/app: "runs: [{duration: 5}]"', 'runs[0].duration: "5" is not a duration', id="a wrong value"),
        pytest.param('behavior.nodeviz.dev/app: "run: 1"', 'unknown field "run"', id="an unknown key"),
        pytest.param('behavior.nodeviz.dev/app: "runs: ["', "yaml: while parsing a flow node did not find expected node content", id="no YAML"),
        pytest.param('behavior.nodeviz.dev/app: "5s"', "a document must be a map", id="no map"),
        pytest.param('behavior.nodeviz.dev/app: ""', "must be one map of a behavior", id="nothing"),
        pytest.param('behavior.nodeviz.dev/other: "{}"', 'no container "other" in the pod', id="an unknown container"),
        pytest.param("nodeviz.dev/apply: later", 'Unsupported value: "later": supported values: "manual"', id="another way to apply"),
    ],
)
def test_problems_of_annotations_are_shown_at_the_annotation(annotation, expected):
    text = f"apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n  annotations:\n    {annotation}\nspec: {{containers: [{{name: app, image: x}}]}}\n"

    with pytest.raises(simulator.ManifestError) as caught:
        simulator.load({"p": text})

    (problem,) = caught.value.problems
    assert problem.line == 6
    assert expected in problem.message


def test_behaviors_of_probes_that_no_container_has_are_a_warning():
    (warning,) = loaded("behaviors: {web/app: {readiness: [{result: failure}], liveness: [{result: failure}]}}").warnings

    assert "spec.behaviors[web/app].readiness: has no effect: the container has no readinessProbe" in warning


def test_names_are_not_missed_while_their_pod_has_problems_of_its_own():
    with pytest.raises(simulator.ManifestError) as caught:
        simulator.load({"all.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {}\n---\n" + HEAD + "  behaviors: {web/app: {}}\n"})

    assert [problem.path for problem in caught.value.problems] == ["spec.containers"]


def test_objects_count_by_their_keys_and_other_kinds_are_listed():
    text = (
        PODS
        + "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: shop}\ndata: {a: b}\nbinaryData: {d: eA==}\n---\n"
        + "apiVersion: v1\nkind: Service\nmetadata: {name: s}\n---\napiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\n---\n"
        + "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Secret, metadata: {name: t}, stringData: {k: v}}\n"
    )

    scenario = simulator.load({"all.yaml": text})

    assert scenario.objects == {"ConfigMap/shop/c": frozenset({"a", "d"}), "Secret/default/t": frozenset({"k"})}
    assert scenario.not_simulated == ("Service/s", "Widget/w")


def test_a_scenario_with_actions_needs_no_pod_at_the_start():
    text = HEAD + "  actions: [{at: 1s, apply: {apiVersion: v1, kind: Pod, metadata: {name: new}, spec: {containers: [{name: a, image: x}]}}}]\n"

    scenario = simulator.load({"s": text})

    assert isinstance(scenario, Scenario)
    assert scenario.pods == ()
