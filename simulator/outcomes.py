"""Does a condition hold? What each pod and container of a run answers to the conditions of `--fail-if`. Pure.

What had not come when the run ended, or the pod was gone, counts as an infinite time: `ready > 60s` holds for a pod that is never ready.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from simulator.conditions import COMPARISONS, FACTS, Asked, Condition, ConditionError, Kind
from simulator.facts import ContainerFacts, Facts, Moment, PodFacts
from simulator.verdict import held_up_by, most_of_it, obstacle, seconds

NAMED = 5
"""So many names are told to whoever chose one that there is not."""


class Result(StrEnum):
    """What became of a question."""

    HOLDS = "holds"
    HOLDS_NOT = "does not hold"
    NOT_ASKED = "not asked"
    """It makes no sense here: no image was pulled, the pod was not deleted."""


class Blame(StrEnum):
    """Where is the deciding field to be looked for, from the deciding record on?"""

    FIRST = "first"
    """The first cause that a field decides."""
    LONGEST = "longest"
    """Where most of the time went."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one pod or container answers to one condition."""

    condition: Condition
    pod: PodFacts
    container: str = ""
    """Empty where the pod is asked."""
    result: Result
    said: str
    """`ready after 74 s, 45 s of it pulling app`."""
    seconds: float | None = None
    """The time that was measured; None where there is none, `inf` if it never came."""
    count: int | None = None
    at: Moment | None = None
    """The deciding record; None where nothing happened."""
    blame: Blame = Blame.FIRST
    culprit: str = ""
    """The container that is to blame when no field is found; empty for the pod."""

    @property
    def subject(self) -> str:
        """`shop/web` or `shop/web/app`."""
        return self.pod.name + (f"/{self.container}" if self.container else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """What was measured, before it is compared."""

    said: str
    seconds: float | None = None
    count: int | None = None
    happened: bool = False
    """For what is yes or no."""
    not_asked: bool = False
    at: Moment | None = None
    blame: Blame = Blame.FIRST
    culprit: str = ""


def outcomes(conditions: Sequence[Condition], facts: Facts, completes: Callable[[PodFacts], bool]) -> tuple[list[Outcome], list[tuple[int, ConditionError]]]:
    """All answers, in the order of the conditions, then of the pods; and the conditions (by number, from 0) that nobody was there to answer.

    `completes` tells whether a pod can end by itself, by its restartPolicy: `completed` is asked of those, unless pods were chosen.
    """
    found: list[Outcome] = []
    wrong: list[tuple[int, ConditionError]] = []
    for number, condition in enumerate(conditions):
        answers = [_outcome(condition, pod, container, facts) for pod, container in _asked(condition, facts, completes)]
        if not answers:
            wrong.append((number, _nobody(condition, facts)))
        found += answers
    return found, wrong


def _asked(condition: Condition, facts: Facts, completes: Callable[[PodFacts], bool]) -> Iterator[tuple[PodFacts, str]]:
    for pod in facts.pods:
        if not condition.means_pod(pod.addresses) or (condition.fact == "completed" and not condition.selector and not completes(pod)):
            continue
        if FACTS[condition.fact].asked is Asked.PODS:
            yield pod, ""
        else:
            yield from ((pod, name) for name in pod.containers if condition.means_container(name))


def _nobody(condition: Condition, facts: Facts) -> ConditionError:
    """A condition that can never hold is a mistake of whoever wrote it, and no success."""
    fact = FACTS[condition.fact]
    if not facts.pods:
        return ConditionError(1, "the run has no pods, so there is nobody to ask")
    if not condition.selector:
        return ConditionError(1, f"nobody can be asked for {condition.fact}: every pod's restartPolicy is Always")
    pods = list(dict.fromkeys(pod.key.removeprefix("default/") for pod in facts.pods))
    if fact.asked is Asked.CONTAINERS:
        pods = list(dict.fromkeys(f"{pod.key.removeprefix('default/')}/{name}" for pod in facts.pods for name in pod.containers))
    more = f" and {len(pods) - NAMED} more" if len(pods) > NAMED else ""
    return ConditionError(condition.selector_column, f'none of the run\'s {fact.asked} is meant by "{condition.selector}"', f"{', '.join(pods[:NAMED])}{more}")


def _outcome(condition: Condition, pod: PodFacts, container: str, facts: Facts) -> Outcome:
    answer = _CONTAINERS[condition.fact](pod, container, facts) if container else _PODS[condition.fact](pod, facts)
    if answer.not_asked:
        result = Result.NOT_ASKED
    elif condition.never:
        result = Result.HOLDS if answer.seconds == math.inf else Result.HOLDS_NOT
    elif FACTS[condition.fact].kind is Kind.YES_OR_NO:
        result = Result.HOLDS if answer.happened else Result.HOLDS_NOT
    else:
        result = Result.HOLDS if COMPARISONS[condition.comparison](_measured(answer), condition.limit) else Result.HOLDS_NOT
    return Outcome(
        condition=condition,
        pod=pod,
        container=container,
        result=result,
        said=answer.said,
        seconds=answer.seconds,
        count=answer.count,
        at=answer.at,
        blame=answer.blame,
        culprit=answer.culprit or container,
    )


def _measured(answer: _Answer) -> float:
    """In the condition's unit: milliseconds, or a count."""
    if answer.seconds is None:
        return answer.count or 0
    return math.inf if answer.seconds == math.inf else round(answer.seconds * 1000)


# -- pods ---------------------------------------------------------------------------------------------------------------------------


def _since(start: Moment, end: Moment) -> float:
    return round(end.t - start.t, 3)


def _until_end(pod: PodFacts, facts: Facts) -> str:
    """` within 10m`: how long was there for it?"""
    if pod.gone is None and facts.end_reason == "settled":
        return ""
    return f" within {seconds(_since(pod.created, pod.gone or facts.end))}" + (", when it was gone" if pod.gone else "")


def _ready(pod: PodFacts, facts: Facts) -> _Answer:
    if pod.ready is not None:
        taken_s = _since(pod.created, pod.ready)
        return _Answer(said=f"ready after {seconds(taken_s)}{most_of_it(pod.story)}", seconds=taken_s, at=pod.ready, blame=Blame.LONGEST)
    if pod.succeeded is not None:
        return _Answer(said=f"completed after {seconds(_since(pod.created, pod.succeeded))} without being ready", not_asked=True)
    at, culprit = _stuck(pod)
    return _Answer(said=f"never ready{_until_end(pod, facts)}{held_up_by(pod.story)}", seconds=math.inf, at=at, culprit=culprit)


def _completed(pod: PodFacts, facts: Facts) -> _Answer:
    if pod.succeeded is not None:
        taken_s = _since(pod.created, pod.succeeded)
        return _Answer(said=f"completed after {seconds(taken_s)}", seconds=taken_s, at=pod.succeeded, blame=Blame.LONGEST)
    if pod.failed is not None:
        return _failed(pod, facts, prefix="never completed: it ")
    running = [name for name, container in pod.story.containers.items() if container.state == "running" and container.kind != "ephemeral"]
    mains = [name for name in running if pod.story.containers[name].kind != "sidecar"]
    if mains:
        said = f"never completed{_until_end(pod, facts)}: {mains[0]} is still running"
        return _Answer(said=said, seconds=math.inf, culprit=mains[0])
    at, culprit = _stuck(pod)
    return _Answer(said=f"never completed{_until_end(pod, facts)}{held_up_by(pod.story)}", seconds=math.inf, at=at, culprit=culprit)


def _terminating(pod: PodFacts, facts: Facts) -> _Answer:
    if pod.deleted is None:
        return _Answer(said="was not deleted", not_asked=True)
    if pod.gone is None:
        return _Answer(said=f"still terminating {seconds(_since(pod.deleted, facts.end))} after its deletion", seconds=math.inf, at=pod.deleted)
    taken_s = _since(pod.deleted, pod.gone)
    return _Answer(said=f"gone {seconds(taken_s)} after its deletion", seconds=taken_s, at=pod.gone, blame=Blame.LONGEST)


def _evicted(pod: PodFacts, facts: Facts) -> _Answer:
    if pod.evicted is None:
        return _Answer(said="was not evicted")
    message = pod.story.message.rstrip(". ")
    return _Answer(said=f"evicted at {seconds(pod.evicted.t)}" + (f": {message}" if message else ""), happened=True, at=_stopped(pod) or pod.evicted)


def _failed(pod: PodFacts, facts: Facts, prefix: str = "") -> _Answer:
    if pod.failed is None:
        return _Answer(said="did not fail")
    story = pod.story
    ended = [(name, c) for name, c in story.containers.items() if c.kind in ("init", "main") and c.exit_code]
    why = story.reason or "; ".join(f"{name} exited with {c.exit_code}" for name, c in ended)
    culprit = ended[0][0] if ended and not story.reason else ""
    exited = pod.containers[culprit].ended if culprit in pod.containers else _stopped(pod)
    said = f"{prefix}failed after {seconds(_since(pod.created, pod.failed))}" + (f": {why}" if why else "")
    return _Answer(said=said, seconds=math.inf if prefix else None, happened=True, at=exited or pod.failed, culprit=culprit)


def _stopped(pod: PodFacts) -> Moment | None:
    """Why the kubelet stopped the pod as a whole."""
    return next((container.ended for container in pod.containers.values() if container.ended and container.was_stopped), None)


def _stuck(pod: PodFacts) -> tuple[Moment | None, str]:
    """The record that says why a pod is not ready, and the container that holds it up."""
    container = obstacle(pod.story)
    facts = pod.containers.get(container.name) if container else None
    if container is None or facts is None:
        return None, ""
    if container.state == "running":
        return facts.probe, container.name
    if container.restarts and facts.ended:
        return facts.ended, container.name
    return facts.state, container.name


_PODS: Mapping[str, Callable[[PodFacts, Facts], _Answer]] = {
    "ready": _ready,
    "completed": _completed,
    "terminating": _terminating,
    "evicted": _evicted,
    "failed": _failed,
}

# -- containers -----------------------------------------------------------------------------------------------------------------------


def _pulled(pod: PodFacts, container: ContainerFacts, facts: Facts) -> _Answer:
    if container.wanted is not None:
        waited = seconds(_since(container.wanted, pod.gone or facts.end))
        return _Answer(said=f"the image was not there {waited} after it was wanted", seconds=math.inf, at=container.wanted)
    if container.longest_pull is None:
        return _Answer(said="no image was pulled for it", not_asked=True)
    taken_s, at = container.longest_pull
    return _Answer(said=f"the image was there {seconds(taken_s)} after it was wanted", seconds=taken_s, at=at)


def _restarts(pod: PodFacts, container: ContainerFacts, facts: Facts) -> _Answer:
    count = container.restarts
    last = f", the last at {seconds(container.restarted.t)}" if container.restarted else ""
    return _Answer(said=f"{count} restart{'' if count == 1 else 's'}{last}", count=count, at=container.ended if count else None)


def _killed(pod: PodFacts, container: ContainerFacts, facts: Facts) -> _Answer:
    if container.killed is None:
        return _Answer(said="was not killed at the end of a grace period")
    return _Answer(said=f"killed with SIGKILL at {seconds(container.killed.t)}, at the end of its grace period", happened=True, at=container.killed)


def _oom(pod: PodFacts, container: ContainerFacts, facts: Facts) -> _Answer:
    if container.oom is None:
        return _Answer(said="was not OOMKilled")
    return _Answer(said=f"OOMKilled at {seconds(container.oom.t)}", happened=True, at=container.oom)


def _of_container(answer: Callable[[PodFacts, ContainerFacts, Facts], _Answer]) -> Callable[[PodFacts, str, Facts], _Answer]:
    return lambda pod, name, facts: answer(pod, pod.containers[name], facts)


_CONTAINERS: Mapping[str, Callable[[PodFacts, str, Facts], _Answer]] = {
    "pulled": _of_container(_pulled),
    "restarts": _of_container(_restarts),
    "killed": _of_container(_killed),
    "oom": _of_container(_oom),
}
