"""Does what is to be read before the answer give the answer away? Rules about words, pure; each names what was given away.

Read before the answer are the lesson's title, objective and story, the titles of all steps (the list of steps shows them), the step's own text and question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nodeviz.classroom.lesson_texts import comments
from nodeviz.classroom.lesson_truth import Truth
from nodeviz.classroom.lesson_values import MS, Build, Choose, Lesson, Moment, Order, Place, Step

Record = Mapping[str, Any]

NOT_TELLING = frozenset({"true", "false", "null", "added", "deleted", "none"})
"""Values of `to` that are no state's name."""

SECONDS = dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1.0)
MINUTES = dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60.0)
UNITS_S: Mapping[str, float] = {"ms": 0.001, **SECONDS, **MINUTES, **dict.fromkeys(("h", "hour", "hours"), 3600.0)}

PART = rf"(\d+(?:,\d{{3}})*(?:[.,]\d+)?)[\s\u00a0-]*({'|'.join(UNITS_S)})(?![^\W\d])"
"""A number and its unit."""
PARTS = rf"{PART}(?:[\s\u00a0]*(?:,|and)?[\s\u00a0]*{PART})*"
DURATION = re.compile(rf"(?<![\w.])(?:{PARTS}|\d+(?::\d\d)+(?:\.\d+)?|\d+[.,]\d+)(?![\w%:]|[.,]\d)", re.IGNORECASE)
"""Numbers with units (`1 min 30 s`), as on a clock (`1:30`), or a number with a decimal (`90.0`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A text that is read before the answer, and where it stands."""

    text: str
    place: Place
    own: bool
    """Of the step itself, as opposed to the lesson's and the other steps' titles."""


def read_before(lesson: Lesson, step: Step) -> list[Seen]:
    """Everything that the reader has seen when the step's question is open."""
    head = [Seen(text=getattr(lesson, name), place=Place(file="lesson.yaml", path=name), own=False) for name in ("title", "objective", "story")]
    titles = [Seen(text=other.title, place=other.at("title"), own=other is step) for other in lesson.steps]
    own = [Seen(text=step.before, place=step.at("body"), own=True)]
    if step.ask:
        own.append(Seen(text=step.ask.question, place=Place(file=step.file, line=step.ask.place.line, path="ask.question"), own=True))
    if step.scenario in lesson.files and not isinstance(step.ask, Build):
        own.append(Seen(text=comments(lesson.files[step.scenario or ""]), place=Place(file=step.scenario or "", path="comments"), own=True))
    return [*head, *titles, *own]


def known(lesson: Lesson, step: Step) -> str:
    """What the steps before this one have shown and revealed."""
    texts: list[str] = []
    for other in lesson.steps[: lesson.steps.index(step)]:
        texts += [other.title, other.before, other.reveal, *_labels(other)]
        if other.ask:
            texts.append(other.ask.question)
    return "\n".join(texts)


def leaks(lesson: Lesson, step: Step, truth: Truth, records: Sequence[Record]) -> Iterator[tuple[Place, str]]:
    """Each place that gives the answer away, with a sentence."""
    for seen in read_before(lesson, step):
        for sentence in _leaks_of(lesson, step, truth, records, seen):
            yield seen.place, sentence


def _leaks_of(lesson: Lesson, step: Step, truth: Truth, records: Sequence[Record], seen: Seen) -> Iterator[str]:
    match step.ask:
        case Choose(options=options, answer=answer):
            for number in answer:
                if contains(seen.text, options[number - 1]):
                    yield f"has the words of the right option, {options[number - 1]!r}{_of(step, seen)}"
        case Moment() if truth.records:
            for words in times_near(seen.text, float(truth.records[0]["t"])):
                yield f"names the moment that is asked for, {words!r}{_of(step, seen)}"
        case Order(items=items) if truth.order:
            labels = [items[index].label for index in truth.order]
            if in_order(seen.text, labels):
                yield f"has the labels in their true order{_of(step, seen)}"
        case _:
            pass
    if seen.own and not isinstance(step.ask, Build):
        for word in telling_words(lesson, step, truth, records):
            if contains(seen.text, word):
                yield f"says {word!r}, which a record of the proof has"


