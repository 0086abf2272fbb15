"""How is a trace shown to people and other tools? `text` (the golden form), `csv` and `perfetto`; `kubectl` has a module of its own.

The golden form: one record a line, fixed columns, virtual seconds, no ids that a change elsewhere would move.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from simulator.kubectl import kubectl_lines
from simulator.trace import encode

Record = Mapping[str, Any]
_TAGS = {
    "runtime": "cri",
    "hook": "hook",
    "probe": "prb",
    "kubelet": "klt",
    "status": "api",
    "event": "evt",
    "image": "img",
    "disk": "dsk",
    "node": "node",
    "action": "act",
    "end": "end",
}
_UID = re.compile(r"\(?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\)?")


def text_lines(records: Iterable[Record]) -> Iterator[str]:
    """The golden form."""
    for record in records:
        subject = "/".join(part for part in (record.get("pod"), _object(record)) if part)
        yield f"{record['t']:>10.3f}  {_TAGS[record['layer']]:<4}  {subject:<34}  {_words(record)}".rstrip()


def _object(record: Record) -> str:
    name = str(record.get("object", ""))
    return "" if name == "pod" and record.get("pod") else name


def _words(record: Record) -> str:
    match record["layer"]:
        case "status":
            words = f"{record['field']}: {_shown(record.get('from'))} -> {_shown(record.get('to'))}"
        case "event":
            words = f"{record['type']} {record['reason']} x{record['count']}"
        case "image" | "disk":
            words = " ".join(str(record[key]) for key in ("op", "image", "bytes", "total", "freed", "pass", "used", "capacity") if key in record)
        case "probe":
            words = f"{record['probe']} {record['result']}" + (f" {record['count']}/{record['threshold']}" if "threshold" in record else "")
        case "hook":
            words = f"{record['hook']} {record['call']}"
        case "action":
            words = " ".join([str(record["call"]), *(f"{k}={v}" for k, v in record.get("options", {}).items())])
        case "end":
            return str(record["reason"])
        case _:
            words = " ".join(str(record[key]) for key in ("call", "detail", "delay") if key in record)
    tail = [f"exit {record['exit_code']}"] if "exit_code" in record else []
    if record["layer"] not in ("event",) and record.get("reason"):
        tail.append(str(record["reason"]))
    if record.get("message"):
        message = _UID.sub("(uid)", str(record["message"])).replace("\n", "\\n")
        tail.append(f'"{message}"')
    return "  ".join([words, *tail])


def _shown(value: object) -> str:
    return "-" if value is None or value == "" else str(value)


_COLUMNS = (
    "seq", "t", "layer", "pod", "object", "container_type", "attempt", "call", "detail", "field", "from", "to", "reason", "message", "exit_code",
    "type", "field_path", "count", "hook", "probe", "result", "op", "bytes", "total", "because", "why",
)  # fmt: skip


def csv_lines(records: Iterable[Record]) -> Iterator[str]:
    """One row a record, the columns of the contract. A cell that a spreadsheet would take for a formula is led by an apostrophe."""
    yield ",".join(_COLUMNS)
    for record in records:
        row = io.StringIO()
        csv.writer(row, lineterminator="").writerow([_cell(record.get(column)) for column in _COLUMNS])
        yield row.getvalue()


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else "" if value is None else value


def perfetto_lines(records: Iterable[Record]) -> Iterator[str]:
    """Chrome's JSON trace format, which Perfetto opens: one process a pod, one thread a container, a slice per state. Holds one entry at a time."""
    yield '{"traceEvents":['
    last = ""
    for entry in _perfetto_entries(records):
        if last:
            yield last + ","
        last = encode(entry)
    if last:
        yield last
    yield "]}"


def _perfetto_entries(records: Iterable[Record]) -> Iterator[dict[str, Any]]:
    pods: dict[str, int] = {}
    threads: dict[tuple[str, str], int] = {}
    open_slices: dict[tuple[str, str], tuple[float, str]] = {}
    now = 0.0
    for record in records:
        now = record["t"]
        pod = record.get("pod")
        if pod is None:
            continue
        if pod not in pods:
            pods[pod] = len(pods) + 1
            yield {"ph": "M", "name": "process_name", "pid": pods[pod], "tid": 0, "args": {"name": pod}}
        place = (pod, str(record.get("object")))
        if place not in threads:
            threads[place] = len(threads) + 1
            yield {"ph": "M", "name": "thread_name", "pid": pods[pod], "tid": threads[place], "args": {"name": place[1]}}
        if record["layer"] == "status" and record["field"] in ("state", "phase"):
            if place in open_slices:
                yield _slice(open_slices[place], pods[pod], threads[place], now)
            open_slices[place] = (now, str(record["to"]))
        elif record["layer"] == "event":
            at_us, message = now * 1e6, record["message"]
            yield {"ph": "i", "s": "t", "name": record["reason"], "ts": at_us, "pid": pods[pod], "tid": threads[place], "args": {"message": message}}
    for place, opened in open_slices.items():
        yield _slice(opened, pods[place[0]], threads[place], now)


def _slice(opened: tuple[float, str], pid: int, tid: int, now: float) -> dict[str, Any]:
    return {"ph": "X", "name": opened[1], "ts": opened[0] * 1e6, "dur": (now - opened[0]) * 1e6, "pid": pid, "tid": tid}


def jsonl_lines(records: Iterable[Record]) -> Iterator[str]:
    """The trace itself."""
    return (encode(record) for record in records)


FORMATS: Mapping[str, Callable[[Iterable[Record]], Iterator[str]]] = {
    "jsonl": jsonl_lines,
    "text": text_lines,
    "kubectl": kubectl_lines,
    "perfetto": perfetto_lines,
    "csv": csv_lines,
}
