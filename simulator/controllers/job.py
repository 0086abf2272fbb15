"""What does a Job do about its pods, and is it over? pkg/controller/job/job_controller.go, syncJob and manageJob; backoff_utils.go,
pod_failure_policy.go, indexed_job_utils.go, success_policy.go (1.36).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from simulator.controllers.plan import OwnedPod, Plan, earliest, to_delete_first
from simulator.states import PodPhase
from simulator.units import MINUTE_MS, SECOND_MS

FIRST_BACKOFF_MS = 10 * SECOND_MS
LONGEST_BACKOFF_MS = 10 * MINUTE_MS
"""DefaultJobPodFailureBackOff and MaxJobPodFailureBackOff: before a new pod, after failures without a success in between."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSpec:
    """What a Job's spec says of its pods, in the API's own names."""

    parallelism: int = 1
    completions: int | None = 1
    """None: any success ends the Job when all pods are over."""
    backoff_limit: int = 6
    indexed: bool = False
    active_deadline_seconds: int | None = None
    backoff_limit_per_index: int | None = None
    max_failed_indexes: int | None = None
    failure_rules: Sequence[Mapping[str, Any]] = ()
    """`podFailurePolicy.rules`."""
    success_rules: Sequence[Mapping[str, Any]] = ()
    """`successPolicy.rules`."""
    only_replace_failed: bool = False
    """podReplacementPolicy Failed: a pod that is being deleted counts until it has ended."""
    restarts_count: bool = False
    """restartPolicy OnFailure: restarts count against `backoff_limit`."""
    suspended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPlan:
    """The pods' plan, and how the Job has ended."""

    pods: Plan = field(default_factory=Plan)
    outcome: str = ""
    """`Complete`, `Failed`, or nothing yet."""
    reason: str = ""
    message: str = ""


@dataclass(slots=True)
class _Tally:
    """How the pods have ended."""

    succeeded: list[OwnedPod] = field(default_factory=list)
    failed: list[OwnedPod] = field(default_factory=list)
    """Those that count."""
    failed_indexes: set[int] = field(default_factory=set)
    fatal: tuple[OwnedPod, int] | None = None
    """A pod that a rule of the failure policy ends the Job for, and the rule."""


def compute_plan(spec: JobSpec, pods: Sequence[OwnedPod], started_ms: int, now_ms: int) -> JobPlan:
    """`pods` are all that the Job ever made, those gone included."""
    if spec.suspended:
        return JobPlan(pods=Plan(delete=tuple(pod.uid for pod in pods if pod.active)))
    tally = _tally(spec, pods)
    active = [pod for pod in pods if pod.active]
    ended = _failure(spec, tally, active, started_ms, now_ms) or _success(spec, tally, active)
    if ended is not None:
        return JobPlan(pods=Plan(delete=tuple(pod.uid for pod in active)), outcome=ended[0], reason=ended[1], message=ended[2])
    deadline_ms = started_ms + spec.active_deadline_seconds * SECOND_MS if spec.active_deadline_seconds is not None else None
    plan = _manage(spec, tally, pods, active, now_ms)
    return JobPlan(pods=Plan(create=plan.create, delete=plan.delete, wake_ms=earliest(plan.wake_ms, deadline_ms)))


def _tally(spec: JobSpec, pods: Sequence[OwnedPod]) -> _Tally:
    tally = _Tally()
    per_index: Counter[int] = Counter()
    for pod in pods:
        if pod.phase is PodPhase.SUCCEEDED:
            tally.succeeded.append(pod)
        elif pod.phase is PodPhase.FAILED or ((pod.deleting or pod.gone) and not spec.only_replace_failed):
            action, rule = _policy(spec, pod)
            if action == "FailJob" and tally.fatal is None:
                tally.fatal = (pod, rule)
            if action == "Ignore":
                continue
            tally.failed.append(pod)
            per_index[pod.index] += 1
            limit = spec.backoff_limit_per_index
            if limit is not None and (action == "FailIndex" or per_index[pod.index] > limit):
                tally.failed_indexes.add(pod.index)
    return tally


def _policy(spec: JobSpec, pod: OwnedPod) -> tuple[str, int]:
    """The action of the first rule that matches a failed pod, and the rule's index; `Count` without one (matchPodFailurePolicy)."""
    if pod.phase is not PodPhase.FAILED:
        return "Count", -1
    for index, rule in enumerate(spec.failure_rules):
        codes, conditions = rule.get("onExitCodes"), rule.get("onPodConditions") or ()
        by_code = codes is not None and any(_matches(codes, name, code) for name, code in pod.exit_codes)
        by_condition = any(pod.conditions.get(pattern.get("type", "")) == (pattern.get("status") or "True") for pattern in conditions)
        if by_code or by_condition:
            return str(rule.get("action", "Count")), index
    return "Count", -1


def _matches(codes: Mapping[str, Any], container: str, code: int) -> bool:
    """A container that ended well is never matched by its exit code."""
    if code == 0 or codes.get("containerName", container) != container:
        return False
    listed = code in codes.get("values", ())
    return listed if codes.get("operator") == "In" else not listed


