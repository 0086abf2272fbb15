"""How does a controller's document become a `Workload`?

pkg/apis/{apps,batch}/validation (1.36): the rules of the controllers' own fields. The template is a pod and is checked like one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from simulator.limits import MAX_PODS
from simulator.manifest.nodes import Document, Finding, Path
from simulator.manifest.pod_documents import Intake, WrittenPod, below_any, build_pod, check_pod, conformed
from simulator.manifest.pods import APPLY_ANNOTATION
from simulator.manifest.report import mark
from simulator.manifest.validation.messages import invalid
from simulator.manifest.validation.metadata import map_findings, name_findings
from simulator.names import generated, template_hash
from simulator.scenario import Workload
from simulator.schedules import wrong_with
from simulator.workloads import make_pod

Fields = dict[str, Any]
_TEMPLATES: dict[str, Path] = {"PodTemplate": ("template",), "CronJob": ("spec", "jobTemplate", "spec", "template")}
_TEMPLATE: Path = ("spec", "template")
_RUNS_FOR_EVER = ("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "ReplicationController")
_NEEDS_SELECTOR = ("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet")


def template_path(kind: str) -> Path:
    """Where the template stands in a controller's document."""
    return _TEMPLATES.get(kind, _TEMPLATE)


def workload_document(intake: Intake, document: Document, group: str, kind: str) -> Workload | None:
    """A document of a controller's kind. None when it has problems."""
    before = len(intake.report.problems)
    clean, wrong = conformed(intake, document, group, kind)
    metadata = clean.setdefault("metadata", {})
    path = template_path(kind)
    template = _at(clean, path)
    raw_policy = template.get("spec", {}).get("restartPolicy")
    _add_claims(clean, template)
    check_pod(intake, document, template, path, wrong, kind=kind)
    for finding in _findings(clean, template, path, kind, raw_policy):
        if not below_any(finding.path, wrong):
            intake.report.problem(document, finding)
    if len(intake.report.problems) > before:
        return None
    if kind == "CronJob" and clean["spec"].get("timeZone") not in (None, "UTC", "Etc/UTC"):
        words = f'"{clean["spec"]["timeZone"]}" is not applied: the schedule is read in UTC'
        intake.report.warning(document, Finding(("spec", "timeZone"), words))
    return _workload(intake, document, clean, template, path, kind, metadata)


def _at(clean: Fields, path: Path) -> Fields:
    """The template; empty maps are made on the way where the document has none."""
    holder = clean
    for step in path:
        holder = holder.setdefault(str(step), {})
    return holder


def _add_claims(clean: Fields, template: Fields) -> None:
    """A StatefulSet's volumeClaimTemplates become volumes of its pods."""
    volumes = template.setdefault("spec", {}).setdefault("volumes", [])
    names = [volume.get("name") for volume in volumes]
    for claim in clean.get("spec", {}).get("volumeClaimTemplates", ()):
        name = claim.get("metadata", {}).get("name", "")
        if name not in names:
            volumes.append({"name": name, "persistentVolumeClaim": {"claimName": name}})


def _findings(clean: Fields, template: Fields, path: Path, kind: str, policy: str | None) -> Iterator[Finding]:
    metadata, spec = clean["metadata"], clean.get("spec", {})
    yield from name_findings(metadata, ("metadata",))
    yield from map_findings(metadata, ("metadata",))
    policy_path = (*path, "spec", "restartPolicy")
    if kind in _RUNS_FOR_EVER and policy not in (None, "", "Always"):
        yield Finding(policy_path, f'Unsupported value: "{policy}": supported values: "Always"')
    if kind in ("Job", "CronJob"):
        yield from _job_findings(clean, policy, policy_path, kind)
    if kind in _RUNS_FOR_EVER and template["spec"].get("activeDeadlineSeconds") is not None:
        yield Finding((*path, "spec", "activeDeadlineSeconds"), f"Forbidden: activeDeadlineSeconds in {kind} is not Supported")
    replicas = spec.get("replicas", 1)
    if replicas < 0:
        yield Finding(("spec", "replicas"), f"Invalid value: {replicas}: must be greater than or equal to 0")
    elif replicas > MAX_PODS:
        yield Finding(("spec", "replicas"), f"Invalid value: {replicas}: at most {MAX_PODS} pods can be simulated", "one node runs 110 pods")
    if kind in _NEEDS_SELECTOR:
        yield from _selector_findings(spec, template, path)


