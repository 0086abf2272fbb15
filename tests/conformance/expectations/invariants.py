"""Sentences that must hold over the whole history, each with a check of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from tests.conformance.case import BadCase
from tests.conformance.drive import Evidence
from tests.conformance.expectations.statuses import TERMINAL, phases
from tests.conformance.history import ContainerHistory, PodHistory

Found = re.Match[str]


def invariant(evidence: Evidence, value: object) -> str | None:
    """A sentence. Raises BadCase for one that nobody wrote a check for."""
    sentence = " ".join(str(value).split()).rstrip(".").lower()
    for pattern, check in SENTENCES:
        found = re.fullmatch(pattern, sentence)
        if found:
            return check(evidence, found)
    raise BadCase(f'no check is written for the sentence "{value}"')


def _containers(evidence: Evidence, kind: str | None = None) -> Iterator[tuple[PodHistory, ContainerHistory]]:
    """Containers of the case; `kind`: `main`, `init` (sidecars included), `sidecar`, or None for all."""
    for spec in evidence.case.pods:
        pod = evidence.instants.pod(spec["metadata"]["name"])
        for group, word in (("initContainers", "init"), ("containers", "main")):
            for container in spec["spec"].get(group) or []:
                is_sidecar = word == "init" and container.get("restartPolicy") == "Always"
                if kind in (None, word) or (kind == "sidecar" and is_sidecar):
                    yield pod, pod.container(container["name"])


def _kind(word: str | None) -> str | None:
    words = (word or "").strip()
    return {"": None, "app": "main", "main": "main", "regular": "main", "init": "init", "sidecar": "sidecar", "restartable init": "sidecar"}[words]


def _never_ends_with(evidence: Evidence, found: Found) -> str | None:
    code = int(found["code"])
    for pod, container in _containers(evidence, _kind(found["kind"])):
        wrong = next((end for end in container.ends if end.code == code), None)
        if wrong:
            return f"{pod.name}/{container.name}: terminated {wrong.reason} {code} at {wrong.moment.t:.3f} s"
    return None


def _count_never_falls(evidence: Evidence, found: Found) -> str | None:
    for pod, container in _containers(evidence):
        counts = [change.value for change in container.restart_count.changes]
        if any(b < a for a, b in pairwise(counts)):
            return f"{pod.name}/{container.name}: restartCount {counts}"
    return None


def _terminal_phase_stays(evidence: Evidence, found: Found) -> str | None:
    for pod in evidence.instants.pods():
        values = [change.value for change in pod.phase.changes]
        ended = next((index for index, phase in enumerate(values) if phase in TERMINAL), len(values))
        if ended < len(values) - 1:
            return f"{pod.name}: phases {phases(pod)}"
    return None


def _never_shown_as(evidence: Evidence, found: Found) -> str | None:
    words = re.split(r",? or |, ", found["states"])
    for pod, container in _containers(evidence, _kind(found["kind"])):
        for word in words:
            timeline = {"ready": container.ready, "started": container.started}.get(word)
            moment = timeline.first(True) if timeline else next((c.moment for c in container.state.changes if c.value.partition(":")[0] == word), None)
            if moment:
                return f"{pod.name}/{container.name}: {word} at {moment.t:.3f} s"
    return None


def _no_two_runs_at_once(evidence: Evidence, found: Found) -> str | None:
    for pod, container in _containers(evidence):
        for before, run in pairwise(container.runs):
            if before.exit is None or run.start < before.exit:
                return f"{pod.name}/{container.name}: a run began at {run.start.t:.3f} s while another lived"
    return None


def _nothing_starts_while_terminating(evidence: Evidence, found: Found) -> str | None:
    for pod, container in _containers(evidence):
        began = next((r["t"] for r in pod.records if r.get("call") == "SyncTerminatingPod enter"), None)
        late = [run.start.t for run in container.runs if began is not None and run.start.t > began]
        if late:
            return f"{pod.name}/{container.name}: started at {late[0]:.3f} s, termination began at {began:.3f} s"
    return None


_KIND = r"(?P<kind>(?:main |app |regular |init |sidecar |restartable init )?)"
_STATE = "(?:running|ready|started|terminated)"
SENTENCES: tuple[tuple[str, Callable[[Evidence, Found], str | None]], ...] = (
    (rf"no {_KIND}container(?: status)? (?:is|was|shows|becomes)(?: ever)? terminated with exit ?code (?P<code>\d+)", _never_ends_with),
    (r"(?:the )?restart ?count (?:never (?:decreases|falls|goes down|goes back)|is monotonic(?:ally increasing)?|only grows)", _count_never_falls),
    (r"(?:a|the) terminal phase never changes|(?:the )?phase never (?:changes|goes back) (?:after|once) it (?:is|was|became) terminal", _terminal_phase_stays),
    (
        rf"no {_KIND}container(?: status)? (?:is|was|becomes|shows)(?: ever)? (?P<states>{_STATE}(?:(?:, |,? or ){_STATE})*)",
        _never_shown_as,
    ),
    (r"no two (?:runs|instances) of (?:a|one|the same) container (?:overlap|run at the same time|run at once)", _no_two_runs_at_once),
    (r"no(?:thing| container) (?:re)?starts (?:once|after|while) (?:the )?termination (?:began|has begun|started|lasts)", _nothing_starts_while_terminating),
)
