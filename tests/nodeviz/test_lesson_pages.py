"""What do browsers get of a lesson? The pack, made at set-up; the list and the page; the file that needs no server; the handout."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client

from nodeviz.classroom import lessons
from nodeviz.classroom.lesson_check import PlayedLesson, folders, played
from nodeviz.classroom.lesson_file import without_building
from nodeviz.classroom.lesson_pack import MADE_FROM, MARKS, build, pack_of
from nodeviz.classroom.lesson_truth import reached
from nodeviz.classroom.lesson_values import Build
from tests import surroundings
from tests.architecture import imports_of
from tests.nodeviz.lessons import planted

ALL = list(folders(lessons.LESSONS))


@pytest.fixture
def lesson(tmp_path: Path) -> PlayedLesson:
    """The good one."""
    return played(planted(tmp_path))


@pytest.fixture
def pack(lesson: PlayedLesson) -> dict[str, Any]:
    """What is loaded of it."""
    loaded: dict[str, Any] = json.loads(pack_of(lesson))
    return loaded


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The good lesson in the place of all others; its folder."""
    folder = planted(tmp_path)
    build(folder.parent, tmp_path / "packs", settings.BASE_DIR)
    monkeypatch.setattr(lessons, "LESSONS", folder.parent)
    monkeypatch.setattr(lessons, "PACKS", tmp_path / "packs")
    lessons.lessons.cache_clear()
    lessons.pack_head.cache_clear()
    yield folder
    lessons.lessons.cache_clear()
    lessons.pack_head.cache_clear()


def records_of(run: dict[str, Any]) -> list[dict[str, Any]]:
    """All, in their order."""
    return [record for message in run["messages"] if message[0] == "e" for record in message[2]]


# -- the pack ------------------------------------------------------------------------------------------------------------------------


def test_runs_that_steps_share_stand_there_once(pack):
    assert [step["run"] for step in pack["steps"]] == [0, 0, 0, 0]
    assert pack["steps"][3]["ask"]["solution"] == 1
    assert len(pack["runs"]) == 2


def test_a_run_is_what_a_socket_would_send(pack):
    messages = pack["runs"][0]["messages"]

    assert [message[0] for message in messages][:1] + [message[0] for message in messages][-1:] == ["h", "s"]
    assert [record["seq"] for record in records_of(pack["runs"][0])] == list(range(len(records_of(pack["runs"][0]))))
    assert messages[-1][1] == "finished"
    assert messages[-1][2]["verdict"]["headline"]


def test_the_answers_are_those_of_the_trace(pack):
    end, first, long, better = (step["ask"] for step in pack["steps"])
    exits = next(record for record in records_of(pack["runs"][0]) if record.get("call") == "exit event")

    assert (end["answer"], [proof["row"] for proof in end["proof"]]) == ([1], ["default/web/app", "default/web"])
    assert (first["answer"], [item["row"] for item in first["items"]]) == ([1, 0], ["default/web/app", "default/web/proxy"])
    assert first["times_s"] == sorted(first["times_s"])
    assert (long["answer_s"], long["tolerance_s"], long["row"]) == (exits["t"], 0.5, "default/web/app")
    assert better["goals"][0] == {"text": "The pod succeeds", "of": {"layer": "status", "object": "pod", "field": "phase", "to": "Succeeded"}, "before_s": 20.0}


def test_without_until_the_clock_runs_to_the_end(pack):
    assert [step["until_s"] for step in pack["steps"]] == [30.0] * 4
    assert [step["stop_s"] for step in pack["steps"]] == [1.0, 0.0, 1.0, 0.0]


def test_the_same_lesson_has_the_same_bytes(tmp_path):
    once, again = (pack_of(played(planted(tmp_path / name))) for name in ("a", "b"))

    assert once == again


def test_only_what_has_changed_is_computed_again(tmp_path):
    folder, packs = planted(tmp_path), tmp_path / "packs"
    first = build(folder.parent, packs, settings.BASE_DIR)
    second = build(folder.parent, packs, settings.BASE_DIR)
    (folder / "01-the-end.md").write_text((folder / "01-the-end.md").read_text().replace("for a while", "for long"))
    third = build(folder.parent, packs, settings.BASE_DIR)

    assert [first, second, third] == [(["two-containers"], []), ([], []), (["two-containers"], [])]


def test_a_program_that_has_changed_computes_all_again(tmp_path):
    folder, packs, program = planted(tmp_path), tmp_path / "packs", tmp_path / "program"
    (program / "simulator").mkdir(parents=True)
    (program / "simulator/pod.py").write_text("one = 1")
    build(folder.parent, packs, program)
    (program / "simulator/pod.py").write_text("one = 2")

    assert build(folder.parent, packs, program) == (["two-containers"], [])