def _job_findings(clean: Fields, policy: str | None, policy_path: Path, kind: str) -> Iterator[Finding]:
    if policy in (None, "", "Always"):
        yield Finding(policy_path, 'Required value: valid values: "OnFailure", "Never"', "a Job's pods end, so Always makes no sense")
    job_path: Path = ("spec",) if kind == "Job" else ("spec", "jobTemplate", "spec")
    job = _at(clean, job_path)
    for name in ("parallelism", "completions", "backoffLimit", "activeDeadlineSeconds", "ttlSecondsAfterFinished"):
        value = job.get(name)
        if value is not None and value < 0:
            yield Finding((*job_path, name), f"Invalid value: {value}: must be greater than or equal to 0")
    parallelism = job.get("parallelism", 1)
    wanted = min(parallelism, job["completions"]) if "completions" in job else parallelism
    if wanted > MAX_PODS:
        yield Finding((*job_path, "parallelism"), f"Invalid value: {parallelism}: at most {MAX_PODS} pods can be simulated")
    mode = job.get("completionMode", "NonIndexed")
    if mode not in ("Indexed", "NonIndexed"):
        yield Finding((*job_path, "completionMode"), f'Unsupported value: "{mode}": supported values: "Indexed", "NonIndexed"')
    elif mode == "Indexed" and "completions" not in job:
        yield Finding((*job_path, "completions"), "Required value: when completion mode is Indexed")
    if kind == "CronJob" and not clean.get("spec", {}).get("schedule"):
        yield Finding(("spec", "schedule"), "Required value")
    elif kind == "CronJob" and (wrong := wrong_with(clean["spec"]["schedule"])):
        yield invalid(("spec", "schedule"), clean["spec"]["schedule"], wrong)


def _selector_findings(spec: Fields, template: Fields, path: Path) -> Iterator[Finding]:
    selector = spec.get("selector", {})
    wanted = selector.get("matchLabels", {})
    labels = template.get("metadata", {}).get("labels", {})
    if not wanted and not selector.get("matchExpressions"):
        yield Finding(("spec", "selector"), "Required value", "copy the template's labels under spec.selector.matchLabels")
    elif any(labels.get(key) != value for key, value in wanted.items()):
        shown = json.dumps(labels, sort_keys=True, separators=(",", ":"))
        yield Finding((*path, "metadata", "labels"), f"Invalid value: {shown}: `selector` does not match template `labels`")


def _workload(intake: Intake, document: Document, clean: Fields, template: Fields, path: Path, kind: str, metadata: Fields) -> Workload:
    name = metadata.get("name") or generated(metadata["generateName"], intake.seed, kind)
    namespace = metadata.get("namespace") or "default"
    hashed = template_hash(json.dumps(template, sort_keys=True, default=str))
    template.setdefault("metadata", {})["namespace"] = namespace
    pod = build_pod(intake, document, template, path, name)
    if metadata.get("annotations", {}).get(APPLY_ANNOTATION) == "manual":
        pod = replace(pod, apply_manually=True)
    spec = clean.get("spec", {})
    job = spec.get("jobTemplate", {}).get("spec", {}) if kind == "CronJob" else spec
    workload = Workload(
        kind=kind,
        name=name,
        namespace=namespace,
        template=pod,
        replicas=spec.get("replicas", 1),
        parallelism=job.get("parallelism", 1),
        completions=job.get("completions", 1 if "parallelism" not in job else None),
        backoff_limit=job.get("backoffLimit", _NO_LIMIT if "backoffLimitPerIndex" in job else 6),
        options={**_options(spec, job), "template_hash": hashed},
        mark=mark(document, ()),
    )
    intake.written.setdefault(f"{kind}/{namespace}/{name}", WrittenPod(make_pod(workload, 1, 0, intake.seed), template))
    return workload


_NO_LIMIT = 2**31 - 1
"""backoffLimit where backoffLimitPerIndex is set (pkg/apis/batch/v1/defaults.go)."""
_KEPT = ("schedule", "timeZone", "concurrencyPolicy", "startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit")
_KEPT_OF_JOB = (
    "activeDeadlineSeconds", "backoffLimitPerIndex", "completionMode", "maxFailedIndexes", "podFailurePolicy", "podReplacementPolicy", "successPolicy",
    "ttlSecondsAfterFinished",
)  # fmt: skip
_KEPT_OF_SETS = ("podManagementPolicy", "strategy", "updateStrategy", "minReadySeconds", "progressDeadlineSeconds", "paused")


def _options(spec: Fields, job: Fields) -> dict[str, object]:
    """What else a controller looks at, in the API's own spelling; `start_ordinal` of a StatefulSet, `suspend` of either level."""
    kept: dict[str, object] = {name: spec[name] for name in (*_KEPT, *_KEPT_OF_SETS) if name in spec}
    kept |= {name: job[name] for name in _KEPT_OF_JOB if name in job}
    if spec.get("suspend") or job.get("suspend"):
        kept["suspend"] = True
    if "ordinals" in spec:
        kept["start_ordinal"] = spec["ordinals"].get("start", 0)
    return kept
