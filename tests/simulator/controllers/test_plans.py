"""What does each controller do about its pods? Pods as values in, a plan out."""

import pytest

from simulator.controllers import cronjob, daemonset, deployment, job, replicaset, statefulset
from simulator.controllers.daemonset import Daemon
from simulator.controllers.deployment import Rollout
from simulator.controllers.job import JobSpec
from simulator.controllers.plan import OwnedPod
from simulator.controllers.statefulset import Ordinals
from simulator.states import PodPhase

NOW = 100_000


def pod(uid, **fields):
    """A pod that is well, unless said otherwise."""
    return OwnedPod(uid=uid, **{"phase": PodPhase.RUNNING, "ready_since_ms": 0, "revision": "new", **fields})


def failed(uid, at_ms, *, code=1, **fields):
    return pod(uid, phase=PodPhase.FAILED, ready_since_ms=None, finished_ms=at_ms, exit_codes=(("app", code),), **fields)


def succeeded(uid, at_ms=0, **fields):
    return pod(uid, phase=PodPhase.SUCCEEDED, ready_since_ms=None, finished_ms=at_ms, exit_codes=(("app", 0),), **fields)


# -- ReplicaSet -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pods", "replicas", "create", "delete"),
    [
        pytest.param([], 3, 3, (), id="none there: all are made at once"),
        pytest.param([pod("a"), pod("b", deleting=True)], 2, 1, (), id="one that is being deleted is replaced before it is gone"),
        pytest.param([pod("a"), failed("b", 0)], 2, 1, (), id="one that has failed is replaced and stays where it is"),
        pytest.param([pod("a"), pod("b", ready_since_ms=None)], 1, 0, ("b",), id="too many: the one that is not ready goes"),
        pytest.param([pod("a"), pod("b", phase=PodPhase.PENDING)], 1, 0, ("b",), id="too many: the one that does not run yet goes"),
        pytest.param([pod("a", created_ms=1), pod("b", created_ms=2)], 1, 0, ("b",), id="too many of one kind: the newest goes"),
        pytest.param([pod("a", ready_since_ms=10), pod("b", ready_since_ms=20)], 1, 0, ("b",), id="too many: the one that has been ready for less time goes"),
        pytest.param([pod("a", restarts=4), pod("b")], 1, 0, ("a",), id="too many: the one that restarts goes"),
    ],
)
def test_a_replica_set(pods, replicas, create, delete):
    plan = replicaset.compute_plan(pods, replicas)

    assert (len(plan.create), plan.delete) == (create, delete)


# -- Deployment -----------------------------------------------------------------------------------------------------------------------


def old(*uids, **fields):
    return [pod(uid, revision="old", **fields) for uid in uids]


@pytest.mark.parametrize(
    ("rollout", "sizes", "pods", "after"),
    [
        pytest.param({"replicas": 3}, {}, [], {"new": 3}, id="the first ReplicaSet is as large as asked for"),
        pytest.param({"replicas": 4}, {"old": 4}, old(*"abcd"), {"old": 4, "new": 1}, id="a quarter above comes first"),
        pytest.param({"replicas": 3, "max_surge": 0}, {"old": 3}, old(*"abc"), {"old": 2, "new": 0}, id="no surge, a quarter below: one goes"),
        pytest.param({"replicas": 4, "max_surge": "50%"}, {"old": 4}, old(*"abcd"), {"old": 4, "new": 2}, id="percentages above are rounded up"),
        pytest.param(
            {"replicas": 4}, {"old": 4, "new": 1}, [*old(*"abcd"), pod("n", ready_since_ms=None)], {"old": 3, "new": 1}, id="a quarter below goes meanwhile"
        ),
        pytest.param(
            {"replicas": 4, "max_unavailable": 0},
            {"old": 4, "new": 1},
            [*old(*"abcd"), pod("n", ready_since_ms=None)],
            {"old": 4, "new": 1},
            id="none may be missing: it waits for the new one",
        ),
        pytest.param({"replicas": 4}, {"old": 3, "new": 1}, [*old(*"abc"), pod("n")], {"old": 3, "new": 2}, id="the room that came free is filled"),
        pytest.param(
            {"replicas": 2, "max_unavailable": 0},
            {"old": 2, "new": 1},
            [*old("a"), *old("b", ready_since_ms=None), pod("n", ready_since_ms=None)],
            {"old": 2, "new": 1},
            id="nothing goes when too few are available, not even what is unhealthy",
        ),
        pytest.param({"replicas": 3, "recreate": True}, {"old": 3}, old(*"abc"), {"old": 0, "new": 0}, id="Recreate: all go"),
        pytest.param({"replicas": 3, "recreate": True}, {"old": 0, "new": 0}, old("a"), {"old": 0, "new": 0}, id="Recreate: nothing comes while one is there"),
        pytest.param({"replicas": 3, "recreate": True}, {"old": 0, "new": 0}, [], {"old": 0, "new": 3}, id="Recreate: then all come"),
        pytest.param({"replicas": 3, "paused": True}, {"old": 3}, old(*"abc"), {"old": 3, "new": 0}, id="a paused one does not roll"),
        pytest.param(
            {"replicas": 1, "min_ready_seconds": 200},
            {"old": 1, "new": 1},
            [*old("a"), pod("n", ready_since_ms=NOW - 1)],
            {"old": 1, "new": 1},
            id="ready, but not for long enough",
        ),
    ],
)
def test_one_step_of_a_deployment(rollout, sizes, pods, after):
    assert deployment.next_sizes(Rollout(revision="new", **rollout), sizes, pods, NOW) == after


