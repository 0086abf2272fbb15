"""What happens in a step? Its scenario, simulated here and now: the records, and the messages by which the browser gets them."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import simulator
from nodeviz.classroom.lesson_texts import says_nothing_but, without_comments, without_title
from nodeviz.classroom.lesson_values import Lesson
from nodeviz.runs.frames import Frame, cut, hello_message, records_message, state_message
from nodeviz.runs.models import RunState
from nodeviz.scenarios import gallery
from nodeviz.scenarios.documents import DEFAULT_NAME

Record = Mapping[str, Any]

MAX_RECORDS = 20_000
"""Of a lesson's run: 4 MB, 300 kB on the way. A lesson is loaded by thirty people at once."""


class Unusable(Exception):
    """A sentence about a scenario that cannot be run for a lesson."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonRun:
    """One scenario and what came of it."""

    file_name: str
    text: str
    """As the page shows it."""
    records: tuple[Record, ...]
    messages: tuple[str, ...]
    """Those of `frames.py`, from the greeting to the final state."""

    @property
    def end_s(self) -> float:
        """When it ends."""
        return float(self.records[-1]["t"])


def text_of(lesson: Lesson, scenario: str) -> tuple[str, str]:
    """Name and text of a step's scenario. An example comes without its comments: they explain what the lesson asks. Raises Unusable."""
    if "." in scenario:
        if scenario not in lesson.files:
            raise Unusable(f"there is no file {scenario} in the lesson's folder")
        name, text = scenario, lesson.files[scenario]
    else:
        example = gallery.example(scenario)
        if example is None:
            raise Unusable(f"there is no example {scenario}; a file of the lesson's folder is named with its suffix")
        name, text = DEFAULT_NAME, without_comments(example.text)
    try:
        simulator.load({name: text})
    except simulator.ManifestError as error:
        raise Unusable(str(error)) from error
    shown = without_title(text)
    if not says_nothing_but(text, shown, file_name=name):
        raise Unusable("title and description cannot be taken out; write each on lines of its own")
    return name, shown


@functools.lru_cache(maxsize=64)
def run_of(file_name: str, text: str) -> LessonRun:
    """Simulated. Raises Unusable."""
    try:
        scenario = simulator.load({file_name: text})
    except simulator.ManifestError as error:
        raise Unusable(str(error)) from error
    records = tuple(simulator.simulate(scenario))
    if len(records) > MAX_RECORDS:
        raise Unusable(f"the run has {len(records):,} records, and a lesson's may have {MAX_RECORDS:,}; let it end earlier (until)")
    verdict = dataclasses.asdict(simulator.verdict(iter(records)))
    messages = [hello_message(scenario="", version=simulator.VERSION, status=RunState.RUNNING, head=-1, queue=None, error=None)]
    first_seq = 0
    for part in cut(records):
        frame = Frame(first_seq=first_seq, lines=tuple(simulator.encode(record) for record in part))
        messages.append(records_message(frame, first_seq))
        first_seq = frame.next_seq
    messages.append(state_message(RunState.FINISHED, queue=None, error=None, verdict=verdict))
    return LessonRun(file_name=file_name, text=text, records=records, messages=tuple(messages))
