"""Who makes the pods of Deployments, Jobs and the others? The controllers of one cluster, as they look at the API and change it.

kube-controller-manager 1.36. Deciding is in the module of each kind; here its plans are carried out, and it is asked again when one of its pods changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from simulator.controllers import cronjob, daemonset, deployment, job, replicaset, statefulset
from simulator.controllers.plan import OwnedPod, Plan
from simulator.engine.agenda import Agenda, Timer
from simulator.engine.recorder import Record, Recorder
from simulator.kubelet.pod_manager import PodObject
from simulator.limits import MAX_PODS_MADE
from simulator.pod import Pod, RestartPolicy
from simulator.scenario import Workload
from simulator.units import MINUTE_MS, SECOND_MS
from simulator.workloads import cron_epoch, first_indexes, job_name, make_pod, revision_of


class Api(Protocol):
    """The API server, as controllers use it."""

    pods: dict[str, PodObject]

    def create(self, pod: Pod, controller_key: str = "") -> PodObject | None:
        """POST of a pod."""

    def delete(self, obj: PodObject) -> None:
        """DELETE of a pod, with its own grace period."""

    def is_bound(self, obj: PodObject) -> bool:
        """Has it a node?"""


SYNC_MS = 10
"""From a change of a pod to the controller's answer. Estimated: watch and queue of an idle cluster."""
JOB_SYNC_MS = 1 * SECOND_MS
"""syncJobBatchPeriod: a Job looks at its pods a second after one of them changed."""
_NORMAL, _WARNING = "Normal", "Warning"


@dataclass(slots=True)
class Requests:
    """How fast a controller may ask the API server: --kube-api-qps and --kube-api-burst of kube-controller-manager, 20 and 30.

    A pod takes two requests: its own, and one for the status of what it belongs to. So a large Deployment's pods come 15 at once and then ten a second, and so
    do those that a node rejects.
    """

    pods_per_second: int = 10
    burst: int = 15
    _left_ms: int | None = None
    """The instant up to which the pods made so far have used the rate."""

    def pod_made(self, now_ms: int) -> int | None:
        """None: a pod may be made now, and counts. Else when the next one may."""
        each_ms = SECOND_MS // self.pods_per_second
        full_ms = now_ms - self.burst * each_ms
        began_ms = full_ms if self._left_ms is None else max(self._left_ms, full_ms)
        if began_ms + each_ms > now_ms:
            return began_ms + each_ms
        self._left_ms = began_ms + each_ms
        return None


@dataclass(slots=True, eq=False)
class _Job:
    """One Job: written by the person, or made by a CronJob for a minute."""

    minute: int
    started_ms: int
    pods: list[PodObject] = field(default_factory=list)
    outcome: str = ""
    finished_ms: int = 0
    removed: bool = False


@dataclass(slots=True, eq=False)
class _Held:
    """A controller's object and what it has made."""

    workload: Workload
    revisions: dict[str, Workload] = field(default_factory=dict)
    """Every template that it had, by hash, the oldest first."""
    sizes: dict[str, int] = field(default_factory=dict)
    """Deployment: the ReplicaSets' replicas, by revision."""
    jobs: list[_Job] = field(default_factory=list)
    pods: list[PodObject] = field(default_factory=list)
    """All that it ever made, in order."""
    indexes: dict[str, int] = field(default_factory=dict)
    """Of each pod, by uid."""
    before_minute: int = 0
    """CronJob: the last minute that is not its own any more, because it was made after its beginning."""
    timer: Timer | None = None

    @property
    def name(self) -> str:
        """`Kind/namespace/name`, as Events name it."""
        return f"{self.workload.kind}/{self.workload.namespace}/{self.workload.name}"


