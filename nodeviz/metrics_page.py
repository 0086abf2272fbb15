"""What does Prometheus read? `/metrics`: what was counted (`metrics.py`), and what database and Redis say at this moment. The same from every web process.

Answered before hosts and TLS are looked at, because who asks is a neighbour and not a browser.
"""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError
from django.db.models import Count, Min, Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

import simulator
from nodeviz import health, metrics
from nodeviz.celery import workers_alive
from nodeviz.runs.models import Run, RunState
from nodeviz.runs.stream import client
from nodeviz.scenarios.models import Scenario

PATH = "/metrics"
FORBIDDEN = 403

FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-Ip")
"""What a proxy adds. Then the address may be the proxy's, and proves nothing."""

LARGEST = frozenset({"stream_lag_records"})
"""Gauges of which the largest counts; the others are added up."""

GAUGES = {
    "web_processes": "Web processes that spoke lately.",
    "viewers": "Sockets that follow a run.",
    "followed_runs": "Runs that are followed, counted once for each web process.",
    "stream_lag_records": "How many records the slowest viewer of a live run is behind it.",
    "room_sockets": "Windows in rooms, of students, teachers and walls.",
}


class MetricsMiddleware:
    """Answers its path, and hands everything else on."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path != PATH:
            return self.get_response(request)
        if not may_read(request):
            return HttpResponse("METRICS_ALLOW and METRICS_TOKEN say who may read this.\n", content_type="text/plain", status=FORBIDDEN)
        metrics.flush()
        return HttpResponse(generate_latest(Everything()), content_type=CONTENT_TYPE_LATEST)


def may_read(request: HttpRequest) -> bool:
    """By the token; or by the address, if no proxy stands between."""
    given = request.headers.get("Authorization", "")
    if settings.METRICS_TOKEN and secrets.compare_digest(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode()):
        return True
    if any(name in request.headers for name in FORWARDED):
        return False
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return any(address.version == network.version and address in network for network in settings.METRICS_ALLOW)


_others: list[Callable[[], Iterable[Metric]]] = []


def show(part: Callable[[], Iterable[Metric]]) -> None:
    """What an application above has to say, too. It may raise redis.RedisError and DatabaseError."""
    _others.append(part)


class Everything:
    """Collected anew for each who asks. What cannot be asked is left out, and said so by `nodeviz_ready`."""

    def collect(self) -> Iterator[Metric]:
        """For prometheus_client."""
        info = GaugeMetricFamily("nodeviz_info", "Always 1.", labels=["simulator"])
        info.add_metric([simulator.VERSION], 1)
        yield info
        yield from readiness()
        for part in (of_database, of_redis, of_processes, counted_so_far, *_others):
            try:
                yield from part()
            except (redis.RedisError, DatabaseError):
                continue


def readiness() -> Iterator[Metric]:
    """The parts of /readyz."""
    parts = GaugeMetricFamily("nodeviz_ready", "1 while this part is ready to serve; the parts are those of /readyz.", labels=["part"])
    for name, good in health.parts().items():
        parts.add_metric([name], int(good))
    yield parts
    free = health.free_bytes()
    if free is not None:
        yield GaugeMetricFamily("nodeviz_database_free_bytes", "Room on the disk of the SQLite database.", value=free)


def of_database() -> Iterator[Metric]:
    """Runs, queue and links. Raises DatabaseError."""
    runs = GaugeMetricFamily("nodeviz_runs", "Runs that are stored, by state.", labels=["state"])
    numbers: dict[Any, int] = dict(Run.objects.values_list("state").annotate(count=Count("pk")))
    for state in RunState:
        runs.add_metric([state.value], numbers.get(state.value, 0))
    yield runs
    yield GaugeMetricFamily("nodeviz_queue_length", "Runs that wait for a worker.", value=numbers.get(RunState.QUEUED, 0))
    oldest = Run.objects.filter(state=RunState.QUEUED, started=None).aggregate(oldest=Min("created"))["oldest"]
    age_s = max(0.0, (timezone.now() - oldest).total_seconds()) if oldest else 0.0
    yield GaugeMetricFamily("nodeviz_queue_oldest_seconds", "How long the run that waits longest has waited for its first worker.", value=age_s)
    links = Scenario.objects.aggregate(all=Count("pk"), shared=Count("pk", filter=Q(shared__isnull=False)))
    stored = GaugeMetricFamily("nodeviz_links", "Links that are stored.", labels=["kept"])
    stored.add_metric(["shared"], links["shared"])
    stored.add_metric(["until_expiry"], links["all"] - links["shared"])
    yield stored


def of_redis() -> Iterator[Metric]:
    """Workers, the broker's queue, memory. Raises redis.RedisError."""
    connection = client()
    yield GaugeMetricFamily("nodeviz_workers", "Workers that gave a sign of life lately.", value=workers_alive(connection))
    waiting: Any = connection.llen(f"{settings.CELERY_BROKER_TRANSPORT_OPTIONS['global_keyprefix']}celery")
    yield GaugeMetricFamily("nodeviz_broker_messages", "Messages in the broker that no worker has taken yet, tries among them.", value=waiting)
    memory: Any = connection.info("memory")
    yield GaugeMetricFamily("nodeviz_redis_used_bytes", "Memory that Redis uses.", value=memory.get("used_memory", 0))


def of_processes() -> Iterator[Metric]:
    """What each web process says of itself. Raises redis.RedisError."""
    told = metrics.told_by_processes()
    for name, text in GAUGES.items():
        values = [process.get(name, 0.0) for process in told]
        yield GaugeMetricFamily(f"nodeviz_{name}", text, value=max(values, default=0.0) if name in LARGEST else sum(values))


def counted_so_far() -> Iterator[Metric]:
    """By all processes. Raises redis.RedisError."""
    fields = sorted((tuple(field.split("|")), value) for field, value in metrics.totals().items())
    known = {name: [(label, part, value) for (_name, label, part), value in group] for name, group in groupby(fields, key=lambda field: field[0][0])}
    for name, counter in metrics.COUNTERS.items():
        family = CounterMetricFamily(f"nodeviz_{name}", counter.help, labels=[counter.label] if counter.label else [])
        for label, _part, value in known.get(name, [] if counter.label else [("", "", 0.0)]):
            family.add_metric([label] if counter.label else [], value)
        yield family
    for name, histogram in metrics.HISTOGRAMS.items():
        shown = HistogramMetricFamily(f"nodeviz_{name}", histogram.help, labels=[])
        values = {part: value for _label, part, value in known.get(name, [])}
        buckets, total = [], 0.0
        for bound in (*map(str, histogram.bounds), "+Inf"):
            total += values.get(bound, 0.0)
            buckets.append((bound, total))
        shown.add_metric([], buckets=buckets, sum_value=values.get("sum", 0.0))
        yield shown