# -- StatefulSet ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "pods", "create", "delete"),
    [
        pytest.param({}, [], (0,), (), id="the first comes alone"),
        pytest.param({}, [pod("a", index=0, ready_since_ms=None)], (), (), id="the second waits until the first is ready"),
        pytest.param({}, [pod("a", index=0)], (1,), (), id="then it comes"),
        pytest.param({"parallel": True}, [], (0, 1, 2), (), id="Parallel: all at once"),
        pytest.param({"start": 5}, [], (5,), (), id="from the ordinal it says"),
        pytest.param({}, [pod("a", index=0), pod("c", index=2)], (1,), (), id="a gap is filled"),
        pytest.param({}, [failed("a", 0, index=0)], (), ("a",), id="a pod that has failed is deleted, to be made anew"),
        pytest.param({}, [succeeded("a", index=0)], (), ("a",), id="one that has succeeded, too"),
        pytest.param({}, [pod("a", index=0, deleting=True)], (), (), id="nothing comes before a terminating one is gone"),
        pytest.param({"replicas": 1}, [pod(u, index=i) for i, u in enumerate("abc")], (), ("c",), id="scaling down begins with the last"),
        pytest.param({"replicas": 1}, [pod("a", index=0), pod("b", index=1), pod("c", index=2, deleting=True)], (), (), id="and waits until that one is gone"),
        pytest.param({}, [pod(u, index=i, revision="old") for i, u in enumerate("abc")], (), ("c",), id="a new template: the last first"),
        pytest.param({}, [pod("a", index=0, revision="old"), pod("b", index=1, revision="old"), pod("c", index=2)], (), ("b",), id="then the one before it"),
        pytest.param(
            {"partition": 2}, [pod("a", index=0, revision="old"), pod("b", index=1, revision="old"), pod("c", index=2)], (), (), id="down to the partition"
        ),
        pytest.param({"on_delete": True}, [pod(u, index=i, revision="old") for i, u in enumerate("abc")], (), (), id="OnDelete: none"),
    ],
)
def test_one_step_of_a_stateful_set(spec, pods, create, delete):
    plan = statefulset.compute_plan(Ordinals(**{"replicas": 3, "revision": "new", **spec}), pods, NOW)

    assert (plan.create, plan.delete) == (create, delete)


def test_a_pod_below_the_partition_is_made_from_the_old_template():
    plan = statefulset.compute_plan(Ordinals(replicas=2, revision="new", old_revision="old", partition=1), [], NOW)

    assert plan.revision == "old"


# -- DaemonSet ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "pods", "create", "delete", "wake_ms"),
    [
        pytest.param({}, [], (0,), (), None, id="one on the node"),
        pytest.param({}, [pod("a")], (), (), None, id="and no other"),
        pytest.param({}, [pod("a", deleting=True)], (), (), None, id="a terminating one is waited for"),
        pytest.param({}, [failed("a", NOW - 1_000)], (), ("a",), None, id="a failed one is deleted after a second"),
        pytest.param({}, [failed("z", 0, gone=True), failed("a", NOW - 1_000)], (), (), NOW + 1_000, id="the second after two"),
        pytest.param({}, [pod("a", revision="old")], (), ("a",), None, id="a new template: the old one goes first"),
        pytest.param({}, [failed("z", 0, gone=True), succeeded("a", NOW)], (), ("a",), None, id="one that succeeded goes at once, whatever failed before"),
        pytest.param({"surge": True}, [pod("a", revision="old")], (0,), (), None, id="with a surge the new one comes first"),
        pytest.param({"surge": True}, [pod("a", revision="old"), pod("b")], (), ("a",), None, id="and the old one goes when it is ready"),
        pytest.param({"on_delete": True}, [pod("a", revision="old")], (), (), None, id="OnDelete: it stays"),
    ],
)
def test_a_daemon_set(spec, pods, create, delete, wake_ms):
    plan = daemonset.compute_plan(Daemon(revision="new", **spec), pods, NOW)

    assert (plan.create, plan.delete, plan.wake_ms) == (create, delete, wake_ms)


