"""Does a takedown leave nothing behind on PostgreSQL, where others write at the same moment? Each keeps its transaction open until the takedown waits."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests.nodeviz.postgres import Postgres
from tests.surroundings import CHECKOUT

pytestmark = pytest.mark.slow

PREPARED = """
import simulator
from django.db import transaction
from django.utils import timezone
from nodeviz.runs.frames import pack
from nodeviz.runs.journal import Journal
from nodeviz.runs.models import ArtefactFrame, Run, RunState
from nodeviz.scenarios import documents as docs
from nodeviz.scenarios.models import BlockedText, Scenario
from nodeviz.scenarios.views import scenario_of

POD = "apiVersion: v1\\nkind: Pod\\nmetadata: {name: web}\\nspec: {containers: [{name: app, image: a}]}\\n"

def store(text, parent_id=""):
    documents = (docs.text_document("", text),)
    return scenario_of(documents, docs.load(documents), parent_id=parent_id)[0]
"""

CONDEMNED = """
Scenario.objects.all().delete(), BlockedText.objects.all().delete()
scenario = store(POD)
Run.objects.create(scenario=scenario, simulator_version="1", state="running", lease_until=timezone.now())
print(scenario.pk)
"""

LEFT = "print(Scenario.objects.count(), Run.objects.count(), ArtefactFrame.objects.count())"


class Site:
    """An installation over a database, without servers."""

    def __init__(self, folder: Path, database_url: str) -> None:
        folder.mkdir()
        self.environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(folder), "DATABASE_URL": database_url}
        self.manage("migrate", "-v", "0")

    def manage(self, *arguments: str) -> str:
        """One of Django's commands."""
        done = subprocess.run((sys.executable, "manage.py", *arguments), cwd=CHECKOUT, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, postgres: Postgres) -> Site:
    return Site(tmp_path_factory.mktemp("site") / "var", postgres.url)


def started(site: Site, *arguments: str) -> subprocess.Popen[str]:
    """A command that is spoken with."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen((sys.executable, "manage.py", *arguments), cwd=CHECKOUT, env=site.environment, text=True, **pipes)


def waits_or_is_over(postgres: Postgres, command: subprocess.Popen[str]) -> None:
    """Until the database says that somebody waits for a lock, or there is nobody who could."""
    deadline_s = time.monotonic() + 60
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        while command.poll() is None and not connection.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone():
            assert time.monotonic() < deadline_s
            time.sleep(0.05)


@pytest.mark.parametrize(
    ("meanwhile", "option"),
    [
        pytest.param("store(POD)", "--copies", id="somebody stores the same text"),
        pytest.param("store(POD + '# changed', {link!r})", "--forks", id="somebody forks it"),
        pytest.param(
            "run = Run.objects.get(); journal = Journal(run); frame = ArtefactFrame(run=run, first_seq=0, next_seq=1, packed=pack(['{{}}']));"
            "journal._frames.append(frame); journal._close_now(RunState.FAILED)",
            "--copies",
            id="a worker writes its trace",
        ),
    ],
)
def test_what_is_written_while_a_link_is_taken_down_goes_with_it(site: Site, postgres: Postgres, meanwhile: str, option: str) -> None:
    link = site.manage("shell", "-v", "0", "-c", PREPARED + CONDEMNED).strip()
    writing = f"with transaction.atomic():\n    {meanwhile.format(link=link)}\n    print('written', flush=True)\n    input()"
    with started(site, "shell", "-v", "0", "-c", PREPARED + writing) as writer:
        assert writer.stdout
        assert writer.stdout.readline() == "written\n", writer.communicate()
        with started(site, "takedown", link, option) as takedown:
            waits_or_is_over(postgres, takedown)
            wrote = writer.communicate("commit\n", timeout=60)
            said = takedown.communicate(timeout=60)

    assert (writer.returncode, takedown.returncode) == (0, 0), (wrote, said)
    assert site.manage("shell", "-v", "0", "-c", PREPARED + LEFT) == "0 0 0\n"
