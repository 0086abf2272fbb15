"""The command line: `python -m simulator run|check|lint|gates ...` (contract, section 1)."""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from simulator import VERSION
from simulator.advice.advice import Level
from simulator.advice.formats import ADVICE_FORMATS
from simulator.advice.lint import lint
from simulator.conditions import FACTS, Condition, ConditionError, parse_condition
from simulator.errors import ManifestError, Problem
from simulator.facts import Facts
from simulator.feature_gates import listing
from simulator.formats import FORMATS
from simulator.manifest.load import Loaded, load_with_sources
from simulator.reports import REPORTS, as_text, report
from simulator.simulation import simulate
from simulator.versions import NEWEST, OLDEST

OK, OUR_FAULT, REFUSED, ADVISED, HELD = 0, 1, 2, 3, 4
ENDINGS = (".yaml", ".yml", ".json", ".injected")

FAIL_IF = "--fail-if"
"""In front of problems of conditions, where others have their file."""

ABOUT = "about.yaml"
"""In a folder with a `scenario.yaml`: what a gallery tells people of it. Not for the simulator."""


def parser() -> argparse.ArgumentParser:
    """The arguments."""
    root = argparse.ArgumentParser(prog="python -m simulator", description="What will the kubelet do with this pod?")
    root.add_argument("--version", action="version", version=f"nodeviz simulator {VERSION}")
    commands = root.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="simulate, print the trace")
    run.add_argument("--format", choices=sorted(FORMATS), help="of the trace; jsonl unless a report is asked for")
    run.add_argument("--until", metavar="DURATION", help="virtual time: 90s, 10m, 1h30m, 3d")
    run.add_argument("--seed", type=int)
    run.add_argument("--jitter", choices=("on", "off"))
    facts = ", ".join(FACTS)
    run.add_argument(
        "--fail-if",
        action="append",
        default=[],
        metavar="CONDITION",
        help=f"exit code {HELD} if it holds for any pod or container: 'ready > 60s', 'never ready', 'restarts(web/*) > 0'; may be repeated. Facts: {facts}",
    )
    run.add_argument(
        "--report", action="append", default=[], choices=sorted(REPORTS), help="what became of the conditions, instead of the trace; may be repeated"
    )
    run.add_argument("--report-file", action="append", default=[], metavar="FILE", help="where the report goes, one for each --report; else standard output")
    check = commands.add_parser("check", help="validate only")
    advise = commands.add_parser("lint", help="advice: what will go wrong, and what to do about it")
    advise.add_argument("--format", choices=("text", "json", "sarif"), default="text", help="sarif is for code scanning in CI")
    advise.add_argument("--fail-on", choices=("warning", "note", "never"), default="never", help="exit code 3 if there is such advice, or worse")
    for command in (run, check, advise):
        command.add_argument("--lenient", action="store_true", help="unknown fields are warnings, as with kubectl --validate=warn")
        command.add_argument("files", nargs="+", metavar="FILE", help="YAML or JSON; - is standard input; a directory is read in name order")
        command.add_argument("--kubernetes", metavar="1.36", help=f"minor version of the kubelet, 1.{OLDEST} to 1.{NEWEST}")
    gates = commands.add_parser("gates", help="feature gates of a version")
    gates.add_argument("--kubernetes", metavar="1.36", default=f"1.{NEWEST}")
    return root


def read_files(names: Sequence[str]) -> dict[str, bytes]:
    """The named files' contents, by the name that problems quote. Raises OSError."""
    contents: dict[str, bytes] = {}
    for name in names:
        if name == "-":
            contents["-"] = sys.stdin.buffer.read()
        elif Path(name).is_dir():
            about = Path(name, ABOUT) if Path(name, "scenario.yaml").exists() else None
            for path in sorted(Path(name).iterdir()):
                if path.suffix in ENDINGS and path != about:
                    contents[str(path)] = path.read_bytes()
        else:
            contents[name] = Path(name).read_bytes()
    return contents


def _not_together(arguments: argparse.Namespace) -> str:
    """What is wrong with the options for reports, in a sentence; empty if nothing is."""
    reports, files = len(arguments.report), len(arguments.report_file)
    if reports and not arguments.fail_if:
        return "--report says what became of conditions: give one with --fail-if"
    if files and files != reports:
        return f"each --report needs a --report-file of its own: {reports} and {files} were given"
    if reports > 1 and not files:
        return "several reports cannot share standard output: give each a --report-file"
    if reports and not files and arguments.format:
        return "the trace and the report cannot share standard output: give the report a --report-file, or leave --format out"
    return ""


def _loaded(arguments: argparse.Namespace) -> Loaded:
    jitter = getattr(arguments, "jitter", None)
    return load_with_sources(
        read_files(arguments.files),
        kubernetes=arguments.kubernetes,
        seed=getattr(arguments, "seed", None),
        until=getattr(arguments, "until", None),
        jitter=None if jitter is None else jitter == "on",
        strict=not arguments.lenient,
    )


