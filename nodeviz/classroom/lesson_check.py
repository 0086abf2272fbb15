"""Is a lesson true, and does it keep its answers to itself? Loads, simulates, compares with the trace; every problem of every step at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import simulator
from nodeviz.classroom.giving_away import leaks
from nodeviz.classroom.lesson_fields import Problems, Refused
from nodeviz.classroom.lesson_loading import load
from nodeviz.classroom.lesson_runs import LessonRun, Unusable, run_of, text_of
from nodeviz.classroom.lesson_truth import Truth, truth_of
from nodeviz.classroom.lesson_values import Build, Lesson, Place, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedStep:
    """A step with what its run says."""

    step: Step
    run: LessonRun | None
    solution: LessonRun | None
    truth: Truth


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedLesson:
    """A lesson that has been checked."""

    lesson: Lesson
    steps: tuple[PlayedStep, ...]


def played(folder: Path) -> PlayedLesson:
    """The lesson in a folder, with its runs and its right answers. Raises Refused with every problem, files named as `lessons/NAME/FILE`."""
    try:
        lesson = load(folder)
        problems = Problems()
        steps = tuple(_played(lesson, step, problems) for step in lesson.steps)
        if problems.found:
            raise Refused(problems.found)
    except Refused as error:
        raise Refused(_in_folder(error.problems, f"{folder.parent.name}/{folder.name}")) from error
    return PlayedLesson(lesson=lesson, steps=steps)


def folders(lessons: Path) -> Iterator[Path]:
    """Each holds a lesson."""
    yield from sorted(path for path in lessons.glob("*/") if any(path.iterdir()))


def _in_folder(problems: tuple[simulator.Problem, ...], folder: str) -> list[simulator.Problem]:
    return [replace(problem, file=f"{folder}/{problem.file}") for problem in problems]


def _played(lesson: Lesson, step: Step, problems: Problems) -> PlayedStep:
    run = solution = None
    if step.scenario is not None:
        run = _run(lesson, step.scenario, step.at("scenario"), problems)
    if isinstance(step.ask, Build):
        solution = _run(lesson, step.ask.solution, replace(step.ask.place, path="ask.solution"), problems)
    if run is None:
        return PlayedStep(step=step, run=None, solution=solution, truth=Truth())
    if step.stop_ms / 1000 >= run.end_s:
        problems.add(step.at("stop"), f"the run ends at {run.end_s} s, so nothing is left to be asked")
    truth = truth_of(step, run, solution, problems)
    if step.ask is not None:
        for place, sentence in leaks(lesson, step, truth, run.records):
            problems.add(place, f"gives the answer away: {sentence}")
    return PlayedStep(step=step, run=run, solution=solution, truth=truth)


def _run(lesson: Lesson, scenario: str, place: Place, problems: Problems) -> LessonRun | None:
    try:
        return run_of(*text_of(lesson, scenario))
    except Unusable as error:
        problems.add(place, str(error))
        return None
