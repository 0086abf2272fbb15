"""What do the files of a lesson's folder say? Values, or every problem in all of them at once, each with file, line and field."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from nodeviz.classroom.lesson_fields import Fields, Problems, Refused
from nodeviz.classroom.lesson_values import Ask, Build, Choose, Goal, Item, Lesson, Moment, Order, Pattern, Place, Step
from nodeviz.classroom.lesson_yaml import Mapped, Node, Unreadable, read
from nodeviz.scenarios.about import TAGS

HEAD = "lesson.yaml"
STEP_NAME = re.compile(r"\d\d-[a-z0-9]+(?:-[a-z0-9]+)*\.md")
SCENARIO_FILE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\.ya?ml")
FENCE = "---"
REVEAL = "<!-- reveal -->"
MAX_FILE_BYTES = 256 << 10
MAX_STEPS = 30
MAX_MINUTES = 15
MIN_MINUTES = 5
MAX_STORY_CHARACTERS = 400


def load(folder: Path) -> Lesson:
    """The lesson in this folder. Raises Refused."""
    problems = Problems()
    texts = {path.name: _read(path, problems) for path in sorted(folder.iterdir()) if path.is_file()}
    if HEAD not in texts:
        problems.add(Place(file=HEAD), "is missing")
    steps = []
    for name in sorted(texts):
        if name.endswith(".md"):
            if not STEP_NAME.fullmatch(name):
                problems.add(Place(file=name), "a step's file has a name such as 01-who-is-first.md")
            steps.append(_step(name, texts[name], problems))
        elif not SCENARIO_FILE.fullmatch(name):
            problems.add(Place(file=name), "a lesson has steps (.md) and scenarios (.yaml), and nothing else")
    if not 1 <= len(steps) <= MAX_STEPS:
        problems.add(Place(file=HEAD), f"the folder has {len(steps)} steps, and 1 to {MAX_STEPS} are expected")
    lesson = _lesson(folder.name, texts, steps, problems)
    _files_are_used(lesson, problems)
    if problems.found:
        raise Refused(problems.found)
    return lesson


def _read(path: Path, problems: Problems) -> str:
    content = path.read_bytes()
    if len(content) > MAX_FILE_BYTES:
        problems.add(Place(file=path.name), f"has more than {MAX_FILE_BYTES:,} bytes")
        return ""
    try:
        return content.decode().replace("\r\n", "\n")
    except UnicodeDecodeError:
        problems.add(Place(file=path.name), "is no text in UTF-8")
        return ""


def _fields(text: str, place: Place, problems: Problems) -> Fields:
    """Of a whole text, or none of them after a problem."""
    node: Node = Mapped(line=place.line)
    try:
        node = read(text, first_line=place.line)
    except Unreadable as error:
        problems.add(Place(file=place.file, line=error.line), str(error))
        # Otherwise every field would be missed, too.
        return Fields(node, place, Problems())
    return Fields(node, place, problems)


def _lesson(name: str, texts: dict[str, str], steps: list[Step], problems: Problems) -> Lesson:
    head = _fields(texts.get(HEAD, ""), Place(file=HEAD, line=1), problems if texts.get(HEAD) else Problems())
    lesson = Lesson(
        name=name,
        title=head.text("title", most=80),
        objective=head.text("objective", most=240),
        story=head.text("story", most=MAX_STORY_CHARACTERS),
        minutes=head.whole_number("minutes", least=MIN_MINUTES, most=MAX_MINUTES, default=MIN_MINUTES),
        tags=head.texts("tags", least=1, most=6, characters=30),
        order=head.whole_number("order", least=0, most=9999, default=0),
        steps=tuple(steps),
        files={file: text for file, text in texts.items() if file != HEAD and not file.endswith(".md")},
    )
    head.end()
    for tag in lesson.tags:
        if tag not in TAGS:
            near = difflib.get_close_matches(tag, TAGS, n=1)
            head.refuse("tags", f"there is no tag {tag}", f'did you mean "{near[0]}"?' if near else f"the gallery's are {', '.join(TAGS)}")
    if len(lesson.story.splitlines()) > 3:
        head.refuse("story", "two lines are expected here")
    return lesson


def _step(name: str, text: str, problems: Problems) -> Step:
    lines = text.split("\n")
    end = lines.index(FENCE, 1) if FENCE in lines[1:] and lines[0] == FENCE else 0
    if not end:
        problems.add(Place(file=name, line=1), "begins with front matter between two lines ---")
    fields = _fields("\n".join(lines[1:end]), Place(file=name, line=2), problems if end else Problems())
    bodies = "\n".join(lines[end + 1 :]).split(f"\n{REVEAL}\n")
    if len(bodies) > 2:
        problems.add(Place(file=name, line=end + 2, path="body"), f"has more than one line {REVEAL}")
    before, reveal = bodies[0].strip(), "\n".join(bodies[1:]).strip()
    if not before:
        problems.add(Place(file=name, line=end + 2, path="body"), "has no text")
    ask_node = fields.node("ask")
    step = Step(
        file=name,
        title=fields.text("title", most=80),
        scenario=fields.text("scenario", most=100, required=False) or None,
        stop_ms=fields.duration_ms("stop", default=0) or 0,
        until_ms=fields.duration_ms("until"),
        ask=_ask(Fields(ask_node, fields.at("ask"), problems)) if ask_node else None,
        proof=fields.patterns("proof"),
        absent=fields.patterns("absent"),
        before=before,
        reveal=reveal,
        places={**{field: fields.at(field).line for field in fields.asked}, "body": end + 2},
    )
    fields.end()
    _belongs_together(step, fields)
    return step


def _belongs_together(step: Step, fields: Fields) -> None:
    """What one field says of another."""
    if step.ask and step.scenario is None:
        fields.refuse("scenario", "is missing: the answer to a question is shown by a run")
    if step.scenario is None:
        for name in ("stop", "until", "proof", "absent"):
            if fields.node(name) is not None:
                fields.refuse(name, "says nothing without a scenario")
    if step.until_ms is not None and step.until_ms <= step.stop_ms:
        fields.refuse("until", "must be later than stop")
    if isinstance(step.ask, Choose) and not step.proof:
        fields.refuse("proof", "is missing: name the records that show that the answer is true")
    if step.reveal and step.ask is None:
        fields.refuse("ask", f"is missing: there is a {REVEAL}, and no answer before it")


def _ask(fields: Fields) -> Ask | None:
    kind = fields.text("kind", most=20)
    question = fields.text("question", most=300)
    readers: Mapping[str, Callable[[Fields, str], Ask | None]] = {"choose": _choose, "order": _order, "moment": _moment, "build": _build}
    if kind not in readers:
        fields.refuse("kind", f"must be one of {', '.join(readers)}")
        return None
    ask = readers[kind](fields, question)
    fields.end()
    return ask


def _choose(fields: Fields, question: str) -> Choose:
    options = fields.texts("options", least=2, most=8, characters=200)
    node = fields.node("answer")
    written = [n.value for n in getattr(node, "items", [node]) if getattr(n, "value", None)] if node else []
    answer = sorted({int(value) for value in written if re.fullmatch(r"[1-9]\d?", value)})
    if not answer or len(answer) != len(written) or answer[-1] > len(options):
        fields.refuse("answer", f"a number from 1 to {len(options)} is expected here, or a list of different ones")
        answer = []
    return Choose(question=question, options=options, answer=tuple(answer), place=fields.place)


def _order(fields: Fields, question: str) -> Order:
    items: list[Item] = []
    for place, node in fields.listed("items", least=2, most=8):
        item = Fields(node, place, fields.problems)
        label = item.text("label", most=120)
        of = _required(item, "of")
        item.end()
        if label and label in (other.label for other in items):
            item.refuse("label", "says the same as one before it")
        if of:
            items.append(Item(label=label, of=of))
    return Order(question=question, items=tuple(items), place=fields.place)


def _moment(fields: Fields, question: str) -> Moment | None:
    of = _required(fields, "of")
    tolerance_ms = fields.duration_ms("tolerance", required=True) or 0
    return Moment(question=question, of=of, tolerance_ms=tolerance_ms, place=fields.place) if of else None


def _build(fields: Fields, question: str) -> Build:
    goals: list[Goal] = []
    for place, node in fields.listed("goals", least=1, most=8):
        goal = Fields(node, place, fields.problems)
        text = goal.text("text", most=160)
        of, absent, before_ms = goal.pattern("of"), goal.pattern("absent"), goal.duration_ms("before")
        goal.end()
        if (goal.node("of") is None) == (goal.node("absent") is None):
            problem = "needs either `of`, a record that must be there, or `absent`, one that must not"
            fields.problems.add(place, problem)
        if absent and before_ms is not None:
            goal.refuse("before", "says nothing of a record that must not be there at all")
        goals.append(Goal(text=text, of=of, before_ms=before_ms, absent=absent, place=place))
    return Build(question=question, goals=tuple(goals), solution=fields.text("solution", most=100), place=fields.place)


def _required(fields: Fields, name: str) -> Pattern | None:
    if fields.node(name) is None:
        fields.refuse(name, "is missing")
    return fields.pattern(name)


def _files_are_used(lesson: Lesson, problems: Problems) -> None:
    """Each file that a step names is there, and each that is there is named."""
    named: set[str] = set()
    for step in lesson.steps:
        wanted = [(step.scenario, step.at("scenario"))] if step.scenario and "." in step.scenario else []
        if isinstance(step.ask, Build):
            wanted.append((step.ask.solution, Place(file=step.file, line=step.ask.place.line, path="ask.solution")))
        for name, place in wanted:
            named.add(name)
            if name and name not in lesson.files:
                problems.add(place, f"there is no file {name} in the lesson's folder")
    for name in lesson.files:
        if name not in named:
            problems.add(Place(file=name), "no step uses this file")
