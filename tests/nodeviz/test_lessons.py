"""Is every lesson true, and does none give its answers away? All lessons that come with nodeviz; and each rule, shown to fire on a lesson that breaks it."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

import simulator
from nodeviz.classroom.giving_away import contains, in_order, times_near
from nodeviz.classroom.lesson_check import folders, played
from nodeviz.classroom.lesson_fields import Refused
from nodeviz.classroom.lesson_texts import comments, without_comments, without_title
from nodeviz.classroom.lessons import LESSONS
from nodeviz.scenarios import gallery
from tests.nodeviz.lessons import POD, planted

ALL = list(folders(LESSONS))
ours = functools.cache(played)
"""One of nodeviz' own lessons, which no test changes."""


def trace(text: str) -> list[str]:
    """Byte for byte."""
    return [simulator.encode(record) for record in simulator.simulate(simulator.load({"": text}))]


def problems(folder: Path) -> list[str]:
    """What the check says, without the folder's name."""
    with pytest.raises(Refused) as refused:
        played(folder)
    return [str(problem).removeprefix("lessons/two-containers/") for problem in refused.value.problems]


@pytest.mark.parametrize("folder", ALL, ids=[folder.name for folder in ALL])
def test_a_lesson_is_true_and_keeps_its_answers(folder):
    lesson = ours(folder).lesson

    assert lesson.asked >= 3, "a lesson asks"
    assert all(step.reveal for step in lesson.steps if step.ask), "an answer is explained"


def test_there_are_lessons_of_all_four_kinds_in_an_order_of_their_own():
    lessons = [ours(folder).lesson for folder in ALL]

    assert len(lessons) >= 9
    assert len({lesson.order for lesson in lessons}) == len(lessons)
    assert {type(step.ask).__name__ for lesson in lessons for step in lesson.steps if step.ask} == {"Choose", "Order", "Moment", "Build"}


def test_the_good_lesson_is_taken(tmp_path):
    assert [type(step.step.ask).__name__ for step in played(planted(tmp_path)).steps] == ["Choose", "Order", "Moment", "Build"]


