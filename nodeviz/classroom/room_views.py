"""How does a class get into a room? A teacher opens one, students come by its code; afterwards there is a table of the answers, without names."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Iterator, Mapping
from typing import Any

from asgiref.sync import async_to_sync
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST, require_safe
from redis import RedisError

import simulator
from nodeviz.classroom.class_addresses import class_addresses
from nodeviz.classroom.guessing import guessed, may_guess_now
from nodeviz.classroom.room_codes import spaced, typed_code
from nodeviz.classroom.room_lessons import lesson_context, lesson_of_room
from nodeviz.classroom.room_questions import in_words, is_right
from nodeviz.classroom.room_store import Opened, RoomGone, Seen, TooManyRooms, opened_store
from nodeviz.runs.shown import run_for_page
from nodeviz.runs.views import page_of_any_run, read_from
from nodeviz.scenarios import documents as docs
from nodeviz.scenarios import gallery
from nodeviz.scenarios.answers import CREATED, SEE_OTHER, TOO_OFTEN, problems_json, too_big_for_json, too_often_message
from nodeviz.scenarios.bounds import Bucket, bounded_body, bounded_reads, browser_of, may_ask, neighbourhood
from nodeviz.scenarios.models import Scenario
from nodeviz.scenarios.views import scenario_of, wants_json

NOT_FOUND, FORBIDDEN, REFUSED, UNAVAILABLE = 404, 403, 422, 503

ROOMS = Bucket(name="room", capacity=20, per_minute=10)
"""A school behind one address opens a room for each of its classes."""

NOTHING_TO_TEACH = gettext_noop("a room is opened from a lesson, an example or a stored run, and there is none of that name")
TOO_MANY = gettext_noop("as many rooms are open as this server takes, of all or of your address; end one that is not needed any more, or come back later")
NO_REDIS = gettext_noop("no room can be opened or found at the moment, because the server's Redis does not answer; try again in a moment")
NOT_THE_DRIVER = gettext_noop("only who has the driver's link may do that")

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A spreadsheet would compute a cell that begins with one of these."""


class NoSuchMaterial(Exception):
    """Nothing of that name can be taught."""


# -- opening a room ----------------------------------------------------------------------------------------------------------------


@require_POST
@bounded_body(too_big=too_big_for_json)
def rooms(request: HttpRequest) -> HttpResponse:
    """`lesson=NAME`, `example=NAME` or `scenario=ID`: to the room with the driver's token in the fragment, which no server ever sees again."""
    if not may_ask(ROOMS, request):
        return refusal(request, too_often_message(), TOO_OFTEN)
    try:
        wanted = {name: request.POST.get(name, "") for name in ("lesson", "example", "scenario")}
        opened = open_room(**wanted, address=neighbourhood(request.META.get("REMOTE_ADDR", "")))
    except NoSuchMaterial:
        return refusal(request, _(NOTHING_TO_TEACH), NOT_FOUND)
    except TooManyRooms:
        return refusal(request, _(TOO_MANY), UNAVAILABLE)
    except RedisError:
        return refusal(request, _(NO_REDIS), UNAVAILABLE)
    url = reverse("room", args=[opened.code])
    driver_url = f"{url}#driver={opened.token}"
    if wants_json(request):
        return JsonResponse({"code": opened.code, "token": opened.token, "url": url, "driver_url": driver_url}, status=CREATED)
    return HttpResponseRedirect(driver_url, status=SEE_OTHER)


def open_room(*, lesson: str, example: str, scenario: str, address: str) -> Opened:
    """A room with what is taught in it. Raises NoSuchMaterial, TooManyRooms and redis.RedisError."""
    if lesson:
        found = lesson_of_room(lesson)
        if found is None:
            raise NoSuchMaterial
        return create(title=found.title, lesson=lesson, scenario=None, asks=found.asks, address=address)
    with transaction.atomic():
        shown = stored_example(example) if example else Scenario.objects.linked(scenario)
        if shown is None:
            raise NoSuchMaterial
        # Computed once, before anybody is there; everybody gets the same run.
        run_for_page(shown)
        Scenario.objects.opened(shown)
        return create(title=shown.title, lesson=None, scenario=shown.pk, asks=(), address=address)


def stored_example(name: str) -> Scenario | None:
    """As a link of its own."""
    chosen = gallery.example(name)
    if chosen is None:
        return None
    documents = (docs.text_document("", chosen.text),)
    return scenario_of(documents, docs.load(documents), parent_id="")[0]


@async_to_sync
async def create(**room: Any) -> Opened:
    """In Redis: `RoomStore.create`."""
    async with opened_store() as store:
        return await store.create(**room)


# -- finding it --------------------------------------------------------------------------------------------------------------------


@require_safe
def join(request: HttpRequest) -> HttpResponse:
    """Where one types the code."""
    typed = request.GET.get("code", "")
    code = typed_code(typed)
    if code:
        return HttpResponseRedirect(reverse("room", args=[code]))
    return render(request, "classroom/join.html", {"typed": typed[:40], "wrong": bool(typed)}, status=NOT_FOUND if typed else 200)