def _conditions(texts: Sequence[str]) -> tuple[list[Condition], list[Problem]]:
    """All that can be read, and a problem for each that cannot."""
    conditions, problems = [], []
    for number, text in enumerate(texts, 1):
        try:
            conditions.append(parse_condition(text))
        except ConditionError as error:
            problems.append(error.problem(FAIL_IF, number))
    return conditions, problems


def _loaded_with(arguments: argparse.Namespace) -> tuple[Loaded, list[Condition]]:
    """What is to be run and what is to be asked. Raises ManifestError with the problems of both."""
    conditions, problems = _conditions(arguments.fail_if)
    try:
        loaded = _loaded(arguments)
    except ManifestError as refused:
        raise ManifestError([*problems, *refused.problems]) from None
    if problems:
        raise ManifestError(problems)
    return loaded, conditions


def _run(arguments: argparse.Namespace) -> int:
    loaded, conditions = _loaded_with(arguments)
    scenario = loaded.scenario
    for warning in scenario.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    facts = Facts() if conditions else None
    shown = arguments.format or ("" if arguments.report else "jsonl")
    try:
        records = _read_by(facts, simulate(scenario))
        if shown:
            for line in FORMATS[shown](records):
                print(line)
        for _ in records:
            pass
    except BrokenPipeError:
        raise
    except Exception as error:
        print(f"simulator {VERSION}, seed {scenario.seed}, Kubernetes 1.{scenario.kubernetes}: {type(error).__name__}: {error}", file=sys.stderr)
        raise
    if facts is None:
        return OK
    about: Mapping[str, str | int] = {"simulator": VERSION, "kubernetes": f"1.{scenario.kubernetes}", "seed": scenario.seed}
    return _report(arguments, conditions, facts, loaded, about)


def _read_by(facts: Facts | None, records: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for record in records:
        if facts is not None:
            facts.read(record)
        yield record


def _report(arguments: argparse.Namespace, conditions: Sequence[Condition], facts: Facts, loaded: Loaded, about: Mapping[str, str | int]) -> int:
    """Say what became of the conditions, wherever it is asked for; for people always."""
    found, wrong = report(conditions, facts, loaded.sources, about)
    if wrong:
        raise ManifestError([error.problem(FAIL_IF, number + 1) for number, error in wrong])
    for name, file in itertools.zip_longest(arguments.report, arguments.report_file):
        if file is None:
            print(REPORTS[name](found), end="")
        else:
            Path(file).write_text(REPORTS[name](found), encoding="utf-8", errors="backslashreplace")
    if arguments.report_file or arguments.report != ["text"]:
        print(as_text(found), end="", file=sys.stderr)
    return HELD if found.held else OK


def _check(arguments: argparse.Namespace) -> int:
    scenario = _loaded(arguments).scenario
    for warning in scenario.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    for kind in scenario.not_simulated:
        print(f"not simulated: {kind}")
    pods = len(scenario.pods)
    print(f"{pods} pod{'' if pods == 1 else 's'}, no problems")
    return OK


def _lint(arguments: argparse.Namespace) -> int:
    loaded = _loaded(arguments)
    found = lint(loaded.scenario, loaded.sources)
    for line in ADVICE_FORMATS[arguments.format](found):
        print(line)
    worst = {"warning": (Level.WARNING,), "note": (Level.WARNING, Level.NOTE), "never": ()}[arguments.fail_on]
    return ADVISED if any(advice.level in worst for advice in found) else OK


def _gates(arguments: argparse.Namespace) -> int:
    minor = int(arguments.kubernetes.removeprefix("1."))
    for state in listing(minor):
        print(f"{state.name:<52} {state.stage:<12} {'on' if state.enabled else 'off':<4} {state.effect}")
    return OK


def main(argv: Sequence[str] | None = None) -> int:
    """Exit code 0: it ran; 2: the input was refused, every problem listed; 1: our own fault; 3: `lint` had advice; 4: a condition of `--fail-if` holds."""
    arguments = parser().parse_args(argv)
    if arguments.command == "run" and (wrong := _not_together(arguments)):
        parser().error(wrong)
    try:
        return {"run": _run, "check": _check, "lint": _lint, "gates": _gates}[arguments.command](arguments)
    except ManifestError as refused:
        for problem in refused.problems:
            print(problem, file=sys.stderr)
        return REFUSED
    except BrokenPipeError:
        raise
    except OSError as error:
        print(f"{error.filename}:0:0: {error.strerror}", file=sys.stderr)
        return REFUSED


if __name__ == "__main__":
    try:
        sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
        code = main()
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has seen enough (`| head`); nothing is left to be flushed into a closed pipe.
        sys.stderr.close()
        code = OK
    sys.exit(code)
