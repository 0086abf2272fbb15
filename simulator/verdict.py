"""What became of each pod, as a person would say it? One sentence a pod, and one headline.

Reads nothing but the trace (the contract's records), so that it says the same of a simulated and of a recorded run. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from simulator.critical_path import CausesKept, Step, together

PLAIN_SECONDS = 120
"""Durations below are said in seconds (`90 s`), longer ones as Go prints them without its zeros (`10m`, `1h30m`)."""
WORTH_A_WORD_S = 5
"""Nobody asks where the time went below it."""

NAMED_PODS = 3
"""So many pods are named one by one in the headline; more are counted."""


class Tone(StrEnum):
    """Is that what its author wanted? Colours the sentence, nothing else."""

    GOOD = "good"
    BAD = "bad"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True, kw_only=True)
class PodVerdict:
    """What became of one pod. Moments are seconds of virtual time since the start of the scenario; None: never."""

    pod: str
    """`namespace/name`."""
    sentence: str
    tone: Tone
    ready_s: float | None = None
    """The condition Ready became True for the first time."""
    ended_s: float | None = None
    """The phase became Succeeded or Failed."""
    gone_s: float | None = None
    """The object left the API."""
    restarts: int = 0
    """Of all its containers together."""
    way: tuple[Step, ...] = ()
    """What took the time until it was ready, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The line above the chart, and the sentences under it in the order in which the pods were created."""

    headline: str
    pods: tuple[PodVerdict, ...]


def verdict(records: Iterable[Mapping[str, Any]]) -> Verdict:
    """Read a trace to its end. Keeps a few words per container, and while pods are on their way to Ready some thousand causes, however long the trace is."""
    stories: dict[str, PodStory] = {}
    end, causes = _End(), CausesKept()
    for record in records:
        end.t = record["t"]
        if record["layer"] == "end":
            end.reason = record["reason"]
        elif pod := record.get("pod"):
            if pod not in stories or (record.get("field"), record.get("to")) == ("watch", "ADDED"):
                stories[pod] = PodStory(created_s=record["t"])
            stories[pod].read(record)
        if way := causes.read(record):
            stories[record["pod"]].way = way
    pods = tuple(_judge(name, story, end) for name, story in stories.items())
    return Verdict(headline=_headline(pods) + end.remark, pods=pods)


def seconds(duration_s: float) -> str:
    """`12.4 s`, `38 s`, `10m`, `2m5.5s`, `1h30m`, `3d`; tenths below the two minutes, whole seconds above an hour."""
    tenths = round(duration_s * 10)
    if tenths < PLAIN_SECONDS * 10:
        return f"{tenths / 10:g} s"
    rest, parts = tenths, ""
    for unit, size in (("d", 864_000), ("h", 36_000), ("m", 600)):
        count, rest = divmod(rest, size)
        parts += f"{count}{unit}" if count else ""
    rest = rest // 10 * 10 if tenths >= 36_000 else rest
    return parts + (f"{rest / 10:g}s" if rest else "")


# -- reading ---------------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _End:
    """Where the trace ends."""

    t: float = 0
    reason: str = ""

    @property
    def remark(self) -> str:
        """Said in the headline when a limit cut the run short: the rest of the sentence is then about a part only."""
        return f" (cut short: limit {self.reason.removeprefix('limit:')})" if self.reason.startswith("limit:") else ""

    @property
    def within(self) -> str:
        """` within 10m`, or nothing when waiting longer would change nothing."""
        return "" if self.reason == "settled" else f" within {seconds(self.t)}"


@dataclass(slots=True)
class ContainerStory:
    """The last that the API showed of one container, and what the node did to it."""

    name: str
    kind: str
    state: str = ""
    exit_code: int | None = None
    ready: bool = False
    started: bool = False
    restarts: int = 0
    exited: tuple[float, int] | None = None
    """Moment and number of its last exit."""
    killed_s: float | None = None
    """SIGKILL reached it, after its pod was deleted."""

    @property
    def title(self) -> str:
        """With its type in front, unless it is a main container."""
        return {"init": "init container ", "sidecar": "sidecar ", "ephemeral": "ephemeral container "}.get(self.kind, "") + self.name

    @property
    def reason(self) -> str:
        """`CrashLoopBackOff` of `waiting:CrashLoopBackOff`."""
        return self.state.partition(":")[2]


@dataclass(slots=True)
class PodStory:
    """What the trace said of one pod so far."""

    created_s: float
    containers: dict[str, ContainerStory] = field(default_factory=dict)
    """In the order of the spec: their first states are recorded in it."""
    phase: str = ""
    reason: str = ""
    message: str = ""
    ready: bool = False
    ready_s: float | None = None
    disrupted: str = ""
    """How the kubelet ended it for the node's sake (DisruptionTarget, TerminationByKubelet); empty if it did not."""
    times_unready: int = 0
    """The condition Ready became False after it was True."""
    ended_s: float | None = None
    deleted_s: float | None = None
    gone_s: float | None = None
    way: tuple[Step, ...] = ()
    trouble: str = ""
    """What the last Event said that kept it from starting at all."""

    def read(self, record: Mapping[str, Any]) -> None:
        """Take in one record of this pod."""
        if record["layer"] == "status":
            self._read_status(record)
        elif record["layer"] == "event":
            if record["reason"] in _KEEPS_FROM_STARTING:
                self.trouble = _cause_of(record["message"]) or self.trouble
        elif record["layer"] == "runtime" and (container := self.containers.get(record.get("object", ""))):
            if record.get("call") == "exit event":
                container.exited = (record["t"], record["seq"])
            elif record.get("call") == "signal" and record.get("detail") == "SIGKILL" and self.deleted_s is not None:
                container.killed_s = record["t"]

    def _read_status(self, record: Mapping[str, Any]) -> None:
        name, to, t = record["field"], record["to"], record["t"]
        match name:
            case "watch" if to == "DELETED":
                self.gone_s = t
            case "phase":
                self.phase, self.reason, self.message = to, record.get("reason", ""), record.get("message", "")
                self.ended_s = t if to in ("Succeeded", "Failed") else None
            case "condition:Ready":
                self.times_unready += self.ready and to != "True"
                self.ready = to == "True"
                self.ready_s = t if self.ready and self.ready_s is None else self.ready_s
            case "condition:DisruptionTarget" if to == "True" and record.get("reason") == "TerminationByKubelet":
                self.disrupted = "Stopped by the node's shutdown" if "shutdown" in record.get("message", "") else "Evicted"
            case "deletionTimestamp" if to is not None and self.deleted_s is None:
                self.deleted_s = t
            case "state" | "ready" | "started" | "restartCount":
                self._read_container(record)

    def _read_container(self, record: Mapping[str, Any]) -> None:
        name, to = record["object"], record["to"]
        container = self.containers.setdefault(name, ContainerStory(name, record.get("container_type", "main")))
        match record["field"]:
            case "state":
                container.state, container.exit_code = to or "", record.get("exit_code")
            case "ready":
                container.ready = to
            case "started":
                container.started = to
            case "restartCount":
                container.restarts = to

    def of(self, kind: str) -> list[ContainerStory]:
        """Its containers of one type, in the order of the spec."""
        return [c for c in self.containers.values() if c.kind == kind]


