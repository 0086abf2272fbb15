"""In what do two runs differ? Each side a stored run, an example or a text, with changes; both outcomes, and each milestone of each pod.

What is stored and computed is read; anything else is a try (`runs/tries.py`), which leaves nothing behind.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
from collections.abc import AsyncGenerator, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from channels.db import database_sync_to_async
from django.db import DatabaseError
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError
from redis import RedisError

import simulator
from nodeviz.api.calls import Call
from nodeviz.api.document import JSON
from nodeviz.api.records import lines_in, needs_redis
from nodeviz.api.refusals import NOT_FOUND, Refusal, refused_text
from nodeviz.api.runs import until_over
from nodeviz.runs.comparison import SIDES, Origin, Side, origin_of, side_of
from nodeviz.runs.exports import json_lines
from nodeviz.runs.feed import FeedLost
from nodeviz.runs.models import Run, RunState
from nodeviz.runs.tasks import WALL_LIMIT_S
from nodeviz.runs.tries import NO_WORKER, WORKER_LOST, Failed, followed
from nodeviz.runs.try_channels import WAIT_FOR_WORKER_S
from nodeviz.scenarios import documents as docs
from nodeviz.streaming import streamed

MILESTONES = ("ready_s", "ended_s", "gone_s", "restarts")
"""Of a pod's verdict."""

LEAST_S = 0.0005
"""Differences below that are those of rounding."""

PAUSE_S = 15
"""Of silence before a blank is sent, so that a proxy does not take the connection for dead. JSON may begin with blanks."""


STORED_WITHIN_S = WAIT_FOR_WORKER_S + WALL_LIMIT_S
"""Of one that waits or is computed: as patient as with a try."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one side."""

    error: str | None
    verdict: Mapping[str, Any] | None
    digest: str
    """Of the trace's lines; empty if there are none."""


def compare(call: Call) -> HttpResponseBase:
    """Raises Refusal for a side that leads nowhere, or is no scenario."""
    sides = {letter: _side(letter, call.body[letter]) for letter in SIDES}
    problems = [replace(problem, file=letter) for letter, side in sides.items() for problem in side.problems]
    if problems:
        raise refused_text(problems)
    needs_redis()
    response = streamed(call.request, _answer(sides), content_type=JSON)
    response["X-Accel-Buffering"] = "no"
    return response


def _side(letter: str, said: Mapping[str, Any]) -> Side:
    changes = {f"{letter}.{name}": value for name, value in said.get("changes", {}).items()}
    if "ref" in said:
        origin = origin_of(said["ref"])
        if origin is None:
            raise Refusal(NOT_FOUND, _("%(side)s leads nowhere: there is no run or example %(ref)s") % {"side": letter, "ref": repr(said["ref"][:200])})
        return side_of(letter, origin, changes)
    document = docs.text_document("", said["text"])
    text = str(document.content)
    if problems := docs.over_limits([document]):
        raise refused_text(problems)
    return side_of(letter, Origin(ref="", title=_title(text), text=text, scenario=None), changes)


def _title(text: str) -> str:
    """Empty for a text that is refused, which `side_of` says."""
    try:
        return docs.title_of(simulator.load({"": text}))
    except simulator.ManifestError:
        return ""


async def _answer(sides: Mapping[str, Side]) -> AsyncGenerator[str]:
    """One object when both are known; who leaves ends the computation."""
    tasks = [asyncio.create_task(_outcome(side)) for side in sides.values()]
    try:
        while (await asyncio.wait(tasks, timeout=PAUSE_S))[1]:
            yield " "
        a, b = (task.result() for task in tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    both = a.verdict is not None and b.verdict is not None
    said = {letter: _as_json(side, outcome) for (letter, side), outcome in zip(sides.items(), (a, b), strict=True)}
    answer = {**said, "identical": a.digest == b.digest if both else None, "milestones": list(milestones(a.verdict, b.verdict)) if both else []}
    yield json.dumps(answer, ensure_ascii=False)


def _as_json(side: Side, outcome: Outcome) -> dict[str, Any]:
    state = RunState.FAILED if outcome.verdict is None else RunState.FINISHED
    return {"title": side.origin.title, "state": str(state), "error": outcome.error, "verdict": outcome.verdict}


async def _outcome(side: Side) -> Outcome:
    try:
        run = await database_sync_to_async(_stored_run)(side)
        return await (_of_stored(run) if run else _of_try(side.text))
    except Failed as error:
        return Outcome(error=_(str(error)), verdict=None, digest="")
    except (FeedLost, RedisError, OperationalError, DatabaseError, OSError):
        return Outcome(error=_(WORKER_LOST), verdict=None, digest="")


def _stored_run(side: Side) -> Run | None:
    """A run of exactly this, under the installed simulator; None: it must be computed."""
    if not side.is_stored:
        return None
    return Run.objects.filter(scenario=side.origin.scenario, simulator_version=simulator.VERSION).first()


async def _of_stored(run: Run) -> Outcome:
    try:
        async with asyncio.timeout(STORED_WITHIN_S):
            await until_over(run)
    except TimeoutError:
        raise Failed(NO_WORKER) from None
    await run.arefresh_from_db()
    if run.state != RunState.FINISHED:
        return Outcome(error=run.error, verdict=None, digest="")
    digest = hashlib.sha256()
    async with contextlib.aclosing(json_lines(run)) as pieces:
        async for piece in pieces:
            digest.update(piece.encode())
    return Outcome(error=None, verdict=run.verdict, digest=digest.hexdigest())


async def _of_try(text: str) -> Outcome:
    digest, last = hashlib.sha256(), ""
    async with contextlib.aclosing(followed({docs.DEFAULT_NAME: text})) as messages:
        async for message in messages:
            if message.startswith('["e"'):
                digest.update("".join(f"{line}\n" for line in lines_in(message)).encode())
            else:
                last = message
    _kind, _state, known = json.loads(last)
    return Outcome(error=known.get("error"), verdict=known.get("verdict"), digest=digest.hexdigest())


def milestones(a: Mapping[str, Any] | None, b: Mapping[str, Any] | None) -> Iterator[dict[str, Any]]:
    """Each that one of two verdicts has, of each pod that one of the two has. Restarts are told only where there are any."""
    pods = [{pod["pod"]: pod for pod in verdict["pods"]} if verdict else {} for verdict in (a, b)]
    for name in dict.fromkeys([*pods[0], *pods[1]]):
        for milestone in MILESTONES:
            one, other = (side.get(name, {}).get(milestone) for side in pods)
            if (one or other) if milestone == "restarts" else (one is not None or other is not None):
                delta = None if one is None or other is None else round(other - one, 3)
                yield {"pod": name, "milestone": milestone, "a": one, "b": other, "delta": delta, "differs": delta is None or abs(delta) > LEAST_S}