class ControllerManager:
    """All controllers of the scenario."""

    def __init__(self, agenda: Agenda, recorder: Recorder, api: Api, workloads: Sequence[Workload], seed: int) -> None:
        self._agenda = agenda
        self._recorder = recorder
        self._api = api
        self._seed = seed
        self._epoch_minute = cron_epoch(workloads)
        self._held: dict[tuple[str, str, str], _Held] = {}
        self._owner: dict[str, _Held] = {}
        """By the pods' `namespace/name`."""
        self._made = 0
        self._ready_since_ms: dict[str, int] = {}
        self._finished_ms: dict[str, int] = {}
        self._requests: dict[str, Requests] = {}
        """Each kind's controller has a client of its own."""
        self.limit = ""
        """The name of the limit that a controller has met."""
        for workload in workloads:
            if not workload.template.apply_manually:
                agenda.at(0, lambda workload=workload: self.apply(workload))  # type: ignore[misc]

    def apply(self, workload: Workload) -> None:
        """Create the object, or replace its spec: `kubectl apply`."""
        key = (workload.kind, workload.namespace, workload.name)
        held = self._held.get(key)
        if held is None:
            held = self._held[key] = _Held(workload, before_minute=self._epoch_minute + -(-self._agenda.now_ms // MINUTE_MS) - 1)
            if workload.kind == "Job":
                held.jobs.append(_Job(minute=self._minute(), started_ms=self._agenda.now_ms))
        held.workload = workload
        # A template that comes back is the newest revision again.
        held.revisions[revision_of(workload)] = held.revisions.pop(revision_of(workload), workload)
        self._sync(held)

    def look(self, records: Sequence[Record]) -> None:
        """Wake the controllers of the pods that these records are about."""
        for record in records:
            held = self._owner.get(record.get("pod", "")) if record["layer"] == "status" else None
            if held is None:
                continue
            self._note(record)
            self._arm(held, self._agenda.now_ms + (JOB_SYNC_MS if held.jobs else SYNC_MS))

    @property
    def are_there(self) -> bool:
        """Is there any controller to wake?"""
        return bool(self._held)

    # -- what the pods are like -------------------------------------------------------------------------------------------------------

    def _note(self, record: Record) -> None:
        """Moments that a pod's status does not keep."""
        obj = self._api.pods.get(record["pod"])
        if obj is None:
            return
        uid = obj.pod.uid
        if record.get("field") == "condition:Ready":
            if record["to"] != "True":
                self._ready_since_ms.pop(uid, None)
            else:
                self._ready_since_ms.setdefault(uid, self._agenda.now_ms)
        elif record.get("field") == "phase" and obj.status.phase.is_terminal:
            self._finished_ms[uid] = self._agenda.now_ms

    def _view(self, held: _Held, obj: PodObject) -> OwnedPod:
        pod, status = obj.pod, obj.status
        over = status.phase.is_terminal
        return OwnedPod(
            uid=pod.uid,
            name=pod.name,
            ordinal=pod.owner.ordinal if pod.owner else 1,
            index=held.indexes[pod.uid],
            revision=_hash_of(held, obj),
            created_ms=obj.created_ms,
            phase=status.phase,
            bound=self._api.is_bound(obj),
            deleting=obj.deleting,
            gone=obj.gone,
            ready_since_ms=None if over or obj.gone else self._ready_since_ms.get(pod.uid),
            restarts=sum(container.restart_count for container in status.containers),
            finished_ms=self._finished_ms.get(pod.uid) if over else obj.deletion_requested_ms,
            exit_codes=tuple((c.name, code) for c in status.containers if (code := getattr(c.state, "exit_code", None)) is not None),
            conditions={condition.type: condition.status for condition in status.conditions},
        )

    # -- carrying plans out -----------------------------------------------------------------------------------------------------------

    def _arm(self, held: _Held, due_ms: int | None) -> None:
        """Look again at `due_ms`; an earlier look stays."""
        if due_ms is None or (held.timer and held.timer.fire and held.timer.due_ms <= due_ms):
            return
        if held.timer:
            held.timer.cancel()
        held.timer = self._agenda.at(due_ms, lambda: self._sync(held))

    def _sync(self, held: _Held) -> None:
        workload = held.workload
        views = [self._view(held, obj) for obj in held.pods]
        match workload.kind:
            case "Deployment":
                self._sync_deployment(held, views)
            case "ReplicaSet" | "ReplicationController":
                self._carry_out(held, replicaset.compute_plan(views, workload.replicas, revision_of(workload)))
            case "StatefulSet":
                self._carry_out(held, statefulset.compute_plan(_ordinals(held), views, self._agenda.now_ms))
            case "DaemonSet":
                self._carry_out(held, daemonset.compute_plan(_daemon(workload), views, self._agenda.now_ms))
            case "Job":
                self._sync_job(held, held.jobs[0])
            case "CronJob":
                self._sync_cron_job(held)
            case _:
                # A PodTemplate has no controller; it makes its one pod and is done.
                if not held.pods:
                    self._carry_out(held, Plan(create=(0,), revision=revision_of(workload)))

    def _carry_out(self, held: _Held, plan: Plan, of: str = "", made: list[PodObject] | None = None, minute: int = 0) -> None:
        """`of` names the object between the person's own and the pods: a Deployment's ReplicaSet, a CronJob's Job."""
        by_uid = {obj.pod.uid: obj for obj in held.pods}
        name = of or held.name
        for obj in self._recorder.side_by_side([by_uid[uid] for uid in plan.delete]):
            cause = self._event(name, _NORMAL, "SuccessfulDelete", _words(held.workload, "delete", obj.pod.name))
            self._recorder.because(cause)
            self._api.delete(obj)
        template = held.revisions.get(plan.revision, held.workload)
        for index in self._recorder.side_by_side(plan.create):
            if self._made >= MAX_PODS_MADE:
                self.limit = "MAX_PODS_MADE"
                return
            free_ms = self._requests.setdefault(held.workload.kind, Requests()).pod_made(self._agenda.now_ms)
            if free_ms is not None:
                self._arm(held, free_ms)
                return
            pod = make_pod(template, len(held.pods) + 1, index, self._seed, scheduled_minute=minute or self._epoch_minute)
            cause = self._event(name, _NORMAL, "SuccessfulCreate", _words(held.workload, "create", pod.name))
            self._recorder.because(cause)
            created = self._api.create(pod, held.name)
            if created is not None:
                self._made += 1
                self._owner[pod.key] = held
                held.pods.append(created)
                held.indexes[pod.uid] = index
                if made is not None:
                    made.append(created)
        self._arm(held, plan.wake_ms)

    def _event(self, name: str, kind: str, reason: str, message: str) -> int:
        return self._recorder.record("event", object=name, type=kind, reason=reason, message=message, count=1)

    def _sync_deployment(self, held: _Held, views: Sequence[OwnedPod]) -> None:
        rollout = _rollout(held.workload)
        sizes = deployment.next_sizes(rollout, held.sizes, views, self._agenda.now_ms)
        changed = sizes != held.sizes
        for revision, size in sizes.items():
            was = held.sizes.get(revision, 0)
            if size != was:
                way = "up" if size > was else "down"
                words = f"Scaled {way} replica set {held.workload.name}-{revision} from {was} to {size}"
                self._event(held.name, _NORMAL, "ScalingReplicaSet", words)
        held.sizes = {revision: sizes[revision] for revision in held.revisions if revision in sizes}
        for revision, size in sizes.items():
            plan = replicaset.compute_plan([view for view in views if view.revision == revision], size, revision)
            self._carry_out(held, plan, of=f"ReplicaSet/{held.workload.namespace}/{held.workload.name}-{revision}")
        if changed:
            self._arm(held, self._agenda.now_ms + SYNC_MS)
        self._arm(held, _next_available(views, rollout.min_ready_seconds, self._agenda.now_ms))

    # -- Jobs -------------------------------------------------------------------------------------------------------------------------

    def _sync_job(self, held: _Held, run: _Job) -> None:
        now_ms = self._agenda.now_ms
        name = f"Job/{held.workload.namespace}/{job_name(held.workload, run.minute)}"
        if run.outcome:
            self._after_job(held, run)
            return
        views = [self._view(held, obj) for obj in run.pods]
        plan = job.compute_plan(_job_spec(held.workload), views, run.started_ms, now_ms)
        if plan.outcome:
            run.outcome, run.finished_ms = plan.outcome, now_ms
            done = plan.outcome == "Complete"
            self._event(name, _NORMAL if done else _WARNING, "Completed" if done else plan.reason, "Job completed" if done else plan.message)
        self._carry_out(held, plan.pods, of=name, made=run.pods, minute=run.minute)
        if plan.outcome:
            self._after_job(held, run)

    def _after_job(self, held: _Held, run: _Job) -> None:
        """ttlSecondsAfterFinished: the Job goes, and its pods with it (pkg/controller/ttlafterfinished)."""
        ttl = held.workload.options.get("ttlSecondsAfterFinished")
        if run.removed or not isinstance(ttl, int):
            return
        due_ms = run.finished_ms + ttl * SECOND_MS
        if self._agenda.now_ms < due_ms:
            self._arm(held, due_ms)
            return
        self._remove_job(run)

    def _remove_job(self, run: _Job) -> None:
        run.removed = True
        for obj in self._recorder.side_by_side(run.pods):
            self._api.delete(obj)

    def _sync_cron_job(self, held: _Held) -> None:
        """What is over is counted first, then what is due is started; then to sleep until the next due minute."""
        for run in held.jobs:
            if not run.removed:
                self._sync_job(held, run)
        there = {run.minute: run for run in held.jobs if not run.removed}
        views = [cronjob.JobRun(minute=run.minute, outcome=run.outcome) for run in there.values()]
        last_minute = held.jobs[-1].minute if held.jobs else held.before_minute
        plan = cronjob.compute_plan(_cron_spec(held.workload), views, last_minute, self._epoch_minute, self._agenda.now_ms)
        if plan.refused:
            self._event(held.name, _WARNING if plan.refused == "MissSchedule" else _NORMAL, plan.refused, _REFUSALS[plan.refused])
        for minute in (*plan.replace, *plan.forget):
            self._event(held.name, _NORMAL, "SuccessfulDelete", f"Deleted job {job_name(held.workload, minute)}")
            self._remove_job(there[minute])
        if plan.start is not None:
            self._event(held.name, _NORMAL, "SuccessfulCreate", f"Created job {job_name(held.workload, plan.start)}")
            held.jobs.append(_Job(minute=plan.start, started_ms=self._agenda.now_ms))
            self._sync_job(held, held.jobs[-1])
        if plan.wake_minute is not None:
            self._arm(held, (plan.wake_minute - self._epoch_minute) * MINUTE_MS)

    def _minute(self) -> int:
        return self._epoch_minute + self._agenda.now_ms // MINUTE_MS


def _hash_of(held: _Held, obj: PodObject) -> str:
    """Which template a pod was made from; StatefulSets put their name before the hash."""
    labels = obj.pod.labels
    return labels.get("pod-template-hash") or labels.get("controller-revision-hash", "").removeprefix(f"{held.workload.name}-")


def _words(workload: Workload, verb: str, pod: str) -> str:
    """A StatefulSet's own words, those of all others."""
    if workload.kind == "StatefulSet":
        return f"{verb} Pod {pod} in StatefulSet {workload.name} successful"
    return f"{verb.capitalize()}d pod: {pod}"


def _next_available(views: Sequence[OwnedPod], min_ready_seconds: int, now_ms: int) -> int | None:
    moments = [v.ready_since_ms + min_ready_seconds * SECOND_MS for v in views if v.ready_since_ms is not None]
    return min((moment for moment in moments if moment > now_ms), default=None)


def _fields(workload: Workload, *path: str) -> Mapping[str, Any]:
    found: Any = workload.options
    for step in path:
        found = found.get(step) or {}
    return found if isinstance(found, Mapping) else {}


def _seconds(workload: Workload, name: str) -> int:
    value = workload.options.get(name, 0)
    return value if isinstance(value, int) else 0


def _rollout(workload: Workload) -> deployment.Rollout:
    strategy = _fields(workload, "strategy")
    rolling = _fields(workload, "strategy", "rollingUpdate")
    return deployment.Rollout(
        replicas=workload.replicas,
        revision=revision_of(workload),
        recreate=strategy.get("type") == "Recreate",
        max_surge=rolling.get("maxSurge", "25%"),
        max_unavailable=rolling.get("maxUnavailable", "25%"),
        min_ready_seconds=_seconds(workload, "minReadySeconds"),
        paused=bool(workload.options.get("paused")),
    )


def _ordinals(held: _Held) -> statefulset.Ordinals:
    workload = held.workload
    update = _fields(workload, "updateStrategy")
    partition = _fields(workload, "updateStrategy", "rollingUpdate").get("partition", 0)
    earlier = [revision for revision in held.revisions if revision != revision_of(workload)]
    return statefulset.Ordinals(
        replicas=workload.replicas,
        revision=revision_of(workload),
        old_revision=earlier[-1] if earlier else "",
        start=first_indexes(workload).start,
        parallel=workload.options.get("podManagementPolicy") == "Parallel",
        on_delete=update.get("type") == "OnDelete",
        partition=partition if isinstance(partition, int) else 0,
        min_ready_seconds=_seconds(workload, "minReadySeconds"),
    )


def _daemon(workload: Workload) -> daemonset.Daemon:
    update = _fields(workload, "updateStrategy")
    return daemonset.Daemon(
        revision=revision_of(workload),
        surge=str(_fields(workload, "updateStrategy", "rollingUpdate").get("maxSurge", 0)) not in ("0", "0%"),
        on_delete=update.get("type") == "OnDelete",
        min_ready_seconds=_seconds(workload, "minReadySeconds"),
    )


def _job_spec(workload: Workload) -> job.JobSpec:
    options = workload.options
    per_index = options.get("backoffLimitPerIndex")
    deadline, most_failed = options.get("activeDeadlineSeconds"), options.get("maxFailedIndexes")
    return job.JobSpec(
        parallelism=workload.parallelism,
        completions=workload.completions,
        backoff_limit=workload.backoff_limit,
        indexed=options.get("completionMode") == "Indexed",
        active_deadline_seconds=deadline if isinstance(deadline, int) else None,
        backoff_limit_per_index=per_index if isinstance(per_index, int) else None,
        max_failed_indexes=most_failed if isinstance(most_failed, int) else None,
        failure_rules=_rules(workload, "podFailurePolicy"),
        success_rules=_rules(workload, "successPolicy"),
        only_replace_failed=options.get("podReplacementPolicy") == "Failed" or bool(options.get("podFailurePolicy")),
        restarts_count=workload.template.restart_policy is RestartPolicy.ON_FAILURE,
        suspended=workload.kind == "Job" and bool(options.get("suspend")),
    )


_REFUSALS = {
    "JobAlreadyActive": "Not starting job because prior execution is running and concurrency policy is Forbid",
    "MissSchedule": "Missed scheduled time to start a job: startingDeadlineSeconds is over",
}


def _cron_spec(workload: Workload) -> cronjob.CronSpec:
    options = workload.options
    deadline = options.get("startingDeadlineSeconds")
    complete, failed = options.get("successfulJobsHistoryLimit"), options.get("failedJobsHistoryLimit")
    return cronjob.CronSpec(
        schedule=str(options["schedule"]),
        policy=str(options.get("concurrencyPolicy") or "Allow"),
        suspended=bool(options.get("suspend")),
        starting_deadline_seconds=deadline if isinstance(deadline, int) else None,
        keep_complete=complete if isinstance(complete, int) else 3,
        keep_failed=failed if isinstance(failed, int) else 1,
    )


def _rules(workload: Workload, name: str) -> Sequence[Mapping[str, Any]]:
    rules = _fields(workload, name).get("rules", ())
    return rules if isinstance(rules, Sequence) else ()