def test_a_pack_is_made_anew_when_anything_changes_that_makes_it():
    found, todo = set(), [Path("nodeviz/classroom/lesson_pack.py")]
    while todo:
        path = todo.pop()
        if path not in found and (settings.BASE_DIR / path).is_file():
            found.add(path)
            names = [
                each for one in imports_of((settings.BASE_DIR / path).read_text()) for each in (one.module, *(f"{one.module}.{name}" for name in one.names))
            ]
            todo += [Path(*name.split(".")).with_suffix(".py") for name in names if name.startswith("nodeviz.")]

    made_from = {path.relative_to(settings.BASE_DIR) for pattern in MADE_FROM for path in settings.BASE_DIR.glob(pattern)}
    assert Path("nodeviz/scenarios/documents.py") in found
    assert found <= made_from, sorted(found - made_from)


def test_a_lesson_that_is_refused_or_gone_has_no_pack(tmp_path):
    folder, packs = planted(tmp_path), tmp_path / "packs"
    build(folder.parent, packs, settings.BASE_DIR)
    (packs / "gone.json").write_text("{}")
    (folder / "01-the-end.md").write_text("---\ntitle: x\n---\n")
    written, refused = build(folder.parent, packs, settings.BASE_DIR)

    assert (written, len(refused)) == ([], 1)
    assert [path.name for path in packs.iterdir()] == [MARKS]


def test_the_command_says_what_it_computed_and_fails_for_what_is_refused(tmp_path, capsys):
    folder = planted(tmp_path)
    call_command("build_lessons", lessons=folder.parent, packs=tmp_path / "packs")
    (folder / "lesson.yaml").write_text("title: x")

    assert capsys.readouterr().out == "Computed the lessons two-containers\n"
    with pytest.raises(CommandError, match="a lesson is refused and will not be listed"):
        call_command("build_lessons", lessons=folder.parent, packs=tmp_path / "packs")
    assert "lessons/two-containers/lesson.yaml:1:1: objective: is missing" in capsys.readouterr().err


def test_the_browser_reaches_the_goals_that_the_check_reaches():
    """The two read patterns by the same rule: each goal on the run that one starts with, and on that of the solution."""
    lessons_to_build_in = [lesson for lesson in map(played, ALL) if any(isinstance(step.step.ask, Build) for step in lesson.steps)]
    here = [goals_of(lesson) for lesson in lessons_to_build_in]

    assert len(here) >= 2
    assert [in_the_browser(pack_of(lesson)) for lesson in lessons_to_build_in] == here


def goals_of(lesson: PlayedLesson) -> list[list[bool]]:
    """Which are reached by what one starts with, and which by the solution; step after step."""
    return [
        reached(step.step.ask.goals, run.records)
        for step in lesson.steps
        if isinstance(step.step.ask, Build)
        for run in (step.run, step.solution)
        if run is not None
    ]


def in_the_browser(pack: str) -> list[list[bool]]:
    """The same, by static/js/lesson/scoring.js."""
    script = """
        import { goalsReached } from "./static/js/lesson/scoring.js";
        let text = "";
        for await (const part of process.stdin) text += part;
        const pack = JSON.parse(text);
        const records = pack.runs.map(({ messages }) => messages.filter(([kind]) => kind === "e").flatMap(([, , some]) => some));
        const steps = pack.steps.filter(({ ask }) => ask?.kind === "build");
        console.log(JSON.stringify(steps.flatMap(({ run, ask }) => [run, ask.solution].map((index) => goalsReached(ask.goals, records[index], true)))));
    """
    node = shutil.which("node") or surroundings.not_run("needs Node.js")
    done = subprocess.run((node, "--input-type=module", "-e", script), cwd=settings.BASE_DIR, input=pack, capture_output=True, text=True, check=True)
    found: list[list[bool]] = json.loads(done.stdout)
    return found


# -- pages ---------------------------------------------------------------------------------------------------------------------------


def test_the_list_shows_a_lesson_and_what_can_be_done_with_it(installed, client: Client):
    page = client.get("/lessons").content.decode()

    for text in ("Two containers", "A helper and a program share a pod.", "Say who starts first.", "5 minutes", "4 questions", "sidecars"):
        assert text in page
    assert set(re.findall(r'href="(/lessons/[^"]*)"', page)) == {f"/lessons/two-containers{end}" for end in ("", ".html", "/handout")}
    assert '<input type="hidden" name="lesson" value="two-containers">' in page