# -- Job ------------------------------------------------------------------------------------------------------------------------------

EXIT_42 = {"onExitCodes": {"operator": "In", "values": [42]}}
DISRUPTED = {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget"}]}


@pytest.mark.parametrize(
    ("spec", "pods", "create", "outcome"),
    [
        pytest.param({}, [], (0,), "", id="one pod"),
        pytest.param({"parallelism": 3, "completions": 5}, [pod("a")], (0, 0), "", id="as many at once as parallelism says"),
        pytest.param({"parallelism": 3, "completions": 5}, [succeeded(u) for u in "abcd"], (0,), "", id="no more than are still missing"),
        pytest.param({}, [succeeded("a")], (), "Complete CompletionsReached", id="complete"),
        pytest.param({"parallelism": 2, "completions": None}, [succeeded("a"), pod("b")], (), "", id="without completions: a success, no new pods"),
        pytest.param({"parallelism": 2, "completions": None}, [succeeded("a"), succeeded("b")], (), "Complete CompletionsReached", id="done when all are over"),
        pytest.param({}, [failed("a", NOW - 9_999)], (), "", id="after a failure nothing for 10 s"),
        pytest.param({}, [failed("a", NOW - 10_000)], (0,), "", id="then a new pod"),
        pytest.param({}, [failed("a", 0), failed("b", NOW - 19_999)], (), "", id="after the second failure nothing for 20 s"),
        pytest.param({"completions": 2}, [failed("a", 0), succeeded("b", NOW - 5)], (0,), "", id="a success ends the back-off"),
        pytest.param({"backoff_limit": 1}, [failed("a", 0), failed("b", 1)], (), "Failed BackoffLimitExceeded", id="more failures than backoffLimit"),
        pytest.param({"backoff_limit": 0}, [failed("a", 0)], (), "Failed BackoffLimitExceeded", id="backoffLimit 0: the first one"),
        pytest.param({"backoff_limit": 3, "restarts_count": True}, [pod("a", restarts=3)], (), "Failed BackoffLimitExceeded", id="OnFailure: restarts count"),
        pytest.param({"active_deadline_seconds": 100}, [pod("a")], (), "Failed DeadlineExceeded", id="out of time"),
        pytest.param({"suspended": True}, [], (), "", id="suspended: none"),
        pytest.param({}, [pod("a", deleting=True, finished_ms=NOW)], (), "", id="one that somebody deletes has failed: back-off"),
        pytest.param(
            {"only_replace_failed": True}, [pod("a", deleting=True, finished_ms=0)], (), "", id="podReplacementPolicy Failed: not before it has ended"
        ),
        pytest.param({"indexed": True, "parallelism": 2, "completions": 3}, [succeeded("a", index=0)], (1, 2), "", id="indexed: the smallest that are missing"),
        pytest.param({"indexed": True, "completions": 2}, [succeeded("a", index=0), succeeded("b", index=0)], (1,), "", id="an index counts once"),
        pytest.param(
            {"indexed": True, "parallelism": 2, "completions": 2, "backoff_limit_per_index": 0},
            [failed("a", 0, index=0)],
            (1,),
            "",
            id="a limit per index: the others go on",
        ),
        pytest.param(
            {"indexed": True, "completions": 2, "backoff_limit_per_index": 0},
            [failed("a", 0, index=0), succeeded("b", index=1)],
            (),
            "Failed FailedIndexes",
            id="and at the end the Job has failed",
        ),
        pytest.param(
            {"indexed": True, "completions": 3, "backoff_limit_per_index": 0, "max_failed_indexes": 0},
            [failed("a", 0, index=0)],
            (),
            "Failed MaxFailedIndexesExceeded",
            id="too many failed indexes",
        ),
        pytest.param({"failure_rules": [{"action": "FailJob", **EXIT_42}]}, [failed("a", 0, code=42)], (), "Failed PodFailurePolicy", id="FailJob"),
        pytest.param({"failure_rules": [{"action": "FailJob", **EXIT_42}]}, [failed("a", 0, code=1)], (0,), "", id="another exit code counts as always"),
        pytest.param(
            {"backoff_limit": 0, "failure_rules": [DISRUPTED]}, [failed("a", 0, conditions={"DisruptionTarget": "True"})], (0,), "", id="Ignore does not count"
        ),
        pytest.param(
            {"indexed": True, "completions": 3, "success_rules": [{"succeededIndexes": "0,2"}]},
            [succeeded("a", index=0), succeeded("b", index=2)],
            (),
            "Complete SuccessPolicy",
            id="successPolicy: these indexes are enough",
        ),
        pytest.param(
            {"indexed": True, "completions": 3, "success_rules": [{"succeededCount": 1}]},
            [succeeded("a", index=1)],
            (),
            "Complete SuccessPolicy",
            id="successPolicy: so many are enough",
        ),
    ],
)
def test_a_job(spec, pods, create, outcome):
    plan = job.compute_plan(JobSpec(**spec), pods, 0, NOW)

    assert (plan.pods.create, f"{plan.outcome} {plan.reason}".strip()) == (create, outcome)


def test_a_job_that_is_over_deletes_what_still_runs():
    plan = job.compute_plan(JobSpec(parallelism=2, completions=2, backoff_limit=0), [failed("a", 0), pod("b")], 0, NOW)

    assert plan.pods.delete == ("b",)


def test_the_back_off_of_a_job_ends_at_ten_minutes():
    assert job.backoff_until_ms([failed(str(n), n) for n in range(12)], []) == 11 + 600_000


# -- CronJob --------------------------------------------------------------------------------------------------------------------------

EPOCH = 29_453_760
EVERY_FIVE = "*/5 * * * *"


def minutes(*past, outcome=""):
    return [cronjob.JobRun(minute=EPOCH + minute, outcome=outcome) for minute in past]


@pytest.mark.parametrize(
    ("spec", "runs", "last", "now_s", "plan"),
    [
        pytest.param({}, [], -1, 0, {"start": 0}, id="due at once"),
        pytest.param({}, minutes(0), 0, 60, {}, id="not due: nothing"),
        pytest.param({}, minutes(0), 0, 300, {"start": 5}, id="the next one beside one that still runs"),
        pytest.param({"policy": "Forbid"}, minutes(0), 0, 300, {"refused": "JobAlreadyActive"}, id="Forbid: not beside it"),
        pytest.param({"policy": "Forbid"}, minutes(0, outcome="Complete"), 0, 400, {"start": 5}, id="Forbid: made up for when it has ended"),
        pytest.param({"policy": "Replace"}, minutes(0), 0, 300, {"replace": (0,), "start": 5}, id="Replace: instead of it"),
        pytest.param({}, [], 0, 1_000, {"start": 15}, id="of several that were missed only the last"),
        pytest.param({"starting_deadline_seconds": 60}, [], 0, 361, {"refused": "MissSchedule"}, id="too late to start"),
        pytest.param({"starting_deadline_seconds": 60}, [], 0, 360, {"start": 5}, id="just in time"),
        pytest.param({"suspended": True}, [], -1, 0, {}, id="suspended: nothing, and no next time"),
        pytest.param({"keep_complete": 1}, minutes(0, 5, outcome="Complete"), 5, 400, {"forget": (0,)}, id="a history of one"),
        pytest.param({"keep_failed": 0}, minutes(5, outcome="Failed"), 5, 400, {"forget": (5,)}, id="no history of failures"),
    ],
)
def test_a_cron_job(spec, runs, last, now_s, plan):
    seen = cronjob.compute_plan(cronjob.CronSpec(schedule=EVERY_FIVE, **spec), runs, EPOCH + last, EPOCH, now_s * 1_000)

    named = {
        "replace": tuple(minute - EPOCH for minute in seen.replace),
        "start": None if seen.start is None else seen.start - EPOCH,
        "refused": seen.refused,
        "forget": tuple(minute - EPOCH for minute in seen.forget),
    }
    assert {name: value for name, value in named.items() if value not in (None, "", ())} == plan
    assert seen.wake_minute == (None if spec.get("suspended") else EPOCH + (now_s // 300 + 1) * 5)
