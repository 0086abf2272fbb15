"""How many connections to PostgreSQL does a web process hold, whoever asks for how much at the same moment, and whoever reads how slowly?"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from tests.nodeviz.postgres import Postgres
from tests.nodeviz.test_processes import Installation

pytestmark = pytest.mark.slow

MOST = 4

PATH = "/api/v1/scenarios/abcdefghijk"

FILL = """
import os
from django.utils import timezone
from nodeviz.runs.frames import pack
from nodeviz.runs.models import ArtefactFrame, Run
from nodeviz.scenarios.models import Scenario
scenario = Scenario.objects.create(id="abcdefghijk", files=[{"name": "a.yaml", "text": "kind: Pod"}], title="long", simulator_version="0.1")
now = timezone.now()
over = {"state": "finished", "lease_until": now, "finished": now, "records": 40000, "verdict": {"headline": "", "pods": []}}
run = Run.objects.create(scenario=scenario, simulator_version="0.1", **over)
for first in range(0, 40000, 500):
    lines = ['{"seq":%d,"t":0,"layer":"x","message":"%s"}' % (seq, os.urandom(200).hex()) for seq in range(first, first + 500)]
    ArtefactFrame.objects.create(run=run, first_seq=first, next_seq=first + 500, packed=pack(lines))
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, redis_url: str, postgres: Postgres) -> Iterator[Installation]:
    made = Installation(tmp_path_factory.mktemp("site"), redis_url)
    made.environment |= {"DATABASE_URL": postgres.url, "DATABASE_CONNECTIONS": str(MOST)}
    try:
        made.command("migrate", "-v", "0")
        made.command("shell", "-v", "0", "-c", FILL)
        made.start_web()
        made.ask("/healthz")
        yield made
    finally:
        made.close()


def held(postgres: Postgres) -> int:
    """By others than who asks."""
    with psycopg.connect(postgres.url, application_name="counter") as connection:
        row = connection.execute("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND application_name <> 'counter'").fetchone()
    return int(row[0]) if row else 0


def slow_reader(site: Installation, ending: str) -> socket.socket:
    """Has heard that the file comes, and takes no more of it."""
    host, _, port = site.address.partition(":")
    reader = socket.socket()
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    reader.settimeout(20)
    reader.connect((host, int(port)))
    reader.sendall(f"GET /s/abcdefghijk.{ending} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    assert b"200" in reader.recv(100)
    return reader


def test_who_reads_slowly_holds_no_connection(site: Installation, postgres: Postgres) -> None:
    readers = [slow_reader(site, ending) for ending in ("jsonl", "csv", "perfetto.json") for _ in range(8)]
    deadline_s = time.monotonic() + 20
    while (count := held(postgres)) > MOST and time.monotonic() < deadline_s:
        time.sleep(0.1)
    for reader in readers:
        reader.close()

    assert count <= MOST


def test_however_many_ask_at_once_they_share_a_few_connections_and_all_are_answered(site: Installation, postgres: Postgres) -> None:
    with ThreadPoolExecutor(40) as askers:
        asking = [askers.submit(site.ask, PATH) for _ in range(120)]
        counts = []
        while not all(each.done() for each in asking):
            counts.append(held(postgres))

    # The database counts one that was closed for a moment longer.
    assert max(counts) <= 2 * MOST
    assert all("abcdefghijk" in each.result() for each in asking)


def test_a_database_that_is_restarted_is_found_again(site: Installation, postgres: Postgres) -> None:
    site.ask(PATH)
    postgres.crash()
    postgres.start()

    assert "abcdefghijk" in site.ask(PATH)
