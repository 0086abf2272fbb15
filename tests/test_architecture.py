"""Do imports point one way, does the simulator depend on its input alone, and is every dependency defended? The rules stand in architecture.py."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

import simulator
from tests.architecture import nodeviz_faults, nodeviz_layer_faults, simulator_faults
from tests.surroundings import CHECKOUT

MAX_MODULE_LINES = 500

# In two pieces, so that this file does not find itself.
MACHINE_PATHS = re.compile("|".join(re.escape(a + b) for a, b in (("/wo", "rk/"), ("/ro", "ot/"), ("/ho", "me/"), ("/opt/py", "pi"), ("/opt/whe", "els"))))


def files_of_the_repository() -> list[Path]:
    """What is committed, or would be."""
    listed = subprocess.run(("git", "ls-files", "--cached", "--others", "--exclude-standard"), cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout
    return [path for name in listed.splitlines() if (path := CHECKOUT / name).is_file()]


def modules(folder: str) -> dict[str, str]:
    """The source of every module, by its dotted name."""
    found = sorted(Path(CHECKOUT, folder).rglob("*.py"))
    return {".".join(path.relative_to(CHECKOUT).with_suffix("").parts): path.read_text() for path in found}


def test_the_simulator_is_layered_and_pure():
    faults = [fault for module, source in modules("simulator").items() for fault in simulator_faults(module, source)]

    assert not faults, "\n".join(faults)


def test_the_web_side_knows_only_public_names_of_the_simulator():
    public = frozenset(simulator.__all__)

    faults = [fault for module, source in modules("nodeviz").items() for fault in nodeviz_faults(module, source, public=public)]

    assert not faults, "\n".join(faults)


def test_what_stands_below_knows_nothing_of_classes_lessons_and_the_api():
    faults = [fault for module, source in modules("nodeviz").items() for fault in nodeviz_layer_faults(module, source)]

    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    ("module", "source", "count"),
    [
        pytest.param("nodeviz.runs.views", "from nodeviz.classroom.lessons import lesson", 1, id="a run's page that knows lessons"),
        pytest.param("nodeviz.scenarios.gallery", "from nodeviz import classroom", 1, id="the same through the package"),
        pytest.param("nodeviz.urls", "import nodeviz.classroom.urls", 0, id="the table of addresses may"),
        pytest.param("nodeviz.classroom.lesson_pages", "from nodeviz.api.gate import kept", 1, id="a lesson's page that knows the API"),
        pytest.param("nodeviz.api.facts", "from nodeviz.classroom.lessons import lessons", 0, id="the API lists lessons"),
        pytest.param("nodeviz.classroom.lesson_pages", "from nodeviz.runs.views import page_of_any_run", 0, id="a lesson's page knows that of a run"),
    ],
)
def test_who_may_know_what_stands_above(module, source, count):
    assert len(nodeviz_layer_faults(module, source)) == count


@pytest.mark.parametrize(
    ("module", "source", "expected"),
    [
        pytest.param("simulator.kubelet.pleg", "import django.db", "django, which is not on the list", id="a web framework in the kubelet"),
        pytest.param("simulator.pod", "from celery import shared_task", "celery, which is not on the list", id="a task queue in a value"),
        pytest.param("simulator.units", "from simulator.engine.agenda import Agenda", "values may not import engine", id="a value that knows the agenda"),
        pytest.param("simulator.units", "from simulator import simulation", "values may not import wiring", id="the same through the package"),
        pytest.param("simulator.engine.agenda", "import simulator.kubelet.pleg", "engine may not import kubelet", id="an engine that knows the kubelet"),
        pytest.param("simulator.runtime.images", "from simulator.kubelet import backoff", "runtime may not import kubelet", id="a runtime that knows it"),
        pytest.param("simulator.manifest.load", "from simulator.runtime.world import World", "manifest may not import runtime", id="a manifest that runs"),
        pytest.param("simulator.shell.words", "from simulator.runtime import world", "shell may not import runtime", id="a shell that knows the runtime"),
        pytest.param("simulator.kubelet.pleg", "from simulator.kubelet import prober", "pleg.py may not import kubelet/prober.py", id="siblings"),
        pytest.param(
            "simulator.kubelet.backoff",
            "from simulator.kubelet.pod_manager import PodManager",
            "backoff.py may not import kubelet/pod_manager.py",
            id="a rule that asks one who carries out",
        ),
        pytest.param("simulator.kubelet.pleg", "def f():\n    import json", "inside a function", id="an import inside a function"),
        pytest.param("simulator.kubelet.pleg", "from . import backoff", "relative name", id="a relative import"),
        pytest.param("simulator.kubelet.pleg", "import yaml", "yaml, which is for manifest", id="a parser in the kubelet"),
        pytest.param("simulator.kubelet.pleg", "from time import monotonic", "time, whose answers", id="the wall clock"),
        pytest.param("simulator.shell.dates", "from datetime import datetime\nmoment = datetime.now()", "calls now()", id="the time of day"),
        pytest.param("simulator.engine.streams", "import random", "random, whose answers", id="chance from outside"),
        pytest.param("simulator.kubelet.pleg", "print('relist')", "calls print()", id="a module that talks"),
        pytest.param("simulator.kubelet.pleg", "key = id(pod)", "calls id()", id="an address in memory"),
        pytest.param("simulator.kubelet.pleg", "order = [name for name in {'b', 'a'}]", "iterates over a set", id="the order of a set"),
        pytest.param("simulator.kubelet.pleg", "for name in set(names):\n    start(name)", "iterates over a set", id="the order of a list made a set"),
    ],
)
def test_a_planted_fault_in_the_simulator_is_found(module, source, expected):
    (fault,) = simulator_faults(module, source)

    assert expected in fault


@pytest.mark.parametrize(
    ("module", "source"),
    [
        pytest.param("simulator.kubelet.kubelet", "from simulator.kubelet.pleg import Pleg", id="the kubelet wires its subsystems"),
        pytest.param("simulator.kubelet.prober", "from simulator.kubelet import status", id="a subsystem asks a rule"),
        pytest.param("simulator.kubelet.pleg", "from simulator.engine.agenda import Agenda", id="a subsystem arms timers"),
        pytest.param("simulator.manifest.compose", "import yaml", id="the manifest parses"),
        pytest.param("simulator.__main__", "import simulator.formats\nprint('trace')", id="the command line prints"),
    ],
)
def test_what_is_allowed_is_not_a_fault(module, source):
    assert simulator_faults(module, source) == []


@pytest.mark.parametrize(
    "source", [pytest.param("from simulator.kubelet import pleg", id="a module"), pytest.param("from simulator import Kubelet", id="a private name")]
)
def test_a_planted_fault_in_the_web_side_is_found(source):
    assert len(nodeviz_faults("nodeviz.runs.tasks", source, public=frozenset({"simulate"}))) == 1


@pytest.mark.parametrize(
    ("word", "modules"),
    [
        pytest.param(r"\bPlotly\.|\bPlotly\b(?=[\[(])", {"chart.js", "tracks.js"}, id="only the bars' axis and the node's tracks call Plotly"),
        pytest.param(r"\bnew WebSocket\b", {"socket.js"}, id="only the socket module opens a WebSocket"),
    ],
)
def test_few_modules_of_the_page_know_each_library(word, modules):
    pages = [path for path in files_of_the_repository() if path.is_relative_to(CHECKOUT / "static" / "js") and path.suffix == ".js"]

    assert {path.name for path in pages if re.search(word, path.read_text())} == modules


def wanted_packages() -> set[str]:
    """Of every list: Python's and the browser's."""
    lists = [*CHECKOUT.glob("requirements*.txt"), CHECKOUT / "frontend" / "requirements.txt"]
    lines = [line for path in lists for line in path.read_text().splitlines()]
    package = json.loads((CHECKOUT / "package.json").read_text())
    names = {found.group().lower() for line in lines if (found := re.match(r"[A-Za-z][\w.-]*", line))}
    return names | set(package.get("dependencies", {})) | set(package.get("devDependencies", {}))


def test_every_dependency_is_defended_in_a_sentence():
    page = (CHECKOUT / "docs" / "dependencies.md").read_text()
    defended = {name.lower() for row in re.findall(r"^\| (.+?) \|", page, flags=re.MULTILINE) for name in re.findall(r"`([^`]+)`", row)}

    assert wanted_packages() == defended


def test_every_dependency_is_pinned():
    lists = [*CHECKOUT.glob("requirements*.txt"), CHECKOUT / "constraints.txt", CHECKOUT / "frontend" / "requirements.txt"]

    loose = [line for path in lists for line in path.read_text().splitlines() if re.match(r"[A-Za-z]", line) and "==" not in line]

    assert loose == []


def test_no_file_names_a_path_of_the_machine_it_was_written_on():
    found = []
    for path in files_of_the_repository():
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(CHECKOUT)}:{number}" for number, line in enumerate(text.splitlines(), 1) if MACHINE_PATHS.search(line)]

    assert found == []


def test_no_module_is_longer_than_anybody_reads():
    found = [path for path in files_of_the_repository() if path.suffix in (".py", ".js") and "migrations" not in path.parts]

    too_long = {str(path.relative_to(CHECKOUT)): lines for path in found if (lines := len(path.read_text().splitlines())) > MAX_MODULE_LINES}

    assert too_long == {}
