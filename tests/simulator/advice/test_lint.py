"""What does an experienced colleague say about a pod before it runs? For each rule a pod that it is about, and a near one that it leaves alone."""

import json

import pytest

import simulator
from simulator.__main__ import ADVISED, OK, main
from simulator.advice.advice import RULES

MAIN = "containers: [{name: app, image: 'x:1'}]"
SIDE = "{name: side, image: 'x:1', restartPolicy: Always, resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {memory: 64Mi}}%s}"


def pod(*lines):
    return "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n" + "".join(f"  {line}\n" for line in lines)


def job(*lines):
    body = "".join(f"      {line}\n" for line in ("restartPolicy: Never", *lines))
    return f"apiVersion: batch/v1\nkind: Job\nmetadata: {{name: report}}\nspec:\n  template:\n    spec:\n{body}"


def sidecar(extra=""):
    return f"initContainers: [{SIDE % extra}]"


def main_with(extra):
    return f"containers: [{{name: app, image: 'x:1', {extra}}}]"


def advice(text):
    loaded = simulator.load_with_sources({"x.yaml": text})
    return simulator.lint(loaded.scenario, loaded.sources)


def of(rule, text):
    return [found for found in advice(text) if found.rule == rule]


SLEEPS = "lifecycle: {preStop: {sleep: {seconds: %s}}}"
TAIL = "{name: log, image: 'x:1', command: [sh, -c, 'tail -f /log']}"

ABOUT = [
    ("sidecar-without-requests", pod("initContainers: [{name: side, image: 'x:1', restartPolicy: Always}]", MAIN), "no requests and no limits"),
    ("sidecar-without-requests", pod(sidecar().replace(", limits: {memory: 64Mi}", ""), MAIN), "has no limits"),
    (
        "effective-request",
        pod(sidecar(), main_with("resources: {requests: {cpu: 50m}}")),
        "counts 150m cpu and 64Mi memory",
    ),
    ("sidecar-delays-start", pod(sidecar(", lifecycle: {postStart: {exec: {command: [sleep, '15']}}}"), MAIN), "waits at least 15 s: side 15 s"),
    ("sidecar-delays-start", pod(sidecar(", startupProbe: {initialDelaySeconds: 20, tcpSocket: {port: 1}}"), MAIN), "at least 20 s"),
    ("sidecar-readiness-counts", pod(sidecar(", readinessProbe: {tcpSocket: {port: 1}}"), MAIN), "not Ready while the sidecar side is not"),
    ("liveness-kills-slow-start", pod(main_with("livenessProbe: {tcpSocket: {port: 1}, initialDelaySeconds: 5}")), "longer than 35 s"),
    ("stop-longer-than-grace", pod("terminationGracePeriodSeconds: 20", main_with(SLEEPS % 20)), "takes 20 s of a grace period of 20 s"),
    ("stop-longer-than-grace", pod(main_with("lifecycle: {preStop: {exec: {command: [sh, -c, 'sleep 25; sleep 10']}}}")), "takes 35 s"),
    ("pid-1-ignores-sigterm", pod(main_with("command: [sh, -c, 'prepare; sleep 1d']")), "takes the whole 30 s"),
    ("liveness-recovery-time", pod(main_with("livenessProbe: {tcpSocket: {port: 1}, periodSeconds: 30}")), "replaced after up to 121 s"),
    ("job-never-finishes", job(f"containers: [{{name: app, image: 'x:1'}}, {TAIL}]"), "log never ends, so the Job never does"),
    ("job-never-finishes", job("containers: [{name: app, image: 'x:1'}, {name: istio-proxy, image: 'proxyv2:1'}]"), "istio-proxy never ends"),
    ("latest-always-pulled", pod("containers: [{name: app, image: nginx}]"), "nginx is asked for at every start"),
    ("old-client-drops-sidecar", pod(sidecar(), MAIN), "older than Kubernetes 1.28"),
    ("missing-object", pod(main_with("envFrom: [{configMapRef: {name: settings}}]")), 'The ConfigMap "settings" is not in the input'),
    (
        "missing-object",
        pod(MAIN, "volumes: [{name: v, secret: {secretName: key}}]"),
        "the pod stays in ContainerCreating",
    ),
]
NEAR = [
    ("sidecar-without-requests", pod(sidecar(), MAIN), "a sidecar with both"),
    ("sidecar-without-requests", pod(MAIN), "a main is not a sidecar"),
    (
        "effective-request",
        pod("initContainers: [{name: i, image: 'x:1'}]", main_with("resources: {requests: {cpu: 50m}}")),
        "asks for nothing",
    ),
    ("sidecar-delays-start", pod(sidecar(", lifecycle: {postStart: {exec: {command: [sleep, '3']}}}"), MAIN), "three seconds"),
    ("liveness-kills-slow-start", pod(main_with("livenessProbe: {tcpSocket: {port: 1}}, startupProbe: {tcpSocket: {port: 1}}")), "a startup probe protects it"),
    ("liveness-kills-slow-start", pod(main_with("livenessProbe: {tcpSocket: {port: 1}, initialDelaySeconds: 60}")), "enough time"),
    ("stop-longer-than-grace", pod(main_with(SLEEPS % 10)), "ten of thirty seconds"),
    ("pid-1-ignores-sigterm", pod(main_with("command: [sh, -c, 'exec serve']")), "exec makes the program PID 1"),
    ("pid-1-ignores-sigterm", pod(main_with('command: [sh, -c, "trap exit TERM; serve & wait"]')), "a trap"),
    ("pid-1-ignores-sigterm", pod(main_with("command: [serve]")), "a program of its own"),
    ("pid-1-ignores-sigterm", pod(main_with("command: [sh, -c, 'prepare; serve']")), "a last command takes the shell's place"),
    ("pid-1-ignores-sigterm", job(main_with("command: [sh, -c, 'prepare; work | tee log']")), "a Job's main ends by itself"),
    ("liveness-recovery-time", pod(main_with("livenessProbe: {tcpSocket: {port: 1}, terminationGracePeriodSeconds: 5}")), "a grace of its own"),
    ("job-never-finishes", job(f"initContainers: [{TAIL.replace('}', ', restartPolicy: Always}')}]", MAIN), "a native sidecar"),
    ("job-never-finishes", pod(f"containers: [{{name: app, image: 'x:1'}}, {TAIL}]"), "a pod that nobody waits for"),
    ("latest-always-pulled", pod(main_with("imagePullPolicy: Always")), "a version"),
    ("latest-always-pulled", pod("containers: [{name: app, image: nginx, imagePullPolicy: IfNotPresent}]"), "not pulled always"),
    ("missing-object", pod(main_with("envFrom: [{configMapRef: {name: settings, optional: true}}]")), "it is optional"),
    ("missing-object", pod(MAIN, "volumes: [{name: v, configMap: {name: kube-root-ca.crt}}]"), "every namespace has it"),
    (
        "missing-object",
        pod(main_with("envFrom: [{configMapRef: {name: settings}}]")) + "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n",
        "it is in the input",
    ),
]


