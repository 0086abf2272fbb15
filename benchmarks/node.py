"""What does a full node cost? 110 pods of 3 containers over a virtual day, against the same kernel when it looks at everything in every period.

`python -m benchmarks.node` prints a table in a few minutes. Ratios are of CPU time within one run: seconds are those of the machine and of what else it does.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from simulator import Scenario, simulate
from simulator.behavior import Behavior, Result, Run, Window
from simulator.pod import Container, ContainerType, Handler, HandlerKind, Pod, Probe, RestartPolicy
from simulator.scenario import NodeImage
from simulator.units import DAY_MS, HOUR_MS
from tests.simulator.ticking import ticking

PODS = 110
TROUBLED = 33
"""Pods of the node that crash, or whose probes fail: three in ten."""
HANDLER = Handler(kind=HandlerKind.HTTP_GET, port="8080", path="/")
PROBE = Probe(handler=HANDLER)
CRASHES = Behavior(runs=(Run(duration_ms=2_000, exit_code=1),))
NOT_READY = Behavior(readiness=(Window(from_ms=0, result=Result.FAILURE),))
HEALTHY = Behavior()


def container(name: str, kind: ContainerType) -> Container:
    """With all three probes, so that there is something to leave out."""
    policy = RestartPolicy.ALWAYS if kind is ContainerType.SIDECAR else None
    return Container(
        name=name,
        image="app:1.0",
        container_type=kind,
        restart_policy=policy,
        startup_probe=PROBE,
        readiness_probe=PROBE,
        liveness_probe=PROBE,
    )


def pod(index: int) -> Pod:
    """A sidecar and two mains."""
    name = f"pod-{index:03}"
    return Pod(
        name=name,
        uid=f"uid-{name}",
        init_containers=(container("proxy", ContainerType.SIDECAR),),
        containers=(container("app", ContainerType.MAIN), container("helper", ContainerType.MAIN)),
    )


def node(trouble: Behavior, until_ms: int) -> Scenario:
    """A full node of which some pods are in trouble."""
    pods = tuple(pod(index) for index in range(PODS))
    plain = Scenario()
    return replace(
        plain,
        until_ms=until_ms,
        pods=pods,
        behaviors={f"{pod.name}/app": trouble for pod in pods[:TROUBLED]} if trouble is not HEALTHY else {},
        node=replace(plain.node, images=(NodeImage(image="app:1.0", size_bytes=50 << 20),)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One measurement."""

    title: str
    trouble: Behavior
    until_ms: int
    ticks: bool = False

    def records(self) -> Iterator[dict[str, Any]]:
        """The trace, as it comes."""
        scenario = node(self.trouble, self.until_ms)
        return ticking(scenario) if self.ticks else simulate(scenario)


CASES = {
    "nothing": Case(title="start of Python and of all pods, no time passes", trouble=HEALTHY, until_ms=0),
    "healthy-hour": Case(title="healthy, 1 h", trouble=HEALTHY, until_ms=HOUR_MS),
    "healthy-6-hours": Case(title="healthy, 6 h", trouble=HEALTHY, until_ms=6 * HOUR_MS),
    "healthy-day": Case(title="healthy, 1 d", trouble=HEALTHY, until_ms=DAY_MS),
    "healthy-week": Case(title="healthy, 7 d", trouble=HEALTHY, until_ms=7 * DAY_MS),
    "crash-loops-day": Case(title=f"{TROUBLED} crash loops, 1 d", trouble=CRASHES, until_ms=DAY_MS),
    "failing-probes-day": Case(title=f"{TROUBLED} failing probes, 1 d", trouble=NOT_READY, until_ms=DAY_MS),
    "healthy-hour-ticking": Case(title="healthy, 1 h, ticking", trouble=HEALTHY, until_ms=HOUR_MS, ticks=True),
    "crash-loops-hour": Case(title=f"{TROUBLED} crash loops, 1 h", trouble=CRASHES, until_ms=HOUR_MS),
    "crash-loops-hour-ticking": Case(title=f"{TROUBLED} crash loops, 1 h, ticking", trouble=CRASHES, until_ms=HOUR_MS, ticks=True),
    "failing-probes-hour": Case(title=f"{TROUBLED} failing probes, 1 h", trouble=NOT_READY, until_ms=HOUR_MS),
    "failing-probes-hour-ticking": Case(title=f"{TROUBLED} failing probes, 1 h, ticking", trouble=NOT_READY, until_ms=HOUR_MS, ticks=True),
}
RATIOS = (
    ("healthy node: ticking against not ticking, 1 h", "healthy-hour-ticking", "healthy-hour"),
    ("crash loops: ticking against not ticking, 1 h", "crash-loops-hour-ticking", "crash-loops-hour"),
    ("failing probes: ticking against not ticking, 1 h", "failing-probes-hour-ticking", "failing-probes-hour"),
    ("healthy node: 6 h against 1 h", "healthy-6-hours", "healthy-hour"),
    ("healthy node: 1 d against 1 h", "healthy-day", "healthy-hour"),
    ("healthy node: 7 d against 1 h", "healthy-week", "healthy-hour"),
)


def measure(name: str) -> dict[str, float]:
    """Run one case in this process; nothing is kept of the records but their number and how the run ended."""
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    count, last = 0, {}
    for last in CASES[name].records():  # noqa: B007 - the last one is looked at below
        count += 1
    return {
        "wall_s": time.perf_counter() - wall_s,
        "cpu_s": time.process_time() - cpu_s,
        "records": count,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "complete": last["reason"] == "until",
    }


def measured(name: str) -> dict[str, float]:
    """The same in a process of its own, so that its peak of memory is its own."""
    done = subprocess.run([sys.executable, "-m", "benchmarks.node", name], capture_output=True, check=True, cwd=Path(__file__).resolve().parent.parent)
    result: dict[str, float] = json.loads(done.stdout)
    return result


def main() -> None:
    """The table, then the ratios."""
    write = sys.stdout.write
    results = {}
    write(f"{'case':<50} {'wall s':>8} {'CPU s':>8} {'records':>9} {'records/CPU s':>14} {'peak MiB':>9}\n")
    for name, case in CASES.items():
        result = results[name] = measured(name)
        rate = result["records"] / result["cpu_s"]
        cut = "" if result["complete"] else "  (cut at the limit of records)"
        write(f"{case.title:<50} {result['wall_s']:>8.2f} {result['cpu_s']:>8.2f} {result['records']:>9} {rate:>14.0f} {result['peak_mib']:>9.0f}{cut}\n")
        sys.stdout.flush()
    write("\n")
    for title, slow, fast in RATIOS:
        write(f"{title:<50} {results[slow]['cpu_s'] / results[fast]['cpu_s']:>8.1f}\n")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.stdout.write(json.dumps(measure(sys.argv[1])))
    else:
        main()
