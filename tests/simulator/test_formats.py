"""How is a trace shown to people and other tools?"""

from __future__ import annotations

import csv
import json
from itertools import pairwise
from typing import Any

import pytest

import simulator
from simulator.formats import FORMATS, csv_lines, text_lines
from tests import goldens

Record = dict[str, Any]


def trace(name: str) -> list[Record]:
    return list(simulator.simulate(goldens.scenario_of(goldens.SCENARIOS / name)))


@pytest.mark.parametrize(
    ("record", "line"),
    [
        pytest.param(
            {"t": 4.414, "layer": "runtime", "pod": "default/web", "object": "app", "call": "exit event", "exit_code": 1, "reason": "Error"},
            "     4.414  cri   default/web/app                     exit event  exit 1  Error",
            id="a process ends",
        ),
        pytest.param(
            {"t": 0, "layer": "status", "pod": "default/web", "object": "pod", "field": "phase", "from": None, "to": "Pending"},
            "     0.000  api   default/web                         phase: - -> Pending",
            id="a field has its first value",
        ),
        pytest.param(
            {"t": 61, "layer": "event", "pod": "default/web", "object": "app", "type": "Warning", "reason": "BackOff", "count": 2, "message": "Back-off"},
            '    61.000  evt   default/web/app                     Warning BackOff x2  "Back-off"',
            id="an Event and how often",
        ),
        pytest.param(
            {"t": 5, "layer": "kubelet", "pod": "default/web", "object": "app", "call": "backoff", "delay": 10.0},
            "     5.000  klt   default/web/app                     backoff 10.0",
            id="what the kubelet decided",
        ),
        pytest.param(
            {"t": 5, "layer": "probe", "pod": "default/web", "object": "app", "probe": "liveness", "result": "failure", "count": 2, "threshold": 3},
            "     5.000  prb   default/web/app                     liveness failure 2/3",
            id="a failed probe and the threshold",
        ),
        pytest.param(
            {"t": 5, "layer": "hook", "pod": "default/web", "object": "app", "hook": "preStop", "call": "started"},
            "     5.000  hook  default/web/app                     preStop started",
            id="a hook begins",
        ),
        pytest.param(
            {"t": 5, "layer": "image", "object": "docker.io/library/app:1", "op": "progress", "bytes": 5, "total": 9},
            "     5.000  img   docker.io/library/app:1             progress 5 9",
            id="a download goes on",
        ),
        pytest.param(
            {"t": 5, "layer": "node", "object": "node", "call": "kubelet stopped"},
            "     5.000  node  node                                kubelet stopped",
            id="the node",
        ),
        pytest.param(
            {"t": 5, "layer": "action", "object": "default/web", "call": "delete", "options": {"gracePeriodSeconds": 5}},
            "     5.000  act   default/web                         delete gracePeriodSeconds=5",
            id="what was done from outside",
        ),
        pytest.param({"t": 60, "layer": "end", "reason": "until"}, "    60.000  end                                       until", id="the last line"),
    ],
)
def test_text(record: Record, line: str) -> None:
    assert list(text_lines([record])) == [line]


def test_text_has_no_ids_that_a_change_elsewhere_would_move() -> None:
    record = {
        "t": 5,
        "layer": "event",
        "pod": "default/web",
        "object": "app",
        "type": "Warning",
        "reason": "BackOff",
        "count": 1,
        "message": "Back-off restarting failed container app in pod web_default(6f1c0a52-0d6b-5c0e-9a43-0e4b8f0b9a11)",
    }

    assert next(text_lines([record])).endswith('"Back-off restarting failed container app in pod web_default(uid)"')


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r"])
def test_csv_disarms_what_a_spreadsheet_would_run(begin: str) -> None:
    message = f'{begin}HYPERLINK("http://example.org")'

    _, row = csv.reader(list(csv_lines([{"seq": 0, "t": 0, "layer": "event", "message": message}])))
    assert f"'{message}" in row


def test_csv_keeps_every_field_of_every_record_in_its_column() -> None:
    records = trace("sidecars-in-a-job")

    rows = list(csv.DictReader(list(csv_lines(records))))
    assert len(rows) == len(records)
    for record, row in zip(records, rows, strict=True):
        assert {key: row[key] for key in record if key in row and not isinstance(record[key], bool)} == {
            key: "" if value is None else str(value) for key, value in record.items() if key in row and not isinstance(value, bool)
        }


def test_csv_quotes_what_would_break_a_row() -> None:
    message = 'first, "second"; third'

    _, row = csv.reader(list(csv_lines([{"seq": 0, "t": 0, "layer": "event", "message": message}])))
    assert message in row


def test_jsonl_is_the_trace_itself() -> None:
    records = trace("crash-loop")

    assert [json.loads(line) for line in FORMATS["jsonl"](records)] == records


def test_perfetto_is_one_json_document_whose_slices_are_the_states() -> None:
    found = json.loads("".join(FORMATS["perfetto"](trace("sidecars-in-a-job"))))["traceEvents"]

    names = {entry["args"]["name"] for entry in found if entry["ph"] == "M"}
    assert {"default/report", "secret-fetch", "network-proxy", "main-app1"} <= names
    slices = [(entry["tid"], round(entry["ts"]), round(entry["ts"] + entry["dur"])) for entry in found if entry["ph"] == "X"]
    assert slices
    for thread in {tid for tid, _, _ in slices}:
        spans = sorted((begin, end) for tid, begin, end in slices if tid == thread)
        assert all(end <= begin for (_, end), (begin, _) in pairwise(spans)), "slices of a container overlap"


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_every_format_takes_records_one_by_one_as_they_come(name: str) -> None:
    assert list(FORMATS[name](iter(trace("force-delete")))) == list(FORMATS[name](trace("force-delete")))