@pytest.mark.parametrize(("rule", "text", "words"), ABOUT, ids=[f"{rule}: {words[:30]}" for rule, _, words in ABOUT])
def test_what_a_rule_is_about(rule, text, words):
    (found,) = of(rule, text)

    assert words in found.what
    assert found.why
    assert found.fix
    assert found.mark.line >= 5
    assert found.path.startswith("spec")


@pytest.mark.parametrize(("rule", "text"), [case[:2] for case in NEAR], ids=[f"{rule}: {words}" for rule, _, words in NEAR])
def test_what_it_leaves_alone(rule, text):
    assert of(rule, text) == []


def test_every_rule_has_both_kinds_of_example_and_a_source():
    # What is said of each sidecar, or of each pod with one, has no near miss but a pod without.
    said_of_all = {"old-client-drops-sidecar", "sidecar-readiness-counts"}
    assert {rule for rule, _, _ in ABOUT} == set(RULES)
    assert {rule for rule, _, _ in NEAR} | said_of_all == set(RULES)
    assert of("old-client-drops-sidecar", pod(MAIN)) == of("sidecar-readiness-counts", pod(MAIN)) == []
    assert all(rule.source for rule in RULES.values())


def test_advice_points_at_the_field_of_a_template():
    (found,) = of("pid-1-ignores-sigterm", job(f"initContainers: [{TAIL.replace('}', ', restartPolicy: Always}')}]", MAIN))

    assert (found.path, found.subject) == ("spec.template.spec.initContainers[0].command", "Job/report/log")


@pytest.mark.parametrize(
    "script",
    [
        "serve", "serve --name 'a; sleep 1'", "MODE=1 serve", "prepare; serve", "prepare && serve", "cd /x && exec serve", "exec serve", "prepare\nserve\n",
        "sleep 1000", "sleep 1000;", "prepare; sleep 1000", "exec sleep 1000", "while true; do sleep 1; done", "while true; do sleep 1; done;",
        "serve | tee /log", "(serve)", "if true; then serve; fi", "touch /x; tail -f /x", "sleep 1000 & wait", "trap 'exit 0' TERM; sleep 1000 & wait",
    ],
)  # fmt: skip
def test_the_advice_about_sigterm_says_what_the_simulated_process_does(script):
    text = pod(f"containers: [{{name: app, image: 'x:1', command: [sh, -c, {json.dumps(script)}]}}]")
    scenario = "---\napiVersion: nodeviz.dev/v1alpha1\nkind: Scenario\nspec: {until: 3m, jitter: false, actions: [{at: 30s, delete: web}]}\n"
    records = list(simulator.simulate(simulator.load({"x.yaml": text + scenario})))
    ended_s = next(r["t"] for r in records if r.get("call") == "exit event")

    assert 30 <= ended_s <= 61, "it ran until it was stopped"
    assert bool(of("pid-1-ignores-sigterm", text)) == (ended_s > 59)


# -- the command line -----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "pod.yaml"
    path.write_text(pod("containers: [{name: app, image: nginx, command: [sh, -c, 'a | b']}]"))
    return path


def test_lint_prints_a_line_each(file, capsys):
    assert main(["lint", str(file)]) == OK

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"{file}:5:35: note latest-always-pulled: spec.containers[0].image: nginx is asked for")
    assert lines[-1] == "2 pieces of advice"


def test_lint_can_fail_a_pipeline(file):
    assert main(["lint", str(file), "--fail-on", "warning"]) == ADVISED
    file.write_text(pod(MAIN))
    assert main(["lint", str(file), "--fail-on", "note"]) == OK


def test_sarif_has_the_rules_and_a_place_for_each_result(file, capsys):
    main(["lint", str(file), "--format", "sarif"])

    report = json.loads(capsys.readouterr().out)
    (run,) = report["runs"]
    assert report["version"] == "2.1.0"
    assert {rule["id"] for rule in run["tool"]["driver"]["rules"]} == set(RULES)
    assert [result["ruleId"] for result in run["results"]] == ["latest-always-pulled", "pid-1-ignores-sigterm"]
    place = run["results"][1]["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": str(file)}, "region": {"startLine": 5, "startColumn": 51}}


def test_lenient_makes_unknown_fields_warnings(file, capsys):
    file.write_text(pod(main_with("unheardOf: 1")))

    assert main(["check", str(file)]) == 2
    assert main(["check", str(file), "--lenient"]) == OK
    assert "warning: " in capsys.readouterr().err
