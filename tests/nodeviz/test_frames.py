"""How do records travel? Cut by count, packed without loss, written out from any record on."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodeviz.runs.frames import MAX_FRAME_RECORDS, Frame, cut, hello_message, pack, records_message, state_message, unpack


@pytest.mark.parametrize(
    ("count", "sizes"),
    [
        pytest.param(0, [], id="nothing makes no frame"),
        pytest.param(1, [1], id="the first record is not held back"),
        pytest.param(10, [1, 2, 4, 3], id="frames double, the last one is what is left"),
        pytest.param(2000, [1, 2, 4, 8, 16, 32, 64, 128, 256, 500, 500, 489], id="up to the limit"),
    ],
)
def test_sizes_of_frames(count: int, sizes: list[int]) -> None:
    assert [len(frame) for frame in cut(range(count))] == sizes


@settings(deadline=None)
@given(st.lists(st.dictionaries(st.text(), st.text()), min_size=1, max_size=MAX_FRAME_RECORDS))
def test_packing_loses_nothing(records: list[dict[str, str]]) -> None:
    lines = tuple(json.dumps(record, ensure_ascii=False) for record in records)

    assert unpack(pack(lines)) == lines


FRAME = Frame(first_seq=10, lines=('{"seq":10}', '{"seq":11}', '{"seq":12}'))


@pytest.mark.parametrize(
    ("from_seq", "message"),
    [
        pytest.param(10, '["e",10,[{"seq":10},{"seq":11},{"seq":12}]]', id="the whole frame"),
        pytest.param(12, '["e",12,[{"seq":12}]]', id="what a cursor within it has not seen yet"),
    ],
)
def test_records_on_the_wire(from_seq: int, message: str) -> None:
    assert records_message(FRAME, from_seq) == message


def test_greeting_on_the_wire() -> None:
    message = hello_message(scenario="abc", version="1.0", status="queued", head=-1, queue=3, error=None)

    assert json.loads(message) == ["h", {"v": 1, "scenario": "abc", "version": "1.0", "status": "queued", "head": -1, "queue": 3, "error": None}]


def test_a_state_says_only_what_it_knows() -> None:
    assert json.loads(state_message("queued", queue=2, error=None, verdict=None)) == ["s", "queued", {"queue": 2}]