def _of(step: Step, seen: Seen) -> str:
    return "" if seen.own else f" of {step.file}"


def telling_words(lesson: Lesson, step: Step, truth: Truth, records: Sequence[Record]) -> list[str]:
    """The states and reasons of the proof, without what one can know already: from the options, from earlier steps, from the chart as far as it is shown."""
    given = "\n".join([known(lesson, step), *_labels(step)])
    words: dict[str, None] = {}
    for record in truth.proof:
        on_the_chart = {
            word.lower()
            for other in records
            if other["t"] * MS <= step.stop_ms and (other.get("pod"), other.get("object")) == (record.get("pod"), record.get("object"))
            for word in state_words(other)
        }
        for word in state_words(record):
            if word.lower() not in on_the_chart and not contains(given, word):
                words[word] = None
    return list(words)


def state_words(record: Record) -> list[str]:
    """`terminated:Error` is two words: the state, and its reason."""
    values = [record.get("to"), record.get("reason")]
    words = [word for value in values if isinstance(value, str) for word in value.split(":")]
    return [word for word in dict.fromkeys(words) if word and word.lower() not in NOT_TELLING]


def _labels(step: Step) -> list[str]:
    match step.ask:
        case Choose(options=options):
            return list(options)
        case Order(items=items):
            return [item.label for item in items]
        case Build(goals=goals):
            return [goal.text for goal in goals]
        case _:
            return []


# -- words ---------------------------------------------------------------------------------------------------------------------------


def unmarked(text: str) -> str:
    """A Markdown text without the characters that only mark it; code and addresses are read, too."""
    return re.sub(r"[*`]", "", text)


def words_of(text: str) -> str:
    """The words of a Markdown text, in lower case, one blank between two and at both ends."""
    found = [word.strip("_") for word in re.findall(r"\w+(?:[-'./:]\w+)*", unmarked(text).lower())]
    return f" {' '.join(word for word in found if word)} "


def contains(text: str, phrase: str) -> bool:
    """Whole words, in any case, whatever stands between them."""
    wanted = words_of(phrase)
    return wanted.strip() != "" and wanted in words_of(text)


def times_near(text: str, truth_s: float) -> list[str]:
    """The durations in a text that are the truth, to the accuracy in which they are written. Of several numbers, their sum and each one counts."""
    found = []
    for match in DURATION.finditer(unmarked(text)):
        words = match.group().lower()
        parts = [(number, UNITS_S[unit]) for number, unit in re.findall(PART, words)]
        on_a_clock = [(number, 60.0**place) for place, number in enumerate(reversed(words.split(":")))][::-1]
        if any(_is_near(said, truth_s) for said in (parts or on_a_clock, *([part] for part in parts))):
            found.append(match.group().strip())
    return found


def _is_near(parts: Sequence[tuple[str, float]], truth_s: float) -> bool:
    """Numbers as they are written, each with the seconds of its unit; the last one says how accurate it is."""
    numbers = [re.sub(r",(?=\d{3}(?!\d))", "", number).replace(",", ".") for number, _ in parts]
    said_s = sum(float(number) * factor for number, (_, factor) in zip(numbers, parts, strict=True))
    return abs(said_s - truth_s) < min(1.0, parts[-1][1] * 10 ** -len(numbers[-1].partition(".")[2]))


def in_order(text: str, labels: Sequence[str]) -> bool:
    """Does one paragraph, or one list, name all of them, the first time each in this order? Three and more are told by any sequence that runs through them."""
    return any(_in_order(words_of(block), [words_of(label) for label in labels]) for block in re.split(r"\n\s*\n", text))


def _in_order(block: str, labels: Sequence[str]) -> bool:
    firsts = [block.find(label) for label in labels]
    if -1 in firsts:
        return False
    if firsts == sorted(firsts):
        return True
    at = -1
    for label in labels:
        at = block.find(label, at + 1)
        if at < 0:
            return False
    return len(labels) > 2
