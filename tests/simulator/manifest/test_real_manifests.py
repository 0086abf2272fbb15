"""Do manifests that nobody wrote for us load as they are? Public projects' files, and the pods of the recordings of real kubelets.

They lie beside the repository. Without them only the first test is there to say so.
"""

import importlib.util

import pytest
import yaml

import simulator
from tests import surroundings

SHARED = surroundings.SHARED
MANIFESTS = sorted((SHARED / "manifests").glob("*.y*ml"))
RECORDINGS = sorted(path.parent for path in SHARED.glob("traces*/**/pod.yaml"))

PODS = {
    "argo-cd--pod.yaml": 1,
    "calico--migration-job.yaml": 1,
    "examples--cassandra-statefulset.yaml": 3,
    "gcs-fuse-csi-driver--job.yaml": 1,
    "ingress-nginx--deploy.yaml": 3,
    "istio--native-sidecar-opt-out.yaml.injected.yaml": 1,
    "istio--native-sidecar.yaml.injected.yaml": 1,
    "kube-prometheus--kubeStateMetrics-deployment.yaml": 1,
    "kubernetes-engine-samples--jetstream-pytorch-gemma-7b-it-2x4.yaml": 2,
    "linkerd2--inject_emojivoto_list.golden.yml": 2,
    "linkerd2--inject_emojivoto_pod_nativesidecar.golden.yml": 1,
    "metallb--metallb-frr.yaml": 2,
    "microservices-demo--kubernetes-manifests.yaml": 12,
    "microservices-demo--loadgenerator.yaml": 1,
    "pipeline--gitea.yaml": 3,
    "website--exec-liveness.yaml": 1,
    "website--job-sidecar-legacy.yaml": 1,
    "website--job-sidecar.yaml": 1,
    "website--lifecycle-events.yaml": 1,
    "website--startup-coordination.yaml": 1,
}


def scenario_of(folder):
    """The recording as the measuring tool hands it to the simulator."""
    spec = importlib.util.spec_from_file_location("fidelity", SHARED / "tools" / "fidelity.py")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    documents, _ = tool.scenario_of(folder)
    return yaml.safe_dump_all(documents, sort_keys=False)


def test_the_material_is_there(shared):
    assert (shared / "conformance").is_dir()
    assert MANIFESTS
    assert RECORDINGS


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_public_manifests_load_without_edits(path):
    scenario = simulator.load({path.name: path.read_bytes()})

    assert len(scenario.pods) == PODS[path.name]


WAITS_FOR = {
    "ingress-nginx--deploy.yaml": 'secret "ingress-nginx-admission" not found',
    "kubernetes-engine-samples--jetstream-pytorch-gemma-7b-it-2x4.yaml": 'secret "huggingface-secret" not found',
    "metallb--metallb-frr.yaml": 'secret "memberlist" not found',
    "website--job-sidecar-legacy.yaml": "myjob has completed, but logshipper still runs",
}
"""What is not in the file, and in real life comes from elsewhere; and the example of a Job that hangs."""


def trace_of(path):
    return list(simulator.simulate(simulator.load({path.name: path.read_bytes()})))


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_their_pods_become_ready_or_complete_or_it_is_said_what_they_wait_for(path):
    verdict = simulator.verdict(trace_of(path))

    unwell = [pod.sentence for pod in verdict.pods if pod.tone == "bad"]
    assert bool(unwell) == (path.name in WAITS_FOR)
    assert all(WAITS_FOR[path.name] in sentence for sentence in unwell)
    assert all(pod.ready_s is not None or pod.ended_s is not None or pod.tone == "bad" for pod in verdict.pods)


def test_the_documentations_liveness_example_is_first_killed_when_the_page_says(shared):
    records = trace_of(shared / "manifests" / "website--exec-liveness.yaml")
    started, killed = (next(r["t"] for r in records if r.get("call") == call) for call in ("StartContainer returned", "StopContainer called"))

    assert 35 <= killed - started <= 45, "30 s of health, then three failures five seconds apart"
    assert next(r["why"] for r in records if r.get("call") == "StopContainer called") == "liveness-probe-failed"


def test_the_documentations_jobs_end_with_a_native_sidecar_only(shared):
    phases = {
        name: [r["to"] for r in trace_of(shared / "manifests" / f"website--{name}.yaml") if r.get("field") == "phase"]
        for name in ("job-sidecar", "job-sidecar-legacy")
    }

    assert phases["job-sidecar"][-1] == "Succeeded"
    assert phases["job-sidecar-legacy"][-1] == "Running"


@pytest.mark.parametrize("folder", RECORDINGS, ids=lambda folder: "/".join(folder.parts[-3:]))
def test_recorded_pods_load_as_the_measuring_tool_writes_them(folder):
    assert simulator.load({"pod.yaml": scenario_of(folder)}).pods


def cases(name, wanted):
    made = []
    table = yaml.safe_load((SHARED / "conformance" / "lifecycle" / name).read_text()) if SHARED.is_dir() else {"rows": [], "kubernetes": {"min": "1.36"}}
    for row in table["rows"]:
        first = max(int(low.split(".")[1]) for low in (table["kubernetes"]["min"], row.get("min", "1.27")))
        last = int(row.get("max", "1.36").split(".")[1])
        for minor in sorted({first, last}):
            made.append(pytest.param(row["yaml"], wanted(row), f"1.{minor}", id=f"1.{minor} {' '.join(row['yaml'].split())[:70]}"))
    return made


def load_spec(spec, kubernetes):
    text = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n" + "".join(f"  {line}\n" for line in spec.split("\n"))
    return simulator.load({"pod.yaml": text}, kubernetes=kubernetes)


@pytest.mark.parametrize(("spec", "expected", "kubernetes"), cases("208-validation-errors.yaml", lambda row: row["expect"]))
def test_conformance_refuses(spec, expected, kubernetes):
    with pytest.raises(simulator.ManifestError) as caught:
        load_spec(spec, kubernetes)

    assert any(problem.path == expected["path"] and expected["message"] in problem.message for problem in caught.value.problems)


@pytest.mark.parametrize(("spec", "expected", "kubernetes"), cases("209-validation-accepts.yaml", lambda row: row["expect"]))
def test_conformance_accepts(spec, expected, kubernetes):
    assert expected == "accepted"
    assert load_spec(spec, kubernetes).pods