# -- judging ---------------------------------------------------------------------------------------------------------------------


def _judge(name: str, pod: PodStory, end: _End) -> PodVerdict:
    sentence, tone = _sentence(pod, end)
    return PodVerdict(
        pod=name,
        sentence=sentence,
        tone=tone,
        ready_s=pod.ready_s,
        ended_s=pod.ended_s,
        gone_s=pod.gone_s,
        restarts=sum(c.restarts for c in pod.containers.values()),
        way=pod.way,
    )


def _sentence(pod: PodStory, end: _End) -> tuple[str, Tone]:
    ended_first = pod.ended_s is not None and (pod.deleted_s is None or pod.ended_s < pod.deleted_s)
    if pod.deleted_s is not None:
        before = f"{_ended(pod)[0]}; deleted" if ended_first else "Deleted"
        said, tone = _deleted(pod, pod.deleted_s, end)
        return before + said, _ended(pod)[1] if ended_first and tone is Tone.NEUTRAL else tone
    if ended_first:
        return _ended(pod)
    if pod.gone_s is not None:
        return f"Gone from the API at {seconds(pod.gone_s)} without a deletion", Tone.NEUTRAL
    return _alive(pod, end)


def _deleted(pod: PodStory, deleted_s: float, end: _End) -> tuple[str, Tone]:
    killed = [c for c in pod.containers.values() if c.killed_s is not None]
    tail = _sidecars_stopped(pod, since_s=deleted_s, least=2) + _killed(pod, killed)
    if pod.gone_s is None:
        return f" at {seconds(deleted_s)}, still terminating {seconds(end.t - deleted_s)} later{tail}", Tone.BAD
    return f" at {seconds(deleted_s)}, gone after {seconds(pod.gone_s - deleted_s)}{tail}", Tone.BAD if killed else Tone.NEUTRAL