# Each breaks one thing.
@pytest.mark.parametrize(
    ("spoiled", "expected"),
    [
        # -- files and fields
        pytest.param({"head": ("minutes: 5", "minutes: 90")}, "lesson.yaml:6:1: minutes: a whole number from 5 to 15", id="it takes too long"),
        pytest.param({"head": ("[sidecars]", "[sidecar]")}, 'lesson.yaml:7:1: tags: there is no tag sidecar; did you mean "sidecars"?', id="an unknown tag"),
        pytest.param({"head": ("objective:", "objectve:")}, 'objectve: there is no such field; did you mean "objective"?', id="a misspelt field"),
        pytest.param({"head": ("objective: Say who starts first.\n", "")}, "objective: is missing", id="a field that is missing"),
        pytest.param({"head": ("order: 1", "order: [1")}, "lesson.yaml:9:1: no YAML", id="a list without its end"),
        pytest.param({"head": ("[sidecars]", "&a [sidecars]")}, "anchors and aliases", id="an anchor"),
        pytest.param({"head": ("order: 1", "order: !!int 1")}, "the tag", id="a tag of YAML"),
        pytest.param({"head": ("title: Two", "title: &x\n  [[[[[[[[[[[[[[1]]]]]]]]]]]]]]\nname: Two")}, "anchors", id="nested without end"),
        pytest.param({"end": ("stop: 1s", "stop: soon")}, "01-the-end.md:4:1: stop: a duration", id="a duration that is none"),
        pytest.param({"end": ("stop: 1s", "stop: 9s\nuntil: 8s")}, "until: must be later than stop", id="the end before the stop"),
        pytest.param({"end": ("scenario: pod.yaml\n", "")}, "scenario: is missing", id="a question without a run"),
        pytest.param({"end": ("pod.yaml", "other.yaml")}, "scenario: there is no file other.yaml", id="a file that is not there"),
        pytest.param({"end": ("pod.yaml", "no-such-example")}, "scenario: there is no example no-such-example", id="an example that is not there"),
        pytest.param({"end": ("answer: 1", "answer: 4")}, "ask.answer: a number from 1 to 3", id="an answer that is no option"),
        pytest.param({"end": ("kind: choose", "kind: chose")}, "ask.kind: must be one of", id="an unknown kind"),
        pytest.param({"end": ("The program works for a while.\n", "")}, "body: has no text", id="a step without a text"),
        pytest.param({"end": ("---\ntitle", "title")}, "01-the-end.md:1:1: begins with front matter", id="no front matter"),
        pytest.param({"better": ("fixed.yaml", "pod.yaml")}, "fixed.yaml:0:1: no step uses this file", id="a file that nobody uses"),
        pytest.param(
            {"pod": ("containers:\n    - {name: app", "containers:\n    - {nam: app")},
            "scenario: pod.yaml:9:",
            id="a pod that the API server refuses",
        ),
        # -- what the trace says
        pytest.param({"end": ("exit_code: 3", "exit_code: 4")}, "proof[0]: the run has no such record; with everything but exit_code", id="no such record"),
        pytest.param(
            {"end": ("call: exit event", "call: exit event, nth: 2")},
            "proof[0]: the run has no such record; 1 of its records fit",
            id="no second one",
        ),
        pytest.param({"end": ("to: Succeeded", "to: Failed")}, "absent[0]: the run has such a record", id="what must not be is"),
        pytest.param({"end": ("stop: 1s", "stop: 20s")}, "stop: the chart shows all of the proof before the answer", id="all is shown before"),
        pytest.param({"end": ("stop: 1s", "until: 3s")}, "until: the clock stops before the proof is there", id="the proof is never shown"),
        pytest.param({"end": ("exit_code: 3}", "exit_code: 3}\n  - {layer: action, nth: 1}")}, "proof[1]: the run has no such record", id="an invented one"),
        pytest.param(
            {"end": ("to: Failed}", "to: Failed}\n  - {layer: runtime, object: app, call: exit event, nth: 1}")},
            "proof[2]: comes before the record that is named before it",
            id="a proof in the wrong order",
        ),
        pytest.param(
            {"first": ("label: the program, of: {layer: runtime, object: app", "label: the program, of: {layer: runtime, object: proxy")},
            "same instant",
            id="two at once",
        ),
        pytest.param({"first": ("scenario: pod.yaml", "scenario: pod.yaml\nstop: 900ms")}, "the chart shows it before the answer", id="an order that is seen"),
        pytest.param({"long": ("stop: 1s", "until: 2s")}, "ask.of: the clock stops before it", id="a moment that never comes"),
        pytest.param({"long": ("exit event", "exits")}, "ask.of: the run has no such record", id="a moment of nothing"),
        pytest.param(
            {"better": ("to: Succeeded}, before: 20s", "to: Succeeded}, before: 2s")},
            "ask.goals[0]: fixed.yaml does not reach",
            id="too late a solution",
        ),
        pytest.param({"better": ("to: Failed", "to: Succeeded")}, "ask.goals[1]: fixed.yaml does not reach this goal", id="a solution that is none"),
        # -- giving away
        pytest.param(
            {"end": ("The program works", "It becomes a pod that has *failed*. It works")},
            "body: gives the answer away: has the words of the right",
            id="option in the text",
        ),
        pytest.param(
            {"end": ("What does the API show in the end?", "Is it a pod that has failed?")},
            "ask.question: gives the answer away",
            id="in the question",
        ),
        pytest.param(
            {"end": ("title: The end of the work", "title: A pod that has failed")},
            "01-the-end.md:2:1: title: gives the answer away",
            id="in the title",
        ),
        pytest.param(
            {"long": ("title: How long", "title: A pod that has failed")},
            "03-how-long.md:2:1: title: gives the answer away",
            id="in another step's title",
        ),
        pytest.param(
            {"head": ("Somebody has to begin.", "It ends as a pod that has failed.")},
            "lesson.yaml:0:1: story: gives the answer away",
            id="in the story",
        ),
        pytest.param({"end": ("for a while", "until it says Error")}, "body: gives the answer away: says 'Error'", id="a reason of the proof"),
        pytest.param(
            {"pod": ("app: {runs", "# Error\n    app: {runs")},
            "pod.yaml:0:1: comments: gives the answer away: says 'Error'",
            id="a comment of the scenario",
        ),
        pytest.param(
            {"first": ("Look at", "First the helper, then the program. Look at")},
            "body: gives the answer away: has the labels",
            id="labels in their order",
        ),
        pytest.param({"long": ("a while", "about 6 seconds")}, "body: gives the answer away: names the moment", id="a moment's time, rounded"),
    ],
)  # fmt: skip
def test_a_lesson_is_refused_that_breaks_one_rule(tmp_path, spoiled, expected):
    found = problems(planted(tmp_path, **spoiled))

    assert any(expected in problem for problem in found), found


