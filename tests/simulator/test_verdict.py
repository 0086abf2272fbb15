"""What is said of a pod? Each row is a short trace and the sentence that a person should read."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.verdict import Tone, seconds, verdict

Record = dict[str, Any]


def trace(*records: Record, until: float = 600, end: str = "until") -> list[Record]:
    """Number the records, and close the trace."""
    closed = [*records, {"t": until, "layer": "end", "reason": end}]
    return [{"seq": seq, **record} for seq, record in enumerate(closed)]


def status(t: float, field: str, to: object, object_: str = "pod", kind: str = "", pod: str = "default/web", **more: object) -> Record:
    record = {"t": t, "layer": "status", "pod": pod, "object": object_, "field": field, "from": None, "to": to, **more}
    return {**record, "container_type": kind} if kind else record


def added(t: float = 0, pod: str = "default/web") -> Record:
    return status(t, "watch", "ADDED", pod=pod)


def state(t: float, container: str, to: str, kind: str = "main", pod: str = "default/web", **more: object) -> Record:
    return status(t, "state", to, container, kind, pod, **more)


def ready(t: float, pod: str = "default/web") -> Record:
    return status(t, "condition:Ready", "True", pod=pod)


def phase(t: float, to: str, pod: str = "default/web", **more: object) -> Record:
    return status(t, "phase", to, pod=pod, **more)


def disrupted(t: float, message: str) -> Record:
    return status(t, "condition:DisruptionTarget", "True", reason="TerminationByKubelet", message=message)


def runtime(t: float, container: str, call: str, detail: str | None = None) -> Record:
    record = {"t": t, "layer": "runtime", "pod": "default/web", "object": container, "call": call}
    return {**record, "detail": detail} if detail else record


SIDECARS = (
    state(0, "network-proxy", "waiting:PodInitializing", "sidecar"),
    state(0, "log-sender", "waiting:PodInitializing", "sidecar"),
    state(0, "app", "waiting:PodInitializing"),
)
DELETED_AT_60 = (added(), state(0, "app", "running"), ready(2), status(60, "deletionTimestamp", "60"))


@pytest.mark.parametrize(
    ("records", "sentence", "tone"),
    [
        pytest.param(trace(added(), ready(12.4)), "Ready after 12.4 s", Tone.GOOD, id="a pod that gets ready and stays so"),
        pytest.param(trace(added(30), ready(42.4)), "Ready after 12.4 s", Tone.GOOD, id="time counts from the creation of the pod"),
        pytest.param(
            trace(added(), ready(2), status(9, "restartCount", 2, "app", "main")),
            "Ready after 2 s with 2 restarts of app",
            Tone.NEUTRAL,
            id="restarts are told, even if it is ready in the end",
        ),
        pytest.param(
            trace(added(), ready(2), *(status(9, "restartCount", 1, name, "main") for name in ("a", "b", "c"))),
            "Ready after 2 s with 1 restart each of a, b and c",
            Tone.NEUTRAL,
            id="equal counts are told once",
        ),
        pytest.param(
            trace(added(), ready(2), status(5, "condition:Ready", "False"), ready(7), status(8, "condition:Ready", "False"), ready(9)),
            "Ready after 2 s, then not ready 2 times",
            Tone.NEUTRAL,
            id="readiness that comes and goes",
        ),
        pytest.param(
            trace(added(), *SIDECARS, runtime(36, "log-sender", "exit event"), runtime(37, "network-proxy", "exit event"), phase(38, "Succeeded")),
            "Completed after 38 s, sidecars stopped in reverse order: log-sender, network-proxy",
            Tone.GOOD,
            id="sidecars that end after the mains, last started first",
        ),
        pytest.param(
            trace(added(), *SIDECARS, runtime(36, "network-proxy", "exit event"), runtime(37, "log-sender", "exit event"), phase(38, "Succeeded")),
            "Completed after 38 s, sidecars stopped in this order: network-proxy, log-sender",
            Tone.GOOD,
            id="sidecars that end in another order are not called reversed",
        ),
        pytest.param(
            trace(added(), state(0, "proxy", "running", "sidecar"), runtime(9, "proxy", "exit event"), phase(10, "Succeeded")),
            "Completed after 10 s, then its sidecar stopped: proxy",
            Tone.GOOD,
            id="a single sidecar has no order",
        ),
        pytest.param(
            trace(added(), state(3, "secret-fetch", "terminated:Error", "init", exit_code=1), phase(3.1, "Failed")),
            "Failed after 3.1 s: init container secret-fetch exited with 1",
            Tone.BAD,
            id="an init container fails a pod that is never restarted",
        ),
        pytest.param(
            trace(added(), state(3, "app", "terminated:OOMKilled", exit_code=137), phase(4, "Failed")),
            "Failed after 4 s: app: OOMKilled (exit code 137)",
            Tone.BAD,
            id="a reason says more than an exit code",
        ),
        pytest.param(
            trace(added(), state(3, "app", "terminated:Error", exit_code=137), phase(30, "Failed", reason="DeadlineExceeded")),
            "Failed after 30 s: DeadlineExceeded",
            Tone.BAD,
            id="the pod's own reason wins over its containers' exit codes",
        ),
        pytest.param(
            trace(added(), phase(30, "Failed", reason="Terminated", message="Pod was terminated in response to imminent node shutdown.")),
            "Failed after 30 s: Terminated (Pod was terminated in response to imminent node shutdown)",
            Tone.BAD,
            id="the API's own sentence stands behind its reason",
        ),
        pytest.param(
            trace(added(), disrupted(8, "The node was low on resource: memory. "), phase(9, "Succeeded")),
            "Evicted after 9 s; it ended with exit code 0, so it counts as Succeeded",
            Tone.BAD,
            id="an evicted pod whose process ended well",
        ),
        pytest.param(
            trace(added(), disrupted(8, "Pod was terminated in response to imminent node shutdown."), phase(9, "Succeeded")),
            "Stopped by the node's shutdown after 9 s; it ended with exit code 0, so it counts as Succeeded",
            Tone.BAD,
            id="a pod that the node's shutdown stopped and whose process ended well",
        ),
        pytest.param(
            trace(added(), phase(8, "Failed", reason="Evicted", message="The node was low on resource: memory. ")),
            "Evicted after 8 s: The node was low on resource: memory",
            Tone.BAD,
            id="an eviction has its own word",
        ),
        pytest.param(
            trace(added(), state(9, "app", "waiting:CrashLoopBackOff"), status(9, "restartCount", 3, "app", "main")),
            "Never ready within 10m: app is in CrashLoopBackOff (3 restarts)",
            Tone.BAD,
            id="a crash loop is the obstacle",
        ),
        pytest.param(
            trace(
                added(),
                ready(1),
                status(2, "condition:Ready", "False"),
                state(9, "app", "terminated:Error", exit_code=1),
                status(9, "restartCount", 7, "app", "main"),
            ),
            "Ready after 1 s, but no longer: app keeps exiting with 1 (7 restarts)",
            Tone.BAD,
            id="a crash loop between two waits",
        ),
        pytest.param(
            trace(added(), state(9, "app", "terminated:OOMKilled", exit_code=137), status(9, "restartCount", 3, "app", "main")),
            "Never ready within 10m: app keeps being OOMKilled (3 restarts)",
            Tone.BAD,
            id="memory that is never enough",
        ),
        pytest.param(
            trace(
                added(),
                ready(1),
                status(9, "condition:Ready", "False"),
                state(9, "batch", "terminated:Completed", exit_code=0),
                state(1, "log-shipper", "running"),
            ),
            "Ready after 1 s, but no longer: batch has completed, but log-shipper still runs",
            Tone.BAD,
            id="a main that keeps a job from ending",
        ),
        pytest.param(
            trace(added(), state(9, "fetch", "running", "init"), state(9, "app", "waiting:PodInitializing")),
            "Never ready within 10m: init container fetch is still running",
            Tone.BAD,
            id="the first container that is waited for is the obstacle, not those behind it",
        ),
        pytest.param(
            trace(added(), state(9, "fetch", "terminated:Completed", "init", exit_code=0), state(9, "app", "waiting:ContainerCreating")),
            "Never ready within 10m: app is waiting: ContainerCreating",
            Tone.BAD,
            id="an init container that is done is no obstacle",
        ),
        pytest.param(
            trace(added(), state(9, "proxy", "running", "sidecar"), state(9, "app", "waiting:PodInitializing")),
            "Never ready within 10m: sidecar proxy is running but has not started",
            Tone.BAD,
            id="a sidecar whose startup probe never passes holds the rest back",
        ),
        pytest.param(
            trace(added(), state(9, "app", "running"), status(9, "started", True, "app", "main"), until=9, end="settled"),
            "Never ready: app is running but not ready",
            Tone.BAD,
            id="without a time when waiting longer would change nothing",
        ),
        pytest.param(
            trace(added(), state(1, "app", "running"), ready(2), status(5, "condition:Ready", "False")),
            "Ready after 2 s, but no longer: app is running but not ready",
            Tone.BAD,
            id="readiness that was lost",
        ),
        pytest.param(trace(added()), "Never ready within 10m: no container was started", Tone.BAD, id="a pod that the kubelet never took up"),
        pytest.param(
            trace(*DELETED_AT_60, status(93.2, "watch", "DELETED")),
            "Deleted at 60 s, gone after 33.2 s",
            Tone.NEUTRAL,
            id="a graceful deletion",
        ),
        pytest.param(
            trace(*DELETED_AT_60, runtime(90, "app", "signal", "SIGKILL"), phase(90.2, "Failed"), status(93.2, "watch", "DELETED")),
            "Deleted at 60 s, gone after 33.2 s; app was killed with SIGKILL at the end of its grace period",
            Tone.BAD,
            id="a container that did not heed SIGTERM",
        ),
        pytest.param(
            trace(*DELETED_AT_60, status(60, "watch", "DELETED"), runtime(62, "app", "signal", "SIGKILL")),
            "Deleted at 60 s, gone after 0 s; app was killed with SIGKILL 2 s after the pod was gone",
            Tone.BAD,
            id="a forced deletion does not wait for the processes",
        ),
        pytest.param(
            trace(
                *DELETED_AT_60,
                *SIDECARS,
                runtime(61, "log-sender", "exit event"),
                runtime(62, "network-proxy", "exit event"),
                status(63, "watch", "DELETED"),
            ),
            "Deleted at 60 s, gone after 3 s, sidecars stopped in reverse order: log-sender, network-proxy",
            Tone.NEUTRAL,
            id="the order of the sidecars in a deletion",
        ),
        pytest.param(
            trace(
                *DELETED_AT_60, *SIDECARS, runtime(5, "log-sender", "exit event"), runtime(62, "network-proxy", "exit event"), status(63, "watch", "DELETED")
            ),
            "Deleted at 60 s, gone after 3 s",
            Tone.NEUTRAL,
            id="a sidecar that was dead before has no place in the order",
        ),
        pytest.param(
            trace(added(), state(0, "app", "running"), runtime(5, "app", "signal", "SIGKILL"), *DELETED_AT_60[2:], status(61, "watch", "DELETED")),
            "Deleted at 60 s, gone after 1 s",
            Tone.NEUTRAL,
            id="a SIGKILL before the deletion is no matter of its grace period",
        ),
        pytest.param(
            trace(*DELETED_AT_60, until=65),
            "Deleted at 60 s, still terminating 5 s later",
            Tone.BAD,
            id="a deletion that the trace does not see the end of",
        ),
        pytest.param(
            trace(added(), phase(38, "Succeeded"), status(60, "deletionTimestamp", "60"), status(60.3, "watch", "DELETED")),
            "Completed after 38 s; deleted at 60 s, gone after 0.3 s",
            Tone.GOOD,
            id="deleted after it completed",
        ),
        pytest.param(
            trace(added(), phase(8, "Failed"), status(9, "watch", "DELETED"), added(10), ready(11)),
            "Ready after 1 s",
            Tone.GOOD,
            id="a pod of the same name starts anew",
        ),
        pytest.param(
            trace(added(), ready(1), end="limit:MAX_RECORDS"),
            "Ready after 1 s (cut short: limit MAX_RECORDS)",
            Tone.GOOD,
            id="a limit is told",
        ),
    ],
)
def test_one_pod(records: list[Record], sentence: str, tone: Tone) -> None:
    said = verdict(records)

    assert (said.headline, said.pods[0].tone) == (sentence, tone)


WEB, JOB = "default/web", "batch/job"


@pytest.mark.parametrize(
    ("records", "headline"),
    [
        pytest.param(trace(), "No pod was created", id="nothing to say without a pod"),
        pytest.param(trace(added(), added(pod=JOB), ready(2), ready(5, JOB)), "Both pods ready after 5 s", id="the slowest one decides"),
        pytest.param(trace(added(), added(pod=JOB), phase(2, "Succeeded"), phase(5, "Succeeded", JOB)), "Both pods completed after 5 s", id="all completed"),
        pytest.param(
            trace(added(), added(pod=JOB), ready(2), phase(5, "Succeeded", JOB)),
            "web: Ready after 2 s. batch/job: Completed after 5 s",
            id="a few pods of different fates are named, the namespace only if it is not default",
        ),
        pytest.param(
            trace(added(), added(pod=JOB), ready(2), phase(5, "Failed", JOB)),
            "1 of 2 pods is fine. batch/job: Failed after 5 s",
            id="the first pod in trouble is named",
        ),
        pytest.param(
            trace(*(added(pod=f"default/w-{n}") for n in range(3)), *(phase(2, "Failed", f"default/w-{n}") for n in range(3))),
            "None of 3 pods is fine. w-0: Failed after 2 s, and 2 others",
            id="the others in trouble are counted",
        ),
        pytest.param(
            trace(added(), added(pod=JOB), ready(2), ready(5, JOB), status(9, "restartCount", 2, "app", "main")),
            "web: Ready after 2 s with 2 restarts of app. batch/job: Ready after 5 s",
            id="restarts are not hidden behind readiness",
        ),
        pytest.param(
            trace(*(added(pod=f"default/w-{n}") for n in range(4)), *(ready(2, f"default/w-{n}") for n in range(3)), phase(5, "Succeeded", "default/w-3")),
            "4 pods: 3 ready, 1 completed",
            id="many pods are counted",
        ),
    ],
)
def test_headline_of_several_pods(records: list[Record], headline: str) -> None:
    assert verdict(records).headline == headline


def test_moments_are_those_of_the_trace() -> None:
    (pod,) = verdict(trace(*DELETED_AT_60, phase(90, "Failed"), status(93.2, "watch", "DELETED"))).pods

    assert (pod.pod, pod.ready_s, pod.ended_s, pod.gone_s, pod.restarts) == ("default/web", 2, 90, 93.2, 0)


@pytest.mark.parametrize(
    ("duration_s", "said"),
    [
        (0, "0 s"),
        (0.04, "0 s"),
        (12.44, "12.4 s"),
        (38.0, "38 s"),
        (119.9, "119.9 s"),
        (120, "2m"),
        (125.5, "2m5.5s"),
        (5400, "1h30m"),
        (3601.9, "1h1s"),
        (3 * 86400, "3d"),
    ],
)
def test_durations_as_a_person_says_them(duration_s: float, said: str) -> None:
    assert seconds(duration_s) == said