def _killed(pod: PodStory, killed: Sequence[ContainerStory]) -> str:
    if not killed:
        return ""
    names = _names([c.name for c in killed])
    were, their = ("was", "its") if len(killed) == 1 else ("were", "their")
    last_s = max(c.killed_s or 0 for c in killed)
    # A forced deletion does not wait for the processes.
    late = pod.gone_s is not None and last_s > pod.gone_s
    when = f"{seconds(last_s - (pod.gone_s or 0))} after the pod was gone" if late else f"at the end of {their} grace period"
    return f"; {names} {were} killed with SIGKILL {when}"


def _ended(pod: PodStory) -> tuple[str, Tone]:
    after = seconds((pod.ended_s or 0) - pod.created_s)
    if pod.phase == "Succeeded" and pod.disrupted:
        return f"{pod.disrupted} after {after}; it ended with exit code 0, so it counts as Succeeded", Tone.BAD
    if pod.phase == "Succeeded":
        return f"Completed after {after}{_with_restarts(pod)}{_sidecars_stopped(pod)}", Tone.GOOD
    message = pod.message.rstrip(". ")
    if pod.reason == "Evicted":
        return f"Evicted after {after}" + (f": {message}" if message else ""), Tone.BAD
    failures = "; ".join(_exit(c) for c in pod.containers.values() if c.kind in ("init", "main") and c.exit_code)
    why = (pod.reason + (f" ({message})" if message else "")) if pod.reason else failures or message
    return f"Failed after {after}" + (f": {why}" if why else ""), Tone.BAD


def _exit(container: ContainerStory) -> str:
    if container.reason not in ("", "Error", "Completed"):
        return f"{container.title}: {container.reason} (exit code {container.exit_code})"
    return f"{container.title} exited with {container.exit_code}"


def _sidecars_stopped(pod: PodStory, since_s: float = 0, least: int = 1) -> str:
    """In which order the sidecars went. An exit is the runtime's word, because the API shows all of them at once."""
    sidecars = [(c.exited, c) for c in pod.of("sidecar") if c.exited and c.exited[0] >= since_s]
    by_exit = sorted(sidecars, key=lambda pair: pair[0])
    names = ", ".join(c.name for _, c in by_exit)
    if len(by_exit) < least:
        return ""
    if len(by_exit) == 1:
        return f", then its sidecar stopped: {names}"
    return f", sidecars stopped in {'reverse' if by_exit == sidecars[::-1] else 'this'} order: {names}"


def _alive(pod: PodStory, end: _End) -> tuple[str, Tone]:
    if pod.ready_s is None:
        return f"Never ready{end.within}{held_up_by(pod)}", Tone.BAD
    after = f"Ready after {seconds(pod.ready_s - pod.created_s)}{most_of_it(pod)}"
    if not pod.ready:
        return f"{after}, but no longer{held_up_by(pod)}", Tone.BAD
    # A restart takes readiness away by itself.
    since = _with_restarts(pod) or (f", then not ready {'once' if pod.times_unready == 1 else f'{pod.times_unready} times'}" if pod.times_unready else "")
    return f"{after}{since}", Tone.NEUTRAL if since else Tone.GOOD


def most_of_it(pod: PodStory) -> str:
    """`, 34 s of it pulling init-db`: said where one thing took most of a wait that is worth a word."""
    what, spent_s = next(iter(together(pod.way).items()), ("", 0.0))
    whole_s = (pod.ready_s or 0) - pod.created_s
    return f", {seconds(spent_s)} of it {what}" if spent_s >= WORTH_A_WORD_S and spent_s >= whole_s / 2 else ""


def held_up_by(pod: PodStory) -> str:
    """`: app is in CrashLoopBackOff (3 restarts)`, behind a sentence that says that it is not ready."""
    if (container := obstacle(pod)) is None:
        return "" if pod.containers else f": {pod.trouble or 'no container was started'}"
    restarts = f" ({_times(container.restarts, 'restart')})" if container.restarts else ""
    trouble = f" ({pod.trouble})" if pod.trouble and container.reason in ("ContainerCreating", "PodInitializing") else ""
    return f": {container.title} {_obstacle(container, pod)}{trouble}{restarts}"