def test_the_page_has_every_step_hidden_and_every_reveal(installed, client: Client):
    page = client.get("/lessons/two-containers").content.decode()

    assert re.findall(r'<section class="step" data-step="(\d)" hidden>', page) == ["0", "1", "2", "3"]
    assert page.count('<div class="prose reveal" hidden>') == 4
    assert '"lesson": {"name": "two-containers", "pack_url": "/static/vendor/lessons/two-containers.json"}' in page


@pytest.mark.parametrize("address", ["/lessons/none", "/lessons/none.html", "/lessons/none/handout", "/lessons/..", "/lessons/two-containers/x"])
def test_a_lesson_that_is_not_there(installed, client: Client, address):
    assert client.get(address).status_code == 404


def test_a_lesson_that_was_changed_since_is_not_listed(installed, client: Client):
    text = installed / "01-the-end.md"
    text.write_text(text.read_text().replace("for a while", "for long"))
    lessons.lessons.cache_clear()

    assert "No lessons are installed." in client.get("/lessons").content.decode()


def test_a_lesson_without_a_pack_is_not_listed(installed, client: Client):
    (lessons.PACKS / "two-containers.json").unlink()
    lessons.lessons.cache_clear()

    assert client.get("/lessons/two-containers").status_code == 404
    assert "No lessons are installed." in client.get("/lessons").content.decode()


def test_html_in_a_step_is_text(installed, client: Client):
    (installed / "01-the-end.md").write_text("---\ntitle: x\n---\n<script>alert(1)</script>\n")
    build(installed.parent, lessons.PACKS, settings.BASE_DIR)
    lessons.lessons.cache_clear()

    assert "&lt;script&gt;alert(1)" in client.get("/lessons/two-containers").content.decode()


# -- the file ------------------------------------------------------------------------------------------------------------------------


def test_where_one_builds_the_file_shows_the_solution(pack):
    shown = without_building(pack)

    assert [step["ask"] and step["ask"]["kind"] for step in shown["steps"]] == ["choose", "order", "moment", None]
    assert shown["steps"][3]["solved"]
    assert shown["runs"][shown["steps"][3]["run"]]["text"] == pack["runs"][1]["text"]


def test_runs_that_no_step_of_the_file_shows_are_left_out(pack):
    shown = without_building({**pack, "steps": pack["steps"][3:]})

    assert [run["text"] for run in shown["runs"]] == [pack["runs"][1]["text"]]
    assert shown["steps"][0]["run"] == 0


def test_the_file_asks_nobody_for_anything_and_runs_only_our_scripts(installed, client: Client):
    response = client.get("/lessons/two-containers.html")
    text = response.content.decode()
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)

    assert response["Content-Disposition"] == 'attachment; filename="two-containers.html"'
    assert policy
    assert response["Content-Security-Policy"] == policy[1].replace("&#x27;", "'")
    assert "default-src 'none'; script-src 'sha256-" in response["Content-Security-Policy"]
    assert not re.search(r'<(?:script|link|img)[^>]+(?:src|href)="(?!#)', text)


def test_nothing_in_a_pack_ends_the_element_that_it_stands_in(installed, client: Client):
    path = installed / "01-the-end.md"
    path.write_text(path.read_text().replace("Nothing at all", "</script><script>alert(1)</script>"))
    build(installed.parent, lessons.PACKS, settings.BASE_DIR)
    lessons.lessons.cache_clear()
    text = client.get("/lessons/two-containers.html").content.decode()

    assert "</script><script>alert(1)" not in text
    assert "\\u003c/script\\u003e\\u003cscript\\u003ealert(1)" in text


# -- the handout ---------------------------------------------------------------------------------------------------------------------


def test_the_handout_asks_and_does_not_answer(installed, client: Client):
    page = client.get("/lessons/two-containers/handout").content.decode()

    for text in ("What does the API show in the end?", "A pod that goes on", "the helper", "Nothing fails", "When is the work over?"):
        assert text in page
    for text in ("nobody starts it again", 'id="answers"'):
        assert text not in page


def test_the_teachers_handout_has_the_answers_behind_all_questions(installed, client: Client):
    page = client.get("/lessons/two-containers/handout?answers=1").content.decode()
    questions, _, answers = page.partition('id="answers"')

    assert "nobody starts it again" not in questions
    for text in ("1. A pod that has failed", "nobody starts it again", "the helper, at", "0.5 s before or after count as right"):
        assert text in answers
