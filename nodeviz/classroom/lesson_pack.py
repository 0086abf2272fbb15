"""What does the browser load of a lesson? One JSON file: questions with their answers, and each run once. The same bytes for the same lesson and simulator.

    {"name", "title", "steps": [{"title", "run", "stop_s", "until_s", "ask"}], "runs": [{"text", "file_name", "messages"}]}

The messages are those of `nodeviz/runs/frames.py`; the texts of the steps are in the page. `docs/lessons.md` has the fields of each kind of question.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from nodeviz.classroom.lesson_check import PlayedLesson, PlayedStep, folders, played
from nodeviz.classroom.lesson_fields import Refused
from nodeviz.classroom.lesson_runs import LessonRun
from nodeviz.classroom.lesson_values import MS, Build, Choose, Goal, Moment, Order, Pattern

Json = dict[str, Any]
Record = Mapping[str, Any]

MARKS = ".built.json"
"""Beside the packs: from what each was made."""

MADE_FROM = (
    "simulator/**/*.py",
    "simulator/**/*.yaml",
    "nodeviz/classroom/*.py",
    "nodeviz/runs/frames.py",
    "nodeviz/runs/models.py",
    "nodeviz/scenarios/about.py",
    "nodeviz/scenarios/changes.py",
    "nodeviz/scenarios/documents.py",
    "nodeviz/scenarios/gallery.py",
    "nodeviz/scenarios/models.py",
    "scenarios/*/*.yaml",
)
"""Besides the lesson's own folder: the modules that this one imports, and those that they do, and what they read."""


def pack_of(lesson: PlayedLesson) -> str:
    """Its JSON."""
    runs: list[LessonRun] = []
    steps = [_step(step, runs) for step in lesson.steps]
    head = _json({"name": lesson.lesson.name, "title": lesson.lesson.title, "steps": steps})
    # Messages are JSON already, and stay as a socket would send them.
    written = [f'{_json({"text": run.text, "file_name": run.file_name})[:-1]},"messages":[{",".join(run.messages)}]}}' for run in runs]
    return f'{head[:-1]},"runs":[{",".join(written)}]}}\n'


def _step(played_step: PlayedStep, runs: list[LessonRun]) -> Json:
    step, run = played_step.step, played_step.run
    if run is None:
        return {"title": step.title, "run": None, "stop_s": 0, "until_s": 0, "ask": None}
    end_ms = round(run.end_s * MS)
    until_ms = end_ms if step.until_ms is None else min(step.until_ms, end_ms)
    return {"title": step.title, "run": _index(run, runs), "stop_s": step.stop_ms / MS, "until_s": until_ms / MS, "ask": _ask(played_step, run, runs)}


def _index(run: LessonRun, runs: list[LessonRun]) -> int:
    """Of a run among those of the lesson; it is added if no step before has it."""
    if run not in runs:
        runs.append(run)
    return runs.index(run)


def _ask(played_step: PlayedStep, run: LessonRun, runs: list[LessonRun]) -> Json | None:
    truth = played_step.truth
    proof = [_instant(record, run) for record in truth.proof]
    match played_step.step.ask:
        case None:
            return None
        case Choose(question=question, options=options, answer=answer):
            return {"kind": "choose", "question": question, "options": list(options), "answer": list(answer), "proof": proof}
        case Order(question=question, items=items):
            rows = dict(zip(truth.order, (row_of(record, run.records) for record in truth.records), strict=True))
            listed = [{"label": item.label, "row": rows[index]} for index, item in enumerate(items)]
            times_s = [record["t"] for record in truth.records]
            return {"kind": "order", "question": question, "items": listed, "answer": list(truth.order), "times_s": times_s, "proof": proof}
        case Moment(question=question, tolerance_ms=tolerance_ms):
            record = truth.records[0]
            there = {"answer_s": record["t"], "tolerance_s": tolerance_ms / MS, "row": row_of(record, run.records)}
            return {"kind": "moment", "question": question, **there, "proof": proof}
        case Build(question=question, goals=goals):
            solution = _index(played_step.solution, runs) if played_step.solution else None
            return {"kind": "build", "question": question, "goals": [_goal(goal) for goal in goals], "solution": solution, "proof": proof}


def _goal(goal: Goal) -> Json:
    if goal.of is None:
        return {"text": goal.text, "absent": _pattern(goal.absent)}
    before = {} if goal.before_ms is None else {"before_s": goal.before_ms / MS}
    return {"text": goal.text, "of": _pattern(goal.of), **before}


def _pattern(pattern: Pattern | None) -> Json | None:
    if pattern is None:
        return None
    nth = {} if pattern.nth is None else {"nth": pattern.nth}
    return {**pattern.fields, **nth, **({"last": True} if pattern.last else {})}


def _instant(record: Record, run: LessonRun) -> Json:
    pod = str(record.get("pod", "")).split("/")[-1]
    named = [part for part in (pod, str(record.get("object", ""))) if part and part != "pod"]
    return {"seq": record["seq"], "t": record["t"], "object": "/".join(named), "row": row_of(record, run.records)}


def row_of(record: Record, records: Iterable[Record]) -> str | None:
    """The row of the chart that a record is about, by its key (`static/js/gantt/spans.js`); None for what is the node's."""
    pod, name = record.get("pod"), record.get("object")
    if not pod:
        return None
    is_container = any(other.get("pod") == pod and other.get("object") == name and "container_type" in other for other in records)
    return f"{pod}/{name}" if is_container else str(pod)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


# -- files ---------------------------------------------------------------------------------------------------------------------------


def build(lessons: Path, packs: Path, program: Path) -> tuple[list[str], list[Refused]]:
    """Write the packs that are not those of the lessons as they are now, and remove what belongs to no lesson, or to one that is refused.

    `program`: the folder of the checkout. Answers the names of what was written, and what was refused.
    """
    packs.mkdir(parents=True, exist_ok=True)
    known = _marks(packs)
    basis = _digest(path for pattern in MADE_FROM for path in program.glob(pattern))
    marks: dict[str, str] = {}
    written: list[str] = []
    refused: list[Refused] = []
    for folder in folders(lessons):
        path = packs / f"{folder.name}.json"
        mark = f"{basis} {_digest(folder.iterdir())}"
        if known.get(folder.name) != mark or not path.is_file():
            try:
                _write(path, pack_of(played(folder)))
            except Refused as error:
                refused.append(error)
                continue
            written.append(folder.name)
        marks[folder.name] = mark
    for path in packs.glob("*.json"):
        if path.name != MARKS and path.stem not in marks:
            path.unlink()
    _write(packs / MARKS, _json(marks))
    return written, refused


def is_current(lesson: Path, packs: Path) -> bool:
    """Is there a pack, of the lesson's files as they are now?"""
    return (packs / f"{lesson.name}.json").is_file() and _marks(packs).get(lesson.name, "").endswith(f" {_digest(lesson.iterdir())}")


def _marks(packs: Path) -> dict[str, str]:
    try:
        marks: dict[str, str] = json.loads((packs / MARKS).read_text())
    except (OSError, ValueError):
        return {}
    return marks


def _digest(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(paths):
        if path.is_file():
            digest.update(f"{path.name}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:24]


def _write(path: Path, text: str) -> None:
    """Whole or not at all."""
    draft = path.with_suffix(".draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