def _failure(spec: JobSpec, tally: _Tally, active: Sequence[OwnedPod], started_ms: int, now_ms: int) -> tuple[str, str, str] | None:
    if tally.fatal is not None:
        pod, rule = tally.fatal
        container, code = next(((n, c) for n, c in pod.exit_codes if c), ("", 0))
        what = f"Container {container} for pod {pod.name} failed with exit code {code}" if code else f"Pod {pod.name} has a matching condition"
        return "Failed", "PodFailurePolicy", f"{what} matching FailJob rule at index {rule}"
    restarts = sum(pod.restarts for pod in active) if spec.restarts_count else 0
    if len(tally.failed) > spec.backoff_limit or (restarts and restarts >= spec.backoff_limit):
        return "Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit"
    if spec.active_deadline_seconds is not None and now_ms - started_ms >= spec.active_deadline_seconds * SECOND_MS:
        return "Failed", "DeadlineExceeded", "Job was active longer than specified deadline"
    if spec.max_failed_indexes is not None and len(tally.failed_indexes) > spec.max_failed_indexes:
        return "Failed", "MaxFailedIndexesExceeded", "Job has exceeded the specified maximal number of failed indexes"
    done = {pod.index for pod in tally.succeeded}
    if tally.failed_indexes and spec.completions is not None and len(done | tally.failed_indexes) >= spec.completions:
        return "Failed", "FailedIndexes", "Job has failed indexes"
    return None


def _success(spec: JobSpec, tally: _Tally, active: Sequence[OwnedPod]) -> tuple[str, str, str] | None:
    done = {pod.index for pod in tally.succeeded}
    for number, rule in enumerate(spec.success_rules):
        listed = _indexes(str(rule["succeededIndexes"])) if rule.get("succeededIndexes") else None
        met = done if listed is None else done & listed
        wanted = rule.get("succeededCount", len(listed) if listed is not None else 0)
        if wanted and len(met) >= wanted:
            return "Complete", "SuccessPolicy", f"Matched rules at index {number}"
    if spec.completions is None:
        return ("Complete", "CompletionsReached", "Reached expected number of succeeded pods") if tally.succeeded and not active else None
    count = len(done) if spec.indexed else len(tally.succeeded)
    return ("Complete", "CompletionsReached", "Reached expected number of succeeded pods") if count >= spec.completions else None


def _indexes(text: str) -> set[int]:
    """`1,3-5` to {1, 3, 4, 5}."""
    found: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        found.update(range(int(first), int(last or first) + 1))
    return found


def _manage(spec: JobSpec, tally: _Tally, pods: Sequence[OwnedPod], active: Sequence[OwnedPod], now_ms: int) -> Plan:
    """manageJob: how many are missing, and whether the back-off lets them come now."""
    if spec.completions is None:
        wanted = len(active) if tally.succeeded else spec.parallelism
    else:
        done = len({pod.index for pod in tally.succeeded}) if spec.indexed else len(tally.succeeded)
        wanted = min(spec.parallelism, spec.completions - done - len(tally.failed_indexes))
    ending = sum(pod.deleting and not pod.gone and not pod.phase.is_terminal for pod in pods) if spec.only_replace_failed else 0
    missing = wanted - len(active) - ending
    if missing < 0:
        return Plan(delete=tuple(pod.uid for pod in to_delete_first(active)[: len(active) - wanted])) if len(active) > wanted else Plan()
    if missing == 0:
        return Plan()
    if spec.indexed:
        return _indexed(spec, tally, pods, active, missing, now_ms)
    due_ms = backoff_until_ms(tally.failed, tally.succeeded)
    return Plan(create=(0,) * missing) if due_ms is None or now_ms >= due_ms else Plan(wake_ms=due_ms)


def _indexed(spec: JobSpec, tally: _Tally, pods: Sequence[OwnedPod], active: Sequence[OwnedPod], missing: int, now_ms: int) -> Plan:
    """The smallest indexes that have no pod; with a limit per index each waits for itself."""
    taken = {pod.index for pod in (*active, *tally.succeeded)} | tally.failed_indexes
    if spec.only_replace_failed:
        taken |= {pod.index for pod in pods if pod.deleting and not pod.gone and not pod.phase.is_terminal}
    free = [index for index in range(spec.completions or 0) if index not in taken]
    if spec.backoff_limit_per_index is None:
        due_ms = backoff_until_ms(tally.failed, tally.succeeded)
        return Plan(create=tuple(free[:missing])) if due_ms is None or now_ms >= due_ms else Plan(wake_ms=due_ms)
    due = {index: backoff_until_ms([pod for pod in tally.failed if pod.index == index], []) for index in free}
    now = [index for index in free if (at := due[index]) is None or now_ms >= at]
    waiting = [due[index] for index in free if index not in now]
    return Plan(create=tuple(now[:missing]), wake_ms=earliest(*waiting) if len(now) < missing else None)


def backoff_until_ms(failed: Sequence[OwnedPod], succeeded: Sequence[OwnedPod]) -> int | None:
    """When the next pod may come: after the last failure 10 s, doubled for each failure since the last success; None without a failure since then."""
    last_success_ms = max((pod.finished_ms or 0 for pod in succeeded), default=-1)
    since = [pod.finished_ms or 0 for pod in failed if (pod.finished_ms or 0) > last_success_ms]
    if not since:
        return None
    return max(since) + min(FIRST_BACKOFF_MS << min(len(since) - 1, 20), LONGEST_BACKOFF_MS)
