"""Does what people shared come back from a backup, into any database, and nothing else but that?"""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from nodeviz.runs import backup
from nodeviz.runs.models import ArtefactFrame, Run, RunState
from nodeviz.runs.tasks import simulate_run
from nodeviz.scenarios.models import BlockedText, Scenario
from tests.nodeviz.conftest import POD
from tests.nodeviz.postgres import Postgres
from tests.surroundings import CHECKOUT

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis_client")]


def said(*arguments: str) -> str:
    """What a command prints."""
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def lines_of(path: Path) -> list[dict[str, Any]]:
    """The file, as it is."""
    return [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]


def written(path: Path, lines: list[dict[str, Any]]) -> Path:
    """A file with these lines and a right end."""
    kinds = [next(iter(line)) for line in lines]
    text = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    end = {name: kinds.count(name.rstrip("s")) for name in ("scenarios", "runs", "frames")} | {"blocked": kinds.count("blocked")}
    end["sha256"] = backup.hashlib.sha256(text).hexdigest()  # type: ignore[assignment]
    path.write_bytes(gzip.compress(text + json.dumps({"end": end}).encode() + b"\n"))
    return path


HEAD = {backup.FORMAT: {"version": 1, "made": "2030-01-01T00:00:00+00:00", "simulator": "0.0.1", "links": "shared", "runs": True, "migrations": {}}}


@pytest.fixture
def shared_run(make_run: Callable[..., Run]) -> Run:
    """Computed, and shared."""
    run = make_run()
    simulate_run.apply(args=[run.pk], task_id="message-1", throw=True)
    Scenario.objects.share(run.scenario)
    return Run.objects.select_related("scenario").get(pk=run.pk)


def everything() -> list[Any]:
    """All rows, without the numbers that a database gives by itself."""
    scenarios = list(Scenario.objects.order_by("pk").values())
    runs = [{name: value for name, value in run.items() if name not in ("id", "lease_until", "epoch", "attempts", "task_id")} for run in Run.objects.values()]
    frames = [(frame.first_seq, frame.next_seq, bytes(frame.packed)) for frame in ArtefactFrame.objects.order_by("run__scenario", "first_seq")]
    return [scenarios, runs, frames, list(BlockedText.objects.values())]


def test_it_comes_back_as_it_was(shared_run: Run, tmp_path: Path) -> None:
    BlockedText.objects.create(fingerprint="0" * 64, reason="because")
    Scenario.objects.create(files=shared_run.scenario.files, title="fork", parent=shared_run.scenario, simulator_version="1", owner_sha256="a" * 64)
    Scenario.objects.share(Scenario.objects.get(title="fork"))
    before = everything()
    said("backup", str(tmp_path / "backup"), "--runs")
    Scenario.objects.all().delete()
    BlockedText.objects.all().delete()
    said("restore", str(tmp_path / "backup"))

    assert everything() == before
    assert len(before[2]) > 1


def test_of_several_runs_of_a_link_those_that_are_missing_come_back(shared_run: Run, tmp_path: Path) -> None:
    for version in ("0.1", "0.2"):
        run = Run.objects.create(scenario=shared_run.scenario, simulator_version=version, state=RunState.FINISHED, lease_until=shared_run.lease_until)
        ArtefactFrame.objects.create(run=run, first_seq=0, next_seq=1, packed=b"x")
    before = everything()
    said("backup", str(tmp_path / "backup"), "--runs")
    Run.objects.exclude(pk=shared_run.pk).delete()
    said("restore", str(tmp_path / "backup"))

    assert everything() == before


def test_restoring_twice_changes_nothing(shared_run: Run, tmp_path: Path) -> None:
    said("backup", str(tmp_path / "backup"), "--runs")
    before = everything()

    assert said("restore", str(tmp_path / "backup")).startswith("0 links and 0 runs are restored; 1 were there")
    assert everything() == before