def test_every_problem_comes_at_once(tmp_path):
    found = problems(planted(tmp_path, head=("minutes: 5", "minutes: x"), end=("answer: 1", "answer: 9"), long=("tolerance: 500ms", "tolerance: 1")))

    assert [problem.partition(":")[0] for problem in found] == ["01-the-end.md", "03-how-long.md", "lesson.yaml"]


def test_the_items_of_an_order_may_not_stand_in_their_true_one(tmp_path):
    folder = planted(tmp_path)
    path = folder / "02-who-is-first.md"
    lines = path.read_text().splitlines()
    lines[7], lines[8] = lines[8], lines[7]
    path.write_text("\n".join(lines))

    assert any("ask: the items stand in their true order" in problem for problem in problems(folder))


def test_a_text_to_build_on_must_leave_something_to_do(tmp_path):
    assert any("reaches all goals already" in problem for problem in problems(planted(tmp_path, pod=(", exitCode: 3", ""))))


@pytest.mark.parametrize(
    "spoiled",
    [
        pytest.param({"end": ("Nothing at all", "An Error")}, id="it stands among the options"),
        pytest.param({"end": ("Nothing at all", "Nothing")}, id="nothing says it"),
    ],
)
def test_a_word_is_known_that(tmp_path, spoiled):
    folder = planted(tmp_path, **spoiled)
    path = folder / "01-the-end.md"
    said = "works until it says Error" if "An Error" in path.read_text() else "works"
    path.write_text(path.read_text().replace("works for a while", said))

    assert played(folder).lesson.asked == 4


def test_a_word_is_known_that_an_earlier_step_has_revealed(tmp_path):
    folder = planted(tmp_path, end=("for a while", "until Error"))
    (folder / "00-before.md").write_text("---\ntitle: Before\n---\nAn exit code that is not 0 is shown as Error.\n")

    assert len(played(folder).steps) == 5


def test_a_word_is_known_that_the_chart_shows_already(tmp_path):
    """`Failed` is the pod's phase when the clock stops; the proof says it again."""
    folder = planted(tmp_path, end=("stop: 1s", "stop: 8s"))
    path = folder / "01-the-end.md"
    path.write_text(path.read_text().replace("to: Failed}", "to: Failed}\n  - {layer: end}").replace("for a while", "and is Failed"))

    assert played(folder).lesson.asked == 4


@pytest.mark.parametrize(
    ("text", "phrase", "expected"),
    [
        pytest.param("It is *OOMKilled*.", "oomkilled", True, id="marked up, in another case"),
        pytest.param("The restarted one", "start", False, id="a part of a word"),
        pytest.param("the\nproxy, then", "The proxy", True, id="across two lines"),
        pytest.param("`waiting`", "waiting", True, id="as code"),
        pytest.param("One.\n\nThe proxy.\n\nTwo.", "the proxy", True, id="between two paragraphs"),
        pytest.param("```\nstate: Failed\n```", "failed", True, id="in a block of code"),
        pytest.param("anything", "…", False, id="a phrase without words is nowhere"),
    ],
)
def test_words_are_found(text, phrase, expected):
    assert contains(text, phrase) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("after 22 seconds", ["22 seconds"], id="the whole number below"),
        pytest.param("after 23 s", ["23 s"], id="the one above"),
        pytest.param("at 22.3", ["22.3"], id="a bare number with a decimal"),
        pytest.param("at 22.1 s", [], id="another one"),
        pytest.param("22 pods, 22 MiB, 22 %", [], id="numbers that are no times"),
        pytest.param("22300ms", ["22300ms"], id="in milliseconds"),
        pytest.param("24 seconds", [], id="no nearer than a guess"),
        pytest.param("at 0:22", ["0:22"], id="as on a clock"),
        pytest.param("at 1:22, image 80:8022, v1.22.3", [], id="as on another one, and what is none"),
        pytest.param("0,39 min or 22,300 ms", ["22,300 ms"], id="a comma between thousands, and another moment"),
        pytest.param("between 10 s and 22 s", ["10 s and 22 s"], id="one of two"),
    ],
)
def test_times_are_found_that_say_22_3_seconds(text, expected):
    assert times_near(text, 22.3) == expected


