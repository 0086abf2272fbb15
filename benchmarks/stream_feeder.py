"""Who writes the run that `benchmarks/stream.py` watches? A worker's part without Celery: records of a real simulation, through the real journal, at a pace.

`python -m benchmarks.stream_feeder` makes a link and its run, says which, and waits for a line on its input. At the end it says when it had each record.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

import django
from django.utils import timezone

import simulator
from nodeviz.runs import frames

Record = dict[str, Any]

POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: web-{number}
  annotations: {{behavior.nodeviz.dev/app: "{{runs: [{{duration: 1s, exitCode: 1}}]}}"}}
spec:
  containers:
  - {{name: app, image: "main-app1:1.0"}}
---
"""
TEXT = "".join(POD.format(number=number) for number in range(60))
"""Sixty pods that crash again and again: some 40,000 records of 200 bytes."""


def trace(count: int) -> Iterator[Record]:
    """So many records: those of the text, and when there are no more, the same again under further numbers."""
    known: list[Record] = []
    for record in simulator.simulate(simulator.load({"pods.yaml": TEXT})):
        if len(known) == count:
            break
        known.append(record)
        yield record
    for seq in range(len(known), count):
        yield {**known[seq % len(known)], "seq": seq}


def paced(records: Iterator[Record], per_s: float, had_s: list[float]) -> Iterator[Record]:
    """The same records, so many a second (0: as fast as can be), and when each was there."""
    started_s = time.perf_counter()
    for number, record in enumerate(records):
        if per_s and (early_s := started_s + number / per_s - time.perf_counter()) > 0.002:
            time.sleep(early_s)
        had_s.append(time.perf_counter())
        yield record


def checksum(lines: Iterable[bytes]) -> int:
    """Of the records' bytes, one behind the other."""
    crc = 0
    for line in lines:
        crc = zlib.crc32(line + b",", crc)
    return crc


def main() -> None:
    """Say which link, wait, write, say when."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, required=True)
    parser.add_argument("--per-s", type=float, required=True)
    parser.add_argument("--frame", type=int, required=True, help="most records of a frame: at 1,000 a second 50 are a frame each 50 ms")
    given = parser.parse_args()
    django.setup()
    from nodeviz.runs.journal import Journal
    from nodeviz.runs.models import QUEUE_LEASE, Run
    from nodeviz.scenarios.models import Scenario

    frames.MAX_FRAME_RECORDS = given.frame
    scenario = Scenario.objects.create(files=[{"name": "pods.yaml", "text": TEXT}], title="load", simulator_version=simulator.VERSION)
    queued = Run.objects.create(scenario=scenario, simulator_version=simulator.VERSION, lease_until=timezone.now() + 60 * QUEUE_LEASE)
    # Simulated beforehand: a pace that stumbles would be measured as somebody's lateness.
    records = list(trace(given.records))
    sys.stdout.write(json.dumps({"scenario": scenario.pk}) + "\n")
    sys.stdout.flush()
    sys.stdin.readline()
    run = Run.objects.claim(queued.pk, task_id="load")
    assert run is not None
    Run.objects.filter(pk=run.pk).update(lease_until=timezone.now() + 60 * QUEUE_LEASE)
    journal, had_s = Journal(run), []  # type: tuple[Journal, list[float]]
    journal.finish(simulator.verdict(journal.keep(paced(iter(records), given.per_s, had_s))))
    crc = checksum(simulator.encode(record).encode() for record in records)
    sys.stdout.write(json.dumps({"had_s": had_s, "crc": crc}) + "\n")


if __name__ == "__main__":
    main()
