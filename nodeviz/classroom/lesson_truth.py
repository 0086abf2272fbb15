"""What is the right answer? The trace knows: which records prove it, when they happened, in which order; or why the trace and the lesson disagree."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nodeviz.classroom.lesson_fields import Problems
from nodeviz.classroom.lesson_runs import LessonRun
from nodeviz.classroom.lesson_values import MS, Build, Choose, Goal, Moment, Order, Pattern, Place, Step
from nodeviz.classroom.patterns import record_of, why_not

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """Of one step."""

    proof: tuple[Record, ...] = ()
    order: tuple[int, ...] = ()
    """The items in their true order, counted from 0."""
    records: tuple[Record, ...] = ()
    """order: those of the items, in true order. moment: the one."""


def truth_of(step: Step, run: LessonRun, solution: LessonRun | None, problems: Problems) -> Truth:
    """What the trace says to a step's question. Where it says otherwise than the lesson, a problem is noted."""
    proof = _proof(step, run, problems)
    for pattern in step.absent:
        record = record_of(pattern, run.records)
        if record is not None:
            problems.add(pattern.place, f"the run has such a record, seq {record['seq']} at {record['t']} s")
    match step.ask:
        case Order():
            return _order(step, step.ask, run, proof, problems)
        case Moment():
            record = _needed(step.ask.of, run.records, problems)
            if record:
                _in_sight(step, step.ask.of.place, record, run, problems)
            return Truth(proof=proof, records=(record,) if record else ())
        case Build():
            if solution is not None:
                _build(step.ask, run, solution, problems)
        case Choose():
            if proof and proof[-1]["t"] * MS <= step.stop_ms:
                problems.add(step.at("stop"), f"the chart shows all of the proof before the answer: its last record is at {proof[-1]['t']} s")
        case None:
            pass
    return Truth(proof=proof)


def reached(goals: Sequence[Goal], records: Sequence[Record]) -> list[bool]:
    """Which goals does a run reach that is over?"""
    return [_is_reached(goal, records) for goal in goals]


def _is_reached(goal: Goal, records: Sequence[Record]) -> bool:
    if goal.of is None:
        return goal.absent is not None and record_of(goal.absent, records) is None
    record = record_of(goal.of, records)
    return record is not None and (goal.before_ms is None or record["t"] * MS < goal.before_ms)


def _needed(pattern: Pattern, records: Sequence[Record], problems: Problems, *, after_seq: int = -1) -> Record | None:
    record = record_of(pattern, records, after_seq=after_seq)
    if record is None:
        problems.add(pattern.place, "the run has no such record", why_not(pattern, records))
    return record


def _proof(step: Step, run: LessonRun, problems: Problems) -> tuple[Record, ...]:
    found: list[Record] = []
    for pattern in step.proof:
        after = found[-1]["seq"] if found else -1
        record = _needed(pattern, run.records, problems, after_seq=after)
        if record is None:
            continue
        if record["seq"] <= after:
            problems.add(pattern.place, f"comes before the record that is named before it: at {record['t']} s, and that is at {found[-1]['t']} s")
        elif step.until_ms is not None and record["t"] * MS > step.until_ms:
            problems.add(step.at("until"), f"the clock stops before the proof is there: a record of it is at {record['t']} s")
        found.append(record)
    return tuple(found)


def _in_sight(step: Step, place: Place, record: Record, run: LessonRun, problems: Problems) -> None:
    """After the stop, and before the end of what is shown."""
    if record["t"] * MS <= step.stop_ms:
        problems.add(place, f"the chart shows it before the answer: it is at {record['t']} s, and stop at {step.stop_ms / MS:g} s")
    if step.until_ms is not None and record["t"] * MS > step.until_ms:
        problems.add(place, f"the clock stops before it: it is at {record['t']} s, and until at {step.until_ms / MS:g} s")


def _order(step: Step, ask: Order, run: LessonRun, proof: tuple[Record, ...], problems: Problems) -> Truth:
    found = [_needed(item.of, run.records, problems) for item in ask.items]
    records = [record for record in found if record is not None]
    if len(records) < len(ask.items):
        return Truth(proof=proof)
    for item, record in zip(ask.items, records, strict=True):
        _in_sight(step, item.of.place, record, run, problems)
    order = sorted(range(len(records)), key=lambda index: records[index]["t"])
    for first, second in itertools.pairwise(order):
        if records[first]["t"] == records[second]["t"]:
            problems.add(ask.items[second].of.place, f"happens at the same instant as {ask.items[first].label!r}, at {records[second]['t']} s")
    if order == list(range(len(order))):
        problems.add(ask.place, "the items stand in their true order, which is what is asked for", "write them in another one")
    return Truth(proof=proof, order=tuple(order), records=tuple(records[index] for index in order))


def _build(ask: Build, run: LessonRun, solution: LessonRun, problems: Problems) -> None:
    for goal, is_reached in zip(ask.goals, reached(ask.goals, solution.records), strict=True):
        if not is_reached:
            pattern = goal.of or goal.absent
            record = record_of(pattern, solution.records) if pattern else None
            there = f"the record is there at {record['t']} s" if record else (why_not(pattern, solution.records) if pattern else "")
            problems.add(goal.place, f"{ask.solution} does not reach this goal", there)
    if all(reached(ask.goals, run.records)):
        problems.add(ask.place, "the text that one begins with reaches all goals already")
