"""How far is a run, and what came of it? Its state, perhaps when it is over; starting, cancelling, the verdict."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator

from channels.db import database_sync_to_async
from django.http import JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

import simulator
from nodeviz.api.calls import Call
from nodeviz.api.document import JSON
from nodeviz.api.gate import ASK_AGAIN, kept
from nodeviz.api.links import own_scenario_of, run_json, run_of, scenario_of
from nodeviz.api.records import needs_redis
from nodeviz.api.refusals import CONFLICT, Refusal
from nodeviz.runs.dispatch import ensure_run, give_up
from nodeviz.runs.feed import FeedLost, follow
from nodeviz.runs.models import Run, RunState
from nodeviz.runs.owner import CANCELLED
from nodeviz.runs.shown import run_shown
from nodeviz.runs.turns import client_of
from nodeviz.streaming import streamed

ACCEPTED = 202

NO_RECORD = 2**53
"""A number that no record has: who follows a run from there on hears of its states only."""

RETRY_AFTER_S = "1"


def state(call: Call) -> HttpResponseBase:
    """At once, or when the run is over. Raises Refusal for who would wait in vain."""
    run, wait_s = run_of(call), call.given["wait"]
    if wait_s and not RunState(run.state).is_terminal:
        needs_redis()
        return streamed(call.request, _state_later(run, wait_s), content_type=JSON)
    return JsonResponse(run_json(run))


async def _state_later(run: Run, wait_s: float) -> AsyncGenerator[str]:
    with contextlib.suppress(FeedLost, TimeoutError):
        async with asyncio.timeout(wait_s):
            await until_over(run)
    yield json.dumps(await database_sync_to_async(_state_now)(run))


async def until_over(run: Run) -> None:
    """Returns when there is nothing left to compute. Raises FeedLost."""
    async with contextlib.aclosing(follow(run, NO_RECORD)) as messages:
        async for _message in messages:
            pass


def _state_now(run: Run) -> dict[str, object]:
    """As it was, if it was deleted meanwhile."""
    return run_json(Run.objects.filter(pk=run.pk).first() or run)


def start(call: Call) -> HttpResponseBase:
    """Under the installed simulator: the run that there is, or one that is queued now. Raises Refusal if no worker would hear of it."""
    scenario = scenario_of(call)
    needs_redis()
    before = run_shown(scenario.pk, simulator.VERSION)
    run = ensure_run(scenario, again=True, asked_by=client_of(call.request))
    is_new = before is None or (before.state == RunState.FAILED and run.state != RunState.FAILED)
    return JsonResponse(run_json(run), status=ACCEPTED if is_new else 200)


def cancel(call: Call) -> HttpResponseBase:
    """It fails. Raises Refusal if there is nothing to cancel."""
    scenario = own_scenario_of(call)
    run = Run.objects.filter(scenario=scenario, state__in=(RunState.QUEUED, RunState.RUNNING)).order_by("-pk").first()
    if run is None or not give_up(run, CANCELLED):
        raise Refusal(CONFLICT, _("the run is over already"))
    return JsonResponse(run_json(run))


def verdict(call: Call) -> HttpResponseBase:
    """Raises Refusal as long as there is none."""
    run = run_of(call)
    if run.state == RunState.FAILED:
        raise Refusal(CONFLICT, run.error)
    if run.verdict is None or run.state != RunState.FINISHED:
        raise Refusal(CONFLICT, _("the run is not over: %(state)s") % {"state": run.state}, headers={"Retry-After": RETRY_AFTER_S})
    return kept(JsonResponse(run.verdict), ASK_AGAIN, run.pk, run.epoch, run.finished)