@pytest.mark.parametrize(
    ("options", "links", "runs"),
    [
        pytest.param((), {"shared"}, 0, id="what was shared"),
        pytest.param(("--runs",), {"shared"}, 1, id="with what was computed"),
        pytest.param(("--all",), {"shared", "not"}, 0, id="everything"),
    ],
)
def test_what_is_in_it(shared_run: Run, tmp_path: Path, make_run: Callable[..., Run], options: tuple[str, ...], links: set[str], runs: int) -> None:
    other = make_run(state=RunState.FAILED)
    names = {shared_run.scenario_id: "shared", other.scenario_id: "not"}
    said("backup", str(tmp_path / "backup"), *options)
    lines = lines_of(tmp_path / "backup")

    assert {names[line["scenario"]["id"]] for line in lines if "scenario" in line} == links
    assert sum("run" in line for line in lines) == runs


def test_a_backup_overwrites_no_file_and_is_for_its_owner_alone(shared_run: Run, tmp_path: Path) -> None:
    said("backup", str(tmp_path / "backup"))
    with pytest.raises(CommandError, match="is there already"):
        said("backup", str(tmp_path / "backup"))

    assert [path.name for path in tmp_path.iterdir()] == ["backup"]
    assert (tmp_path / "backup").stat().st_mode & 0o777 == 0o600


def test_what_is_there_is_never_overwritten(shared_run: Run, tmp_path: Path) -> None:
    said("backup", str(tmp_path / "backup"))
    Scenario.objects.filter(pk=shared_run.scenario_id).update(files=[{"name": "a", "text": "something else"}])
    with pytest.raises(CommandError, match=f"left as they are here, .*: {shared_run.scenario_id}"):
        said("restore", str(tmp_path / "backup"))

    assert Scenario.objects.get().text == "something else"


def test_what_was_taken_down_since_does_not_come_back(shared_run: Run, tmp_path: Path) -> None:
    said("backup", str(tmp_path / "backup"), "--runs")
    said("takedown", shared_run.scenario_id)
    said("restore", str(tmp_path / "backup"))

    assert (Scenario.objects.count(), Run.objects.count()) == (0, 0)


def test_a_backup_of_an_older_schema_restores(tmp_path: Path) -> None:
    old = {"id": "abcdefghijk", "files": [{"name": "a", "text": POD}], "title": "old", "created": "2029-01-01T00:00:00+00:00", "simulator_version": "0.0.1"}
    path = written(tmp_path / "old", [HEAD, {"scenario": old}])
    said("restore", str(path))
    scenario = Scenario.objects.get()

    assert (scenario.pk, scenario.text, scenario.shared, scenario.owner_sha256) == ("abcdefghijk", POD, scenario.created, "")


def test_what_only_a_newer_nodeviz_knows_is_left_out(tmp_path: Path) -> None:
    new = {"id": "abcdefghijk", "files": [{"name": "a", "text": POD}], "title": "new", "simulator_version": "9", "colour": "blue"}
    path = written(tmp_path / "new", [HEAD, {"scenario": new}, {"comment": {"text": "nice"}}])
    said("restore", str(path))

    assert Scenario.objects.get().title == "new"


