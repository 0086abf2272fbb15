"""What do the tests of the Django side share? A Redis of their own, and scenarios with runs to work on."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from celery.signals import setup_logging
from django.utils import timezone

import simulator
from nodeviz.celery import app
from nodeviz.env import celery_url
from nodeviz.runs import stream
from nodeviz.runs.models import QUEUE_LEASE, Run
from nodeviz.scenarios.models import Scenario
from tests.nodeviz.postgres import Postgres

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  initContainers:
  - {name: fetch, image: "secret-fetch:1.0"}
  - {name: proxy, image: "network-proxy:1.0", restartPolicy: Always}
  containers:
  - {name: app, image: "main-app1:1.0"}
"""

MakeRun = Callable[..., Run]


@setup_logging.connect
def as_it_is(**_: object) -> None:
    """A worker in a thread of this process sets up no log of its own: its level would stay for all later tests."""


@pytest.fixture(scope="session")
def send_through() -> Callable[[str], None]:
    """Let messages go through a broker, over new connections."""

    def send(broker_url: str) -> None:
        app.conf.broker_url = broker_url
        app._after_fork()

    return send


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    """One for the tests of a module. Its folder is short, as a socket's path must be, and its owner's to read."""
    with tempfile.TemporaryDirectory(prefix="nodeviz-postgres-") as folder:
        made = Postgres(Path(folder))
        try:
            yield made
        finally:
            made.close()


@pytest.fixture
def redis_client(redis_url: str, settings: object, send_through: Callable[[str], None]) -> Iterator[redis.Redis]:
    """The real Redis, empty, in the place of the installation's: for streams, buckets and the broker."""
    settings.REDIS_URL = redis_url  # type: ignore[attr-defined]
    stream.client.cache_clear()
    send_through(celery_url(redis_url))
    with stream.client() as client:
        client.flushdb()
        yield client
    stream.client.cache_clear()


@pytest.fixture
def make_scenario(db: None) -> Callable[..., Scenario]:
    """A link to a text."""

    def make(text: str = POD) -> Scenario:
        return Scenario.objects.create(files=[{"name": "pods.yaml", "text": text}], title="web", simulator_version=simulator.VERSION)

    return make


@pytest.fixture
def make_run(make_scenario: Callable[..., Scenario]) -> MakeRun:
    """A queued run, not sent to anybody."""

    def make(text: str = POD, **fields: object) -> Run:
        given = {"simulator_version": simulator.VERSION, "lease_until": timezone.now() + QUEUE_LEASE, **fields}
        return Run.objects.create(scenario=make_scenario(text), **given)

    return make