@require_safe
@bounded_reads
@ensure_csrf_cookie
def room(request: HttpRequest, code: str) -> HttpResponse:
    """The page of a room, for the teacher and for students: who one is, the socket finds out."""
    wanted = typed_code(code)
    if wanted and wanted != code:
        return HttpResponseRedirect(reverse("room", args=[wanted]))
    from_where = request.META.get("REMOTE_ADDR", ""), browser_of(request)
    if not may_guess_now(*from_where):
        return gone(request, code, too_often_message(), TOO_OFTEN)
    try:
        seen = look(wanted)
    except RoomGone:
        guessed(*from_where, wanted or "")
        return gone(request, code, "", NOT_FOUND)
    except RedisError:
        return gone(request, code, _(NO_REDIS), UNAVAILABLE)
    context = what_is_shown(seen)
    if seen.state.ended or context is None:
        return gone(request, code, "", NOT_FOUND, is_over=seen.state.ended)
    path = reverse("room", args=[code])
    about = {
        "code": code,
        "spaced": spaced(code),
        "title": seen.about.title,
        "lesson": seen.about.lesson,
        "scenario": seen.about.scenario,
        "ws_path": f"/ws/rooms/{code}/",
        "page_url": path,
        "join_url": request.build_absolute_uri(reverse("join")),
        "csv_url": reverse("room-answers", args=[code]),
        "addresses": class_addresses(request, path),
    }
    context["page_config"] = {**context["page_config"], "room": about}
    response = render(request, "classroom/room.html", {**context, "room": about})
    response["X-Robots-Tag"] = "noindex"
    response["Cache-Control"] = "no-store"
    return response


def what_is_shown(seen: Seen) -> dict[str, Any] | None:
    """The context of the run page for a lesson or a stored run; None if it was deleted meanwhile."""
    if seen.about.lesson:
        return lesson_context(seen.about.lesson)
    scenario = Scenario.objects.linked(seen.about.scenario or "")
    if scenario is None:
        return None
    Scenario.objects.opened(scenario)
    run = run_for_page(scenario)
    return {
        "scenario": {"id": scenario.pk, "title": scenario.title, "created": scenario.created, "parent": None, "text": scenario.text},
        "run": {"status": run.state, "version": run.simulator_version, "verdict": run.verdict, "error": run.error},
        "problems": [],
        **read_from(scenario),
        "page_config": {**page_of_any_run(), "text": scenario.text, "file_name": scenario.documents[0].name},
    }


@async_to_sync
async def look(code: str | None) -> Seen:
    """Raises RoomGone."""
    if code is None:
        raise RoomGone
    async with opened_store() as store:
        return await store.seen(code)


def gone(request: HttpRequest, code: str, message: str, status: int, *, is_over: bool = False) -> HttpResponse:
    """A page instead of the room's. Without a message: there is no such room, or it is over; then its teacher finds the answers there."""
    return render(request, "classroom/room_gone.html", {"code": code, "message": message, "is_over": is_over}, status=status)


# -- after class -------------------------------------------------------------------------------------------------------------------


@require_POST
@bounded_body(too_big=too_big_for_json)
def answers(request: HttpRequest, code: str) -> HttpResponse:
    """The answers as a table, for who has the driver's `token`. Also when the class is over, as long as the room is kept."""
    from_where = request.META.get("REMOTE_ADDR", ""), browser_of(request)
    try:
        seen, given = collected(typed_code(code))
    except RoomGone:
        seen, given = None, {}
    except RedisError:
        return refusal(request, _(NO_REDIS), UNAVAILABLE)
    if seen is None or not seen.about.is_driven_by(request.POST.get("token", "")):
        if not may_guess_now(*from_where):
            return refusal(request, too_often_message(), TOO_OFTEN)
        guessed(*from_where, code)
        return refusal(request, _(NOT_THE_DRIVER), FORBIDDEN) if seen else gone(request, code, "", NOT_FOUND)
    response = HttpResponse(table(seen, given), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="answers-{code}.csv"'
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@async_to_sync
async def collected(code: str | None) -> tuple[Seen, Mapping[str, str]]:
    """Raises RoomGone."""
    if code is None:
        raise RoomGone
    async with opened_store() as store:
        return await store.seen(code), await store.answers(code)


def table(seen: Seen, given: Mapping[str, str]) -> str:
    """A line an answer. Each person is a number that is drawn anew each time; nothing says when, or in which order, anybody answered."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([_("person"), _("step"), _("question"), _("answer"), _("right")])
    for person, _place, *cells in sorted(rows(seen, given)):
        writer.writerow([person, *map(safe_cell, cells)])
    return text.getvalue()


def rows(seen: Seen, given: Mapping[str, str]) -> Iterator[tuple[int, int, str, str, str, str]]:
    """Person, place of the step among all, step, question, answer, right."""
    asks = {str(number): ask for number, ask in enumerate(seen.about.asks)} | {f"poll-{number}": ask for number, ask in enumerate(seen.state.polls, 1)}
    people = sorted({field.partition(":")[2] for field in given})
    numbers = dict(zip(people, random.SystemRandom().sample(range(1, len(people) + 1), len(people)), strict=True))
    for field, value in given.items():
        step, _colon, person = field.partition(":")
        ask = asks.get(step)
        if ask is None:
            continue
        answer = json.loads(value)
        right = {True: _("yes"), False: _("no"), None: ""}[is_right(ask, answer)]
        shown = str(int(step) + 1) if step.isdecimal() else step
        yield numbers[person], list(asks).index(step), shown, ask.question, in_words(ask, answer), right


def safe_cell(text: str) -> str:
    """No spreadsheet computes it."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def refusal(request: HttpRequest, message: str, status: int) -> HttpResponse:
    """A sentence, as a page or for a script."""
    if wants_json(request):
        return problems_json((simulator.Problem(message=message),), status)
    return render(request, "classroom/room_gone.html", {"code": "", "message": message}, status=status)
