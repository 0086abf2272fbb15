"""How is a finished run taken along? As JSON Lines, CSV, a Perfetto trace, a Plotly figure, or one HTML file that needs no server.

All answer 202 while the run is computed and 409 when it could not be. Whatever allows it is sent a piece at a time: a trace may be larger than a server wants
to hold.
"""

from __future__ import annotations

import contextlib
import importlib
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import wraps
from itertools import islice
from typing import Any

from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import aget_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

import simulator
from nodeviz.runs import standalone
from nodeviz.runs.frames import unpack
from nodeviz.runs.models import ArtefactFrame, Run, RunState
from nodeviz.runs.shown import PARAMETER, run_shown
from nodeviz.scenarios.answers import TOO_BIG, TOO_OFTEN
from nodeviz.scenarios.bounds import CHECKS, READS, may_ask
from nodeviz.scenarios.models import Scenario
from nodeviz.streaming import streamed

ACCEPTED, CONFLICT = 202, 409

LINES_AT_ONCE = 500
"""Made between two chances for others."""

FRAMES_AT_ONCE = 10
"""Taken from the database in one go: a megabyte of records, packed to a tenth."""

Record = dict[str, Any]
Exporter = Callable[[HttpRequest, Run], Awaitable[HttpResponseBase]]
View = Callable[[HttpRequest, str], Awaitable[HttpResponseBase]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """A form that is made a line at a time."""

    content_type: str
    of: Callable[[Iterable[Mapping[str, Any]]], Iterator[str]]


FORMS: Mapping[str, Lines] = {
    "csv": Lines(content_type="text/csv; charset=utf-8", of=simulator.csv_lines),
    "perfetto.json": Lines(content_type="application/json", of=simulator.perfetto_lines),
}
"""By what the address ends in."""


def of_finished_run(export: Exporter) -> View:
    """A view of the run that a link shows; it is asked only when there is something to take along."""

    @require_safe
    @wraps(export)
    async def view(request: HttpRequest, scenario_id: str) -> HttpResponseBase:
        await aget_object_or_404(Scenario, pk=scenario_id)
        run = await sync_to_async(run_shown)(scenario_id, request.GET.get(PARAMETER, ""))
        if run is None or not RunState(run.state).is_terminal:
            return JsonResponse({"status": run.state if run else RunState.QUEUED}, status=ACCEPTED)
        if run.state == RunState.FAILED:
            return JsonResponse({"status": run.state, "error": run.error}, status=CONFLICT)
        response = await export(request, run)
        response["X-Content-Type-Options"] = "nosniff"
        response["X-Robots-Tag"] = "noindex"
        return response

    return view


@of_finished_run
async def trace(request: HttpRequest, run: Run) -> HttpResponseBase:
    """Every record, as JSON Lines."""
    if not await sync_to_async(may_ask)(READS, request):
        return too_often()
    return attached(streamed(request, json_lines(run), content_type="application/x-ndjson; charset=utf-8"), run, "jsonl")


@of_finished_run
async def csv(request: HttpRequest, run: Run) -> HttpResponseBase:
    """Every record, as a table."""
    return await made_of_lines(request, run, "csv")


@of_finished_run
async def perfetto(request: HttpRequest, run: Run) -> HttpResponseBase:
    """For ui.perfetto.dev."""
    return await made_of_lines(request, run, "perfetto.json")


@of_finished_run
async def plotly(request: HttpRequest, run: Run) -> HttpResponseBase:
    """For `plotly.io.from_json`. 413 for a run that has more bars than a figure can show."""
    if not await may_export(request):
        return too_often()
    body = await sync_to_async(figure_json)(run)
    if body is None:
        return JsonResponse({"error": _("This run has more bars than a figure can show. Take the CSV or the Perfetto trace.")}, status=TOO_BIG)
    return attached(HttpResponse(body, content_type="application/json"), run, "plotly.json")


@of_finished_run
async def html(request: HttpRequest, run: Run) -> HttpResponseBase:
    """One file to look at without any server."""
    if not await may_export(request):
        return too_often()
    page_url = request.build_absolute_uri(run.scenario.get_absolute_url())
    head, tail = await sync_to_async(standalone.around_records)(run, page_url)
    pieces = surrounded(head, in_pieces(standalone.record_lines(records_of(run))), tail)
    return attached(streamed(request, pieces, content_type="text/html; charset=utf-8"), run, "html")


async def made_of_lines(request: HttpRequest, run: Run, ending: str) -> HttpResponseBase:
    """A form that the records are turned into while they are sent."""
    if not await may_export(request):
        return too_often()
    form = FORMS[ending]
    return attached(streamed(request, in_pieces(form.of(records_of(run))), content_type=form.content_type), run, ending)


async def may_export(request: HttpRequest) -> bool:
    """Turning records into another form costs this server more than sending them."""
    return await sync_to_async(may_ask)(CHECKS, request)


def too_often() -> HttpResponse:
    """To who asks for more than anybody looks at."""
    return JsonResponse({"error": _("Too many requests from your address; wait a minute and try again.")}, status=TOO_OFTEN)


def attached(response: HttpResponseBase, run: Run, ending: str) -> HttpResponseBase:
    """Saved as a file and not shown."""
    response["Content-Disposition"] = f'attachment; filename="{run.scenario_id}.{ending}"'
    return response


def figure_json(run: Run) -> str | None:
    """The run as a Plotly figure; None: it has too many bars. Plotly is imported by the first who asks."""
    module = importlib.import_module("nodeviz.runs.figure")
    try:
        return str(module.figure(records_of(run), run.scenario.title).to_json())
    except module.TooManyBars:
        return None


# -- the artefact ----------------------------------------------------------------------------------------------------------------


class Incomplete(Exception):
    """The run was deleted while it was sent: the answer breaks off, because a part would look like a whole."""


def frames_from(run: Run, seq: int) -> list[ArtefactFrame]:
    """Some, by their place: a cursor of the database would keep a connection for as long as somebody takes to read. Raises Incomplete."""
    found = list(ArtefactFrame.objects.filter(run=run.pk, first_seq__gte=seq).order_by("first_seq")[:FRAMES_AT_ONCE])
    if not found and seq < run.records:
        raise Incomplete(f"{run} has no record {seq} any more")
    return found


def records_of(run: Run) -> Iterator[Record]:
    """The records of the artefact, read a few frames at a time. Raises Incomplete."""
    next_seq = 0
    while frames := frames_from(run, next_seq):
        next_seq = frames[-1].next_seq
        for frame in frames:
            for line in unpack(bytes(frame.packed)):
                yield json.loads(line)


async def json_lines(run: Run) -> AsyncGenerator[str]:
    """The artefact as it is, one frame at a time. Raises Incomplete."""
    next_seq = 0
    while frames := await database_sync_to_async(frames_from)(run, next_seq):
        next_seq = frames[-1].next_seq
        for frame in frames:
            yield "\n".join(unpack(bytes(frame.packed))) + "\n"


async def in_pieces(lines: Iterator[str]) -> AsyncGenerator[str]:
    """Text made on a thread, so that the event loop serves others meanwhile; no connection is kept between two pieces."""
    while piece := await database_sync_to_async(lambda: "".join(f"{line}\n" for line in islice(lines, LINES_AT_ONCE)))():
        yield piece


async def surrounded(head: str, pieces: AsyncGenerator[str], tail: str) -> AsyncGenerator[str]:
    """A document whose middle is made while it is sent."""
    yield head
    async with contextlib.aclosing(pieces):
        async for piece in pieces:
            yield piece
    yield tail
