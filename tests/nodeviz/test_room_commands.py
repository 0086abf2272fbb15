"""Who may change what of a room, and what becomes of it? Pure: tables, and any sequence of commands from anybody."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodeviz.classroom.room_class import Class
from nodeviz.classroom.room_codes import ALPHABET, new_code, spaced, typed_code
from nodeviz.classroom.room_commands import COMMANDS, Answered, Changed, Done, Questioned, Refused, Room, Signalled, cleaned_nickname, decide
from nodeviz.classroom.room_questions import ask_of_pack, histogram, in_words, is_right
from nodeviz.classroom.room_state import PHASE_MOVES, TEACHER, WIRE_FIELDS, Phase, Role, RoomState, Who, aged, initial, state_of
from tests.nodeviz.rooms import ASKS

ADA, BOB = Who(role=Role.STUDENT, person="adaadaada"), Who(role=Role.STUDENT, person="bobbobbob")
START = initial(ASKS, 0)
CLOCK = {"at_s": 1, "speed": None, "playing": False}


def after(*parts: dict[str, Any], state: RoomState = START) -> RoomState:
    """The state when the teacher has set these."""
    for part in parts:
        decision = decide(Room(state=state, asks=ASKS), TEACHER, {"op": "drive", "set": part}, now_ms=1000)
        assert isinstance(decision, Changed)
        state = decision.state
    return state


def decided(state: RoomState, who: Who, message: dict[str, Any]) -> Any:
    return decide(Room(state=state, asks=ASKS), who, message, now_ms=1000)


# -- who may what ------------------------------------------------------------------------------------------------------------------

HANDED = RoomState(phases=(Phase.ASKED,) * 5, driver=ADA.person)


@pytest.mark.parametrize(
    ("who", "state", "may"),
    [
        pytest.param(TEACHER, START, {"drive", "hand", "remove", "done", "reset", "end"}, id="the teacher drives and has the class"),
        pytest.param(TEACHER, HANDED, {"drive", "hand", "remove", "done", "reset", "end"}, id="and also while somebody else has the wheel"),
        pytest.param(ADA, START, {"question", "lost", "roam", "fork"}, id="a student says something of himself"),
        pytest.param(ADA, HANDED, {"drive", "answer", "question", "lost", "roam", "fork"}, id="who has the wheel drives, and nothing more of the teacher's"),
        pytest.param(BOB, HANDED, {"answer", "question", "lost", "roam", "fork"}, id="the others do not"),
        pytest.param(TEACHER, RoomState(ended=True), set(), id="nobody does anything after the end"),
        pytest.param(ADA, RoomState(ended=True, driver=ADA.person), set(), id="not even who had the wheel"),
    ],
)
def test_who_may_what(who: Who, state: RoomState, may: set[str]) -> None:
    messages: dict[str, dict[str, Any]] = {
        "drive": {"set": {"lens": "api"}},
        "answer": {"step": 0, "answer": 1},
        "question": {"text": "Why?"},
        "remove": {"person": ADA.person},
        "lost": {"on": True},
        "roam": {"on": False},
        "fork": {"id": None},
        "hand": {"person": None},
        "done": {"question": 1},
        "reset": {},
        "end": {},
    }
    assert messages.keys() == COMMANDS.keys()

    assert {op for op, words in messages.items() if is_taken(state, who, {"op": op, **words})} == may


def test_whoever_has_the_wheel_a_poll_is_the_teachers() -> None:
    new = {"kind": "moment", "question": "When?"}
    asked = after({"poll": new}, state=HANDED)
    polls = [None, {"phase": "revealed"}, new]

    assert [[is_taken(asked, who, {"op": "drive", "set": {"poll": poll}}) for poll in polls] for who in (TEACHER, ADA)] == [[True] * 3, [False] * 3]


def is_taken(state: RoomState, who: Who, message: dict[str, Any]) -> bool:
    try:
        decided(state, who, message)
    except Refused as error:
        # What is no sentence counts as taken, and fails the test.
        return not str(error).endswith(".")
    return True


@pytest.mark.parametrize(
    ("part", "changes"),
    [
        pytest.param({"step": 4}, {"step": 4, "phase": "read"}, id="a step, which is read first"),
        pytest.param({"phase": "asked"}, {"phase": "asked"}, id="a question is asked"),
        pytest.param({"phase": "asked", "step": 2}, {"step": 2, "phase": "asked"}, id="of the step that is gone to"),
        pytest.param({"step": 1, "phase": "revealed"}, {"step": 1, "phase": "revealed"}, id="a step without a question has a second half, too"),
        pytest.param({"shown_until_s": 12.5}, {"shown_until_s": 12.5}, id="how far the chart is unveiled"),
        pytest.param({"run": {"id": "AAAAAAAAAAA"}}, {"run": {"id": "AAAAAAAAAAA"}}, id="another run"),
        pytest.param({"run": None}, {"run": None}, id="the step's own run"),
        pytest.param({"selected": {"row": "web/app", "at_s": None}}, {"selected": {"row": "web/app", "at_s": None}}, id="a row"),
        pytest.param({"selected": None}, {"selected": None}, id="no row"),
        pytest.param({"clock": CLOCK}, {"clock": {**CLOCK, "age_ms": 500}}, id="a clock, which is told with its age"),
    ],
)
def test_what_can_be_set(part: dict[str, Any], changes: dict[str, Any]) -> None:
    decision = decided(START, TEACHER, {"op": "drive", "set": part})
    told = aged({name: decision.state.part(name) for name in decision.fields}, 1500)

    assert told == changes


@pytest.mark.parametrize(
    "part",
    [
        {"step": 5},
        {"step": -1},
        {"step": True},
        {"step": "1"},
        {"phase": "later"},
        {"phase": ["asked"]},
        {"step": 1, "phase": "asked"},
        {"clock": {"at_s": 1}},
        {"clock": {**CLOCK, "at_s": -1}},
        {"clock": {**CLOCK, "at_s": float("nan")}},
        {"clock": {**CLOCK, "at_s": 10**400}},
        {"clock": {**CLOCK, "speed": 0}},
        {"clock": {**CLOCK, "speed": 10**400}},
        {"clock": {**CLOCK, "speed": float("inf")}},
        {"clock": {**CLOCK, "playing": 1}},
        {"shown_until_s": "12"},
        {"run": "AAAAAAAAAAA"},
        {"run": {"id": "../../x"}},
        {"selected": {"row": ""}},
        {"selected": {"row": "x" * 301, "at_s": 1}},
        {"selected": {"row": "a\nb", "at_s": 1}},
        {"lens": "x-ray"},
        {"poll": {"kind": "order", "question": "?", "options": ["a", "b"]}},
        {"poll": {"kind": "choose", "question": "?", "options": ["a"]}},
        {"poll": {"kind": "choose", "question": "?", "options": ["x"] * 9}},
        {"poll": {"kind": "choose", "question": "", "options": ["a", "b"]}},
        {"poll": {"phase": "revealed"}},
        {"driver": ADA.person},
        {"seq": 7},
        {"ended": True},
        {},
        {"step": 0, "unknown": 1},
    ],
    ids=lambda part: str(part)[:60],
)
def test_what_cannot_be_set(part: dict[str, Any]) -> None:
    assert not is_taken(START, TEACHER, {"op": "drive", "set": part})


@pytest.mark.parametrize("message", [{}, {"op": None}, {"op": ["drive"]}, {"op": "drive"}, {"op": "drive", "set": []}, {"op": "__class__"}], ids=str)
def test_what_is_no_command(message: dict[str, Any]) -> None:
    assert not is_taken(START, TEACHER, message)


def test_a_step_that_was_revealed_stays_revealed_when_one_comes_back() -> None:
    back = after({"phase": "revealed"}, {"step": 2}, {"step": 0})

    assert (back.phase, is_taken(back, TEACHER, {"op": "drive", "set": {"phase": "asked"}})) == (Phase.REVEALED, False)


def test_the_clock_is_told_with_its_age_and_never_with_a_time_of_day() -> None:
    state = decided(START, TEACHER, {"op": "drive", "set": {"clock": CLOCK}}).state

    assert aged({"clock": state.part("clock")}, 4500)["clock"] == {**CLOCK, "age_ms": 3500}


@pytest.mark.parametrize(
    ("step", "answer", "kept"),
    [
        pytest.param(0, 2, [2], id="one option"),
        pytest.param(0, [3, 1, 3], [1, 3], id="several, each once"),
        pytest.param("0", [1], [1], id="a step as text"),
        pytest.param(2, [2, 0, 1], [2, 0, 1], id="an order"),
        pytest.param(3, 12.3456, 12.346, id="a moment, to the millisecond"),
        pytest.param(4, {"reached": True, "more": "x" * 10}, {"reached": True}, id="goals reached"),
    ],
)
def test_answers_that_are_taken(step: Any, answer: Any, kept: Any) -> None:
    state = after({"step": int(step), "phase": "asked"})

    assert decided(state, ADA, {"op": "answer", "step": step, "answer": answer}) == Answered(step=str(step), answer=kept)


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        (0, 0),
        (0, 4),
        (0, []),
        (0, True),
        (0, None),
        (0, {"a": 1}),
        (2, [0, 1]),
        (2, [0, 0, 1]),
        (2, "012"),
        (3, -1),
        (3, "1"),
        (3, True),
        (3, 1e300),
        (3, 10**400),
        (3, float("nan")),
        (4, 1),
        (4, {}),
    ],
    ids=lambda value: str(value)[:9],
)
def test_answers_that_are_none(step: int, answer: Any) -> None:
    state = after({"step": step, "phase": "asked"})

    assert not is_taken(state, ADA, {"op": "answer", "step": step, "answer": answer})


@pytest.mark.parametrize("step", [1, 2, 9, -1, "poll-1", "0:x", "9" * 5000, "٠", None, [0], True], ids=lambda step: str(step)[:9])
def test_only_the_step_that_is_asked_takes_answers(step: Any) -> None:
    assert not is_taken(after({"phase": "asked"}), ADA, {"op": "answer", "step": step, "answer": 1})


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        pytest.param("  Ada \t Lovelace ", "Ada Lovelace", id="white space"),
        pytest.param("Ada\u202egnp.exe", "Adagnp.exe", id="no right-to-left override"),
        pytest.param("A\u200bda\x00\x1b[31m", "Ada [31m", id="no invisible and no control characters"),
        pytest.param("<b>Ada</b>", "<b>Ada</b>", id="what looks like HTML is text"),
        pytest.param("Zoe\u0308", "Zoë", id="one form of each letter"),
        pytest.param("x" * 30, "x" * 30, id="thirty characters"),
    ],
)
def test_nicknames(given: str, shown: str) -> None:
    assert cleaned_nickname(given) == shown


@pytest.mark.parametrize("given", ["", " ", "\u200b", "x" * 31, None, 7, ["Ada"], "\ud800"])
def test_what_is_no_nickname(given: Any) -> None:
    with pytest.raises(Refused):
        cleaned_nickname(given)


# -- questions ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "answers", "shown"),
    [
        pytest.param(0, [[1], [1, 3], [3]], {"counts": [2, 0, 2], "total": 3}, id="options"),
        pytest.param(2, [[1, 0, 2], [0, 1, 2], [1, 0, 2]], {"counts": {"0,1,2": 1, "1,0,2": 2}, "total": 3}, id="orders"),
        pytest.param(3, [3.5, 1], {"times_s": [1, 3.5]}, id="moments"),
        pytest.param(4, [{"reached": True}, {"reached": False}], {"reached": 1, "total": 2}, id="goals"),
        pytest.param(0, [], {"counts": [0, 0, 0], "total": 0}, id="nobody"),
    ],
)
def test_histograms(step: int, answers: list[Any], shown: dict[str, Any]) -> None:
    ask = ASKS[step]
    assert ask

    assert histogram(ask, answers) == shown


@pytest.mark.parametrize(
    ("pack", "answer", "right"),
    [
        ({"kind": "choose", "question": "?", "options": ["a", "b"], "answer": [2]}, [2], True),
        ({"kind": "choose", "question": "?", "options": ["a", "b"], "answer": [2, 1]}, [1, 2], True),
        ({"kind": "choose", "question": "?", "options": ["a", "b"], "answer": [2]}, [1, 2], False),
        ({"kind": "order", "question": "?", "items": [{"label": "a"}, {"label": "b"}], "answer": [1, 0]}, [1, 0], True),
        ({"kind": "moment", "question": "?", "answer_s": 12.3, "tolerance_s": 2}, 14.3, True),
        ({"kind": "moment", "question": "?", "answer_s": 12.3, "tolerance_s": 2}, 14.31, False),
        ({"kind": "build", "question": "?", "goals": [{"text": "ready"}]}, {"reached": False}, False),
    ],
)
def test_what_is_right_in_the_words_of_a_pack(pack: dict[str, Any], answer: Any, right: bool) -> None:
    ask = ask_of_pack(pack)
    assert ask

    assert is_right(ask, answer) is right


@pytest.mark.parametrize(("answer", "words"), [(1234567.891, "1234567.891 s"), (12.3, "12.3 s"), (100, "100 s"), (0, "0 s")])
def test_a_moment_in_words_has_all_that_was_kept_of_it(answer: float, words: str) -> None:
    assert in_words(ASKS[3], answer) == words  # type: ignore[arg-type]


def test_codes_have_no_letters_that_are_mistaken_for_others_and_can_be_typed_as_they_are_shown() -> None:
    codes = [new_code() for _ in range(200)]

    assert not set("01IOU8AEY") & set(ALPHABET)
    assert [typed_code(spaced(code).lower()) for code in codes] == codes
    assert len(set(codes)) == 200


# -- the teacher's view ------------------------------------------------------------------------------------------------------------


def test_only_what_has_changed_is_told_again() -> None:
    room = Class({}, {}, {}, ())
    asks = {"0": ASKS[0]}
    for number in range(300):
        room.on_person({"person": f"person-{number:04}", "nickname": f"Student {number}"})
        room.on_come(f"person-{number:04} socket")
    whole = room.news(asks)  # type: ignore[arg-type]
    room.on_answer({"step": "0", "person": "person-0007", "answer": [2]})
    room.on_answer({"step": "0", "person": "person-0007", "answer": [2]})

    assert len(whole["people"]) == 300
    assert room.news(asks) == {  # type: ignore[arg-type]
        "full": False,
        "people": [{"person": "person-0007", "answered": ["0"]}],
        "histograms": {"0": {"counts": [0, 1, 0], "total": 1}},
    }
    assert not room.is_news


def test_three_hundred_answers_within_a_second_are_some_kilobytes() -> None:
    people = {f"person-{number:04}:name": f"Student {number}" for number in range(300)}
    room = Class(people, {}, {}, ())
    room.news({})
    for number in range(300):
        room.on_answer({"step": "0", "person": f"person-{number:04}", "answer": [1 + number % 3]})

    assert len(json.dumps(room.news({"0": ASKS[0]}))) < 20_000  # type: ignore[dict-item]


# -- any sequence ------------------------------------------------------------------------------------------------------------------

anything = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 9) | st.floats(allow_nan=True) | st.text(max_size=6) | st.sampled_from(["asked", "locked", "AAAAAAAAAAA"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["at_s", "id", "kind", "row", "reached", "question", "phase"]), inner, max_size=3)
    ),
    max_leaves=6,
)
parts = st.fixed_dictionaries(
    {},
    optional={
        "step": st.integers(-1, 5),
        "phase": st.sampled_from(["read", "asked", "locked", "revealed"]),
        "clock": st.fixed_dictionaries({"at_s": st.floats(-1, 100), "speed": st.none() | st.floats(-1, 100), "playing": st.booleans()}),
        "shown_until_s": st.none() | st.floats(-1, 100),
        "selected": anything,
        "run": st.none() | st.just({"id": "AAAAAAAAAAA"}),
        "lens": st.sampled_from(["node", "kubelet", "api", "x-ray"]),
        "poll": st.none() | st.just({"kind": "choose", "question": "?", "options": ["a", "b"]}) | st.just({"phase": "revealed"}) | anything,
    },
)
messages = st.one_of(
    st.builds(lambda part: {"op": "drive", "set": part}, parts),
    st.builds(lambda step, answer: {"op": "answer", "step": step, "answer": answer}, st.integers(0, 4) | st.just("poll-1"), st.integers(1, 3) | anything),
    st.builds(lambda op, person: {"op": op, "person": person}, st.sampled_from(["hand", "remove"]), st.sampled_from([None, ADA.person, BOB.person])),
    st.builds(lambda op, word: {"op": op, "on": word, "text": word, "id": word, "question": word}, st.sampled_from([*COMMANDS]), anything),
)
whoever = st.sampled_from([TEACHER, ADA, BOB])


@given(st.lists(st.tuples(whoever, messages), max_size=25))
def test_whatever_anybody_says_the_state_is_one_that_can_be_stored_and_shown(said: list[tuple[Who, dict[str, Any]]]) -> None:
    state = START
    for now_ms, (who, message) in enumerate(said):
        try:
            decision = decide(Room(state=state, asks=ASKS), who, message, now_ms=now_ms)
        except Refused:
            continue
        assert not state.ended
        if not isinstance(decision, Changed):
            assert isinstance(decision, Answered | Signalled | Questioned | Done)
            continue
        before, state = state, decision.state
        assert state_of(json.loads(json.dumps(state.as_json(), allow_nan=False))) == state
        assert set(decision.fields) <= {*WIRE_FIELDS}
        assert who is TEACHER or before.driver == who.person
        if not decision.forgets:
            assert all(now in PHASE_MOVES[then] for then, now in zip(before.phases, state.phases, strict=True))