@pytest.mark.parametrize("text", ["1m30s", "1m 30s", "1 min 30 s", "1 minute and 30 seconds", "1:30", "1,5 min", "1.5 minutes", "90.0", "0h1m30s", "90-second"])
def test_times_are_found_that_say_90_seconds_in_several_numbers(text):
    assert times_near(f"It is killed {text} later.", 90) == [text]


@pytest.mark.parametrize(("text", "expected"), [("1h0m", ["1h0m"]), ("1:00:00", ["1:00:00"]), ("1h1m", ["1h1m"]), ("2h 1m", [])])
def test_times_are_found_that_say_an_hour(text, expected):
    assert times_near(text, 3600) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("one, two, three", True, id="in their order"),
        pytest.param("two, one, three", False, id="in another"),
        pytest.param("three one two three", True, id="a sequence that runs through a longer one"),
        pytest.param("one and two\n\nthree", False, id="in two paragraphs"),
        pytest.param("one, two", False, id="not all of them"),
    ],
)
def test_labels_are_found_in_their_order(text, expected):
    assert in_order(text, ["one", "two", "three"]) is expected


# -- the text that is shown ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("example", gallery.examples(), ids=lambda example: example.name)
def test_an_example_without_what_tells_its_ending_is_the_same_run(example):
    shown = without_title(without_comments(example.text))

    assert comments(shown) == ""
    assert not {"  title:", "  description:"} & {line.partition(":")[0] + ":" for line in shown.splitlines()}
    assert trace(shown) == trace(example.text)


def test_a_hash_within_a_script_is_no_comment():
    text = 'a: "x # y" # told\nscript: |\n  echo 1 # kept\n# told, too\nb: 1\n'

    assert without_comments(text) == 'a: "x # y"\nscript: |\n  echo 1 # kept\nb: 1\n'
    assert comments(text) == "told\ntold, too"


def test_a_scenario_with_nothing_but_a_title_stays_one():
    text = POD.partition("---\n")[0] + "---\napiVersion: nodeviz.dev/v1alpha1\nkind: Scenario\nmetadata: {name: x}\nspec:\n  title: The end\n"

    assert without_title(text).endswith("kind: Scenario\nspec: {}\n")
    assert trace(without_title(text)) == trace(text)


def test_a_title_among_other_fields_on_one_line_is_refused_rather_than_lost(tmp_path):
    folder = planted(tmp_path)
    pod = POD.partition("---\n")[0]
    (folder / "pod.yaml").write_text(pod + "---\napiVersion: nodeviz.dev/v1alpha1\nkind: Scenario\nspec: {title: The end, until: 30s}\n")

    assert any("title and description cannot be taken out" in problem for problem in problems(folder))


# -- the command ---------------------------------------------------------------------------------------------------------------------


def test_the_command_lists_every_problem_and_fails(tmp_path, capsys):
    planted(tmp_path, end=("answer: 1", "answer: 9"))

    with pytest.raises(CommandError, match="1 problem"):
        call_command("check_lessons", lessons=tmp_path / "lessons")
    assert capsys.readouterr().err.startswith("lessons/two-containers/01-the-end.md:9:1: ask.answer: a number from 1 to 3")


def test_the_command_says_what_it_has_found_good(tmp_path, capsys):
    planted(tmp_path)
    call_command("check_lessons", "two-containers", lessons=tmp_path / "lessons")

    assert capsys.readouterr().out == "two-containers: 4 steps, 4 questions, 5 minutes\n"


def test_a_name_that_no_lesson_has_is_a_mistake(tmp_path):
    planted(tmp_path)

    with pytest.raises(CommandError, match="there is no lesson nobody"):
        call_command("check_lessons", "nobody", lessons=tmp_path / "lessons")
