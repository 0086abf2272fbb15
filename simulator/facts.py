"""What happened to every pod and container of a run, and because of which record? For `outcomes`, which asks conditions of it.

Reads nothing but the trace. A pod that is created again under the same name is another pod. Pure.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from simulator.critical_path import CausesKept
from simulator.verdict import ContainerStory, PodStory


@dataclass(frozen=True, slots=True)
class Moment:
    """When something happened (seconds of virtual time), and the record that says so."""

    t: float
    seq: int


class Link(NamedTuple):
    """What is kept of a record for the way back."""

    t: float
    why: str
    pod: str
    object: str


@dataclass(slots=True)
class ContainerFacts:
    """What happened to one container. None: never."""

    restarts: int = 0
    restarted: Moment | None = None
    """The last time."""
    killed: Moment | None = None
    """SIGKILL at the end of a grace period, the first one; a process that somebody else killed does not count."""
    oom: Moment | None = None
    """The first time."""
    ended: Moment | None = None
    """The last exit, or the stop that led to it."""
    was_stopped: bool = False
    """It did not end by itself that time."""
    stop: int | None = None
    """The kubelet stops it since this record; None while it does not."""
    wanted: Moment | None = None
    """Its image is waited for since then; None when it is there."""
    longest_pull: tuple[float, Moment] | None = None
    """Seconds, and when the image was there."""
    state: Moment | None = None
    """The last change of its state."""
    probe: Moment | None = None
    """The last time that the kubelet took notice of a failed probe."""

    def read(self, record: Mapping[str, Any], here: Moment, *, by_hand: bool) -> None:
        """Take in one record of this container."""
        match record["layer"], record.get("call") or record.get("op") or record.get("field"):
            case "runtime", "signal" if record.get("detail") == "SIGKILL" and not by_hand:
                self.killed = self.killed or here
            case "runtime", "StopContainer called":
                self.stop = here.seq
            case "runtime", "exit event":
                self.ended = here if self.stop is None else Moment(here.t, self.stop)
                self.was_stopped, self.stop = self.stop is not None, None
                if record.get("reason") == "OOMKilled":
                    self.oom = self.oom or here
            case "image", "queued":
                self.wanted = self.wanted or here
            case "image", "pulled" if self.wanted is not None:
                taken_s = round(here.t - self.wanted.t, 3)
                if self.longest_pull is None or taken_s > self.longest_pull[0]:
                    self.longest_pull = taken_s, here
                self.wanted = None
            case "status", "restartCount":
                if record["to"] > self.restarts:
                    self.restarts, self.restarted = record["to"], here
            case "status", "state":
                self.state = here
            case "probe", _ if record.get("result") != "success":
                self.probe = here


@dataclass(slots=True)
class PodFacts:
    """What happened to one pod."""

    key: str
    """`namespace/name`."""
    number: int
    """1, or more for one that was created again under the same name."""
    owner: str
    """`Kind/namespace/name` of the controller that made it."""
    created: Moment
    story: PodStory
    containers: dict[str, ContainerFacts] = field(default_factory=dict)
    """In the order of the spec."""
    ready: Moment | None = None
    succeeded: Moment | None = None
    failed: Moment | None = None
    evicted: Moment | None = None
    deleted: Moment | None = None
    gone: Moment | None = None

    @property
    def name(self) -> str:
        """`shop/web`, and `shop/web (2)` for the second of this name."""
        return self.key + (f" ({self.number})" if self.number > 1 else "")

    @property
    def addresses(self) -> tuple[str, ...]:
        """Everything that it answers to."""
        own = (self.key, self.key.partition("/")[2])
        kind, _, rest = self.owner.partition("/")
        return (*own, f"{kind}/{rest.partition('/')[2]}") if self.owner else own

    def container_story(self, name: str) -> ContainerStory | None:
        """What the API showed of it last."""
        return self.story.containers.get(name)

    def read(self, record: Mapping[str, Any], here: Moment, *, by_hand: bool) -> None:
        """Take in one record of this pod."""
        self.story.read(record)
        if container := self.containers.get(record.get("object", "")):
            container.read(record, here, by_hand=by_hand)
        if record["layer"] != "status":
            return
        match record["field"], record["to"]:
            case "condition:Ready", "True":
                self.ready = self.ready or here
            case "phase", "Succeeded":
                self.succeeded = self.succeeded or here
            case "phase", "Failed":
                self.failed = self.failed or here
                if record.get("reason") == "Evicted":
                    self.evicted = self.evicted or here
            case "condition:DisruptionTarget", "True" if self.story.disrupted == "Evicted":
                self.evicted = self.evicted or here
            case "deletionTimestamp", to if to is not None:
                self.deleted = self.deleted or here
            case "watch", "DELETED":
                self.gone = here


class Facts:
    """A trace, taken in record by record. Keeps some fifty bytes a record, for the way back to what decided."""

    def __init__(self) -> None:
        self.pods: list[PodFacts] = []
        """In the order in which they were created."""
        self.end = Moment(0, 0)
        self.end_reason = ""
        """`settled`, `until`, `limit:NAME`."""
        self._latest: dict[str, PodFacts] = {}
        self._ways = CausesKept()
        self._t, self._because = array("d"), array("q")
        self._why: list[str] = []
        self._object: list[str] = []
        self._pod: list[str] = []
        self._known: dict[str, str] = {}

    def read(self, record: Mapping[str, Any]) -> None:
        """Take in the next record."""
        here = Moment(record["t"], record["seq"])
        because = record.get("because")
        self._t.append(here.t)
        self._because.append(-1 if because is None else because)
        self._why.append(self._one(record.get("why", "")))
        self._object.append(self._one(str(record.get("object", ""))))
        self._pod.append(self._one(str(record.get("pod", ""))))
        self.end = here
        if record["layer"] == "end":
            self.end_reason = record["reason"]
        elif key := record.get("pod"):
            self._read_pod(key, record, here)
        if way := self._ways.read(record):
            self._latest[record["pod"]].story.way = way

    def _read_pod(self, key: str, record: Mapping[str, Any], here: Moment) -> None:
        before = self._latest.get(key)
        if before is None or (record.get("field"), record.get("to")) == ("watch", "ADDED"):
            number = before.number + 1 if before else 1
            pod = PodFacts(key=key, number=number, owner=record.get("owner") or "", created=here, story=PodStory(created_s=here.t))
            self._latest[key] = pod
            self.pods.append(pod)
            for container in record.get("containers", ()):
                pod.containers[container["name"]] = ContainerFacts()
        pod = self._latest[key]
        name = record.get("object", "")
        if record["layer"] == "status" and record["field"] == "state" and name not in pod.containers:
            pod.containers[name] = ContainerFacts()  # an ephemeral one
        cause = self._because[here.seq]
        pod.read(record, here, by_hand=cause >= 0 and self._why[cause] == "asked-for")

    def _one(self, text: str) -> str:
        """One object for each text, however many records say it."""
        return self._known.setdefault(text, text)

    def chain(self, seq: int) -> Iterator[Link]:
        """A record, its cause, and so on back to the first."""
        while seq >= 0:
            yield Link(self._t[seq], self._why[seq], self._pod[seq], self._object[seq])
            seq = self._because[seq]
