"""Whose run is computed next? Those who wait take turns: everybody's first run comes before anybody's second, whoever pressed Run how often and when.

A run gets a number when it is queued, its turn: that of the run which is computed now, or one more than its own client's last. The smallest is next; of
equals the one that was queued first. So a client with 49 runs delays another one's first by one run, and a number in the row is all there is to it: a
message to the workers says that something waits, not what, and whoever gets it takes the next.
"""

from __future__ import annotations

from django.db.models import Max, Min, Q
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from nodeviz.runs.models import Run, RunState
from nodeviz.scenarios.bounds import neighbourhood

CLIENT_CHARACTERS = 16

ON_THE_WAY = Q(state__in=(RunState.QUEUED, RunState.RUNNING))


def client_of(request: HttpRequest) -> str:
    """Who asks, as a run's row remembers it until the run is over: equal for equal neighbourhoods, and nobody reads an address in it."""
    address = neighbourhood(request.META.get("REMOTE_ADDR", ""))
    return salted_hmac("nodeviz.runs.turns", address, algorithm="sha256").hexdigest()[:CLIENT_CHARACTERS]


def new_turn(client: str) -> int:
    """For a run that is queued now."""
    found = Run.objects.filter(ON_THE_WAY).aggregate(
        now=Max("turn", filter=Q(state=RunState.RUNNING)),
        next=Min("turn", filter=Q(state=RunState.QUEUED)),
        mine=Max("turn", filter=Q(client=client)),
    )
    now = found["now"] if found["now"] is not None else found["next"] or 0
    return now if found["mine"] is None else max(now, found["mine"] + 1)


def place_in_queue(run: Run) -> int | None:
    """1 is next. None: it does not wait."""
    if run.state != RunState.QUEUED:
        return None
    earlier = Q(turn__lt=run.turn) | Q(turn=run.turn, pk__lt=run.pk)
    return Run.objects.filter(earlier, state=RunState.QUEUED).count() + 1