def obstacle(pod: PodStory) -> ContainerStory | None:
    """The container that holds the pod up, in the order in which the kubelet waits for them."""
    return next((container for container in pod.containers.values() if _obstacle(container, pod)), None)


_KEEPS_FROM_STARTING = ("FailedScheduling", "FailedMount", "FailedCreatePodSandBox")


def _cause_of(message: str) -> str:
    """`configmap "x" not found` of the kubelet's long sentence about a volume; the scheduler's words without its count of nodes. Empty if it adds nothing."""
    if message.startswith("Unable to attach"):
        return ""
    return message.rpartition(" : ")[2].removeprefix("0/1 nodes are available: ").rstrip(".")


def _obstacle(container: ContainerStory, pod: PodStory) -> str:
    state, kind = container.state, container.kind
    if kind == "ephemeral" or (kind == "init" and state == "terminated:Completed") or container.ready:
        return ""
    if state.startswith("waiting:"):
        return f"is in {container.reason}" if container.reason.endswith("BackOff") else f"is waiting: {container.reason}"
    if state.startswith("terminated:"):
        return _ending(container, [c.name for c in pod.of("main") if c.state == "running"])
    if kind == "init":
        return "is still running"
    return "is running but not ready" if container.started or kind == "main" else "is running but has not started"


def _ending(container: ContainerStory, running: Sequence[str]) -> str:
    """Of a container that has ended while its pod has not."""
    out_of_memory = container.reason == "OOMKilled"
    if container.restarts:
        return "keeps being OOMKilled" if out_of_memory else f"keeps exiting with {container.exit_code}"
    if container.exit_code == 0 and running:
        return f"has completed, but {_names(running)} still {'runs' if len(running) == 1 else 'run'}"
    return "was OOMKilled" if out_of_memory else f"exited with {container.exit_code}"


def _with_restarts(pod: PodStory) -> str:
    restarted = [c for c in pod.containers.values() if c.restarts]
    counts = {c.restarts for c in restarted}
    if len(restarted) > 1 and len(counts) == 1:
        return f" with {_times(counts.pop(), 'restart')} each of {_names([c.name for c in restarted])}"
    said = [f"{_times(c.restarts, 'restart')} of {c.name}" for c in restarted]
    return f" with {_names(said)}" if restarted else ""


# -- the headline ----------------------------------------------------------------------------------------------------------------


def _headline(pods: Sequence[PodVerdict]) -> str:
    if not pods:
        return "No pod was created"
    if len(pods) == 1:
        return pods[0].sentence
    bad = [pod for pod in pods if pod.tone is Tone.BAD]
    everyone = "Both pods" if len(pods) == 2 else f"All {len(pods)} pods"
    if bad:
        fine = len(pods) - len(bad)
        more = f", and {_times(len(bad) - 1, 'other')}" if len(bad) > 1 else ""
        return f"{fine or 'None'} of {len(pods)} pods {'are' if fine > 1 else 'is'} fine. {_short(bad[0].pod)}: {bad[0].sentence}{more}"
    if all(pod.tone is Tone.GOOD and pod.ended_s is None for pod in pods):
        return f"{everyone} ready after {seconds(max(pod.ready_s or 0 for pod in pods))}"
    if all(pod.ended_s is not None and pod.gone_s is None for pod in pods):
        return f"{everyone} completed after {seconds(max(pod.ended_s or 0 for pod in pods))}"
    if len(pods) <= NAMED_PODS:
        return ". ".join(f"{_short(pod.pod)}: {pod.sentence}" for pod in pods)
    gone = sum(pod.gone_s is not None for pod in pods)
    completed = sum(pod.ended_s is not None and pod.gone_s is None for pod in pods)
    restarts = sum(pod.restarts for pod in pods)
    counts = ((len(pods) - gone - completed, "ready"), (completed, "completed"), (gone, "deleted"))
    said = [f"{count} {word}" for count, word in counts if count] + ([_times(restarts, "restart")] if restarts else [])
    return f"{len(pods)} pods: " + ", ".join(said)


def _short(pod: str) -> str:
    return pod.removeprefix("default/")


def _names(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _times(count: int, word: str) -> str:
    return f"{count} {word}" + ("" if count == 1 else "s")