def damaged(path: Path, how: str) -> None:
    """In one of the ways in which files are."""
    whole = path.read_bytes()
    text = gzip.decompress(whole)
    changed = {
        "cut off": whole[: len(whole) // 2],
        "without its end": gzip.compress(text.rpartition(b'{"end"')[0]),
        "changed": gzip.compress(text.replace(b"main-app1", b"main-app2")),
        "no backup": gzip.compress(b'{"hello": {}}\n'),
        "no gzip": b"hello",
        "empty": b"",
        "of a later format": gzip.compress(text.replace(b'"version":1', b'"version":2', 1)),
    }
    path.write_bytes(changed[how])


@pytest.mark.parametrize("how", ["cut off", "without its end", "changed", "no backup", "no gzip", "empty", "of a later format"])
def test_of_a_file_that_is_not_whole_nothing_is_stored(shared_run: Run, tmp_path: Path, how: str) -> None:
    path = tmp_path / "backup"
    said("backup", str(path), "--runs")
    Scenario.objects.all().delete()
    damaged(path, how)
    for arguments in (("--check",), ()):
        with pytest.raises(CommandError, match=str(path)):
            said("restore", str(path), *arguments)

    assert Scenario.objects.count() == 0


def test_memory_does_not_grow_with_what_is_stored(tmp_path: Path) -> None:
    text = "".join(f"# line {number}\n" for number in range(10_000))
    count = 80
    for number in range(count):
        Scenario.objects.create(files=[{"name": "a", "text": f"{number}\n{text}"}], title="", simulator_version="1")
    Scenario.objects.update(shared="2030-01-01T00:00:00Z")
    peaks = []
    for command in ("backup", "restore"):
        tracemalloc.start()
        said(command, str(tmp_path / "backup"))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        if command == "backup":
            Scenario.objects.all().delete()

    assert Scenario.objects.count() == count
    assert max(peaks) < count * len(text) / 2


# -- between databases -------------------------------------------------------------------------------------------------------------

FILL = """
from django.utils import timezone
from nodeviz.runs.models import Run, ArtefactFrame
from nodeviz.runs.frames import pack
from nodeviz.scenarios.models import Scenario
for number in range(25):
    text = "kind: Pod # \\u00e4\\U0001f600 %d" % number
    scenario = Scenario.objects.create(files=[{"name": "a.yaml", "text": text}], title=text, simulator_version="0.1", owner_sha256="a" * 64)
    Scenario.objects.share(scenario)
    now = timezone.now()
    run = Run.objects.create(scenario=scenario, simulator_version="0.1", state="finished", lease_until=now, started=now, finished=now, verdict={"a": [1, None]})
    for first in range(0, 30, 10):
        ArtefactFrame.objects.create(run=run, first_seq=first, next_seq=first + 10, packed=pack(["{}"] * 10))
"""

MEANWHILE = """
import threading
from django.db import connection
from nodeviz.runs import backup
from nodeviz.scenarios.models import Scenario
def others():
    Scenario.objects.share(Scenario.objects.create(files=[{"name": "", "text": "late"}], title="late", simulator_version="1"))
    Scenario.objects.filter(title__endswith=" 24").delete()
    connection.close()
with backup.one_moment():
    lines = backup.lines(everything=False, with_runs=True)
    head = [next(lines), next(lines)]
    thread = threading.Thread(target=others)
    thread.start()
    thread.join(10)
    assert not thread.is_alive(), "they had to wait"
    titles = [values["title"] for kind, values in [*head, *lines] if kind == "scenario"]
assert len(titles) == 25 and "late" not in titles, titles
assert Scenario.objects.count() == 25 and Scenario.objects.filter(title="late").exists()
print("as it was")
"""


def in_an_installation(folder: Path, database_url: str, *steps: str | tuple[str, ...]) -> str:
    """What these steps print in a new one, without servers: Django's commands, or lines of Python. In one process, which takes long to begin."""
    folder.mkdir()
    commands = [step if isinstance(step, str) else f"call_command(*{step!r}, verbosity=0)" for step in (("migrate",), *steps)]
    program = "\n".join(("import django", "django.setup()", "from django.core.management import call_command", *commands))
    environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(folder), "DATABASE_URL": database_url, "DJANGO_SETTINGS_MODULE": "nodeviz.settings"}
    done = subprocess.run((sys.executable, "-c", program), cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_from_sqlite_to_postgresql_and_back_while_others_write(tmp_path: Path, postgres: Postgres) -> None:
    files = [str(tmp_path / f"backup-{number}") for number in range(3)]
    first = in_an_installation(tmp_path / "first", f"sqlite:///{tmp_path}/first.sqlite3", FILL, ("backup", "--runs", files[0]), MEANWHILE)
    second = in_an_installation(tmp_path / "second", postgres.url, ("restore", files[0]), ("backup", "--runs", files[1]), MEANWHILE)
    in_an_installation(tmp_path / "third", f"sqlite:///{tmp_path}/third.sqlite3", ("restore", files[1]), ("backup", "--runs", files[2]))

    one, two, three = ([line for line in lines_of(Path(file)) if not line.keys() & {backup.FORMAT, "end"}] for file in files)
    assert [printed.endswith("as it was\n") for printed in (first, second)] == [True, True]
    assert (len(one), one == two, two == three) == (25 * 5, True, True)
