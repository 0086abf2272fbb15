"""Is a package that we pin known to be weak? What `./test` asks the registries: `python -m tests.audit UNREACHABLE`.

`UNREACHABLE` is the pattern of what programs say of a network that leads nowhere (bootstrap.sh). A registry that cannot be asked has not said that all is well,
and that is an answer of its own.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
PIP_AUDIT = "pip-audit==2.10.1"

FOLDER = CHECKOUT / "var" / "audit" / PIP_AUDIT
"""pip-audit has an environment of its own, so that what it needs is not what we are installed with; each version has one."""

INSTALLS_WITHIN_S, ANSWERS_WITHIN_S = 60.0, 25.0
"""The first is for a slow network; from one that is shut pip comes back after two attempts of PATIENCE_S."""

PATIENCE_S = 4

WELL, WEAK, NOT_ASKED = 0, 1, 75


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a registry said, as an exit code, and in words."""

    code: int
    words: str


def of_pip_audit(report: str, said: str, unreachable: str) -> Answer:
    """From its JSON, which also names what it could not ask about; its exit code does not."""
    try:
        packages = json.loads(report)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return _without_a_report(said, unreachable)
    weak = [f"{package['name']} {package['version']}: {', '.join(each['id'] for each in package['vulns'])}" for package in packages if package.get("vulns")]
    unasked = [package["skip_reason"] for package in packages if "skip_reason" in package]
    return _judged(weak, f"{len(unasked)} of {len(packages)}: {unasked[0]}" if unasked else "", len(packages))


def of_npm_audit(report: str, said: str, unreachable: str) -> Answer:
    """From its JSON: a report, or what the registry answered instead of one."""
    try:
        told = json.loads(report)
        found = told.get("vulnerabilities")
    except (ValueError, AttributeError):
        return _without_a_report(said, unreachable)
    if found is None:
        message = str(told.get("message", report))
        # It was reached, and has no such service: a mirror.
        return Answer(code=NOT_ASKED, words=message) if "statusCode" in told else _without_a_report(message, unreachable)
    return _judged([f"{name}: {each['severity']}" for name, each in found.items()], "", told["metadata"]["dependencies"]["total"])


def _judged(weak: Sequence[str], unasked: str, count: int) -> Answer:
    if not count:
        return Answer(code=WEAK, words="the audit is broken: it was about no package")
    if weak:
        return Answer(code=WEAK, words="known to be weak: " + "; ".join(weak))
    return Answer(code=NOT_ASKED, words=unasked) if unasked else Answer(code=WELL, words=f"none of {count} is known to be weak")


REFUSED = r"could not connect|blocking this service|ServiceError|(429|5\d\d) (Client|Server) Error|No matching distribution"
"""What pip-audit and pip say of a service that is not there, or not now."""


def _without_a_report(said: str, unreachable: str) -> Answer:
    lines = said.strip().splitlines() or ["nothing was said"]
    told = next((line for line in reversed(lines) if re.search(f"{unreachable}|{REFUSED}", line, re.IGNORECASE)), None)
    return Answer(code=WEAK, words=f"the audit is broken: {lines[-1]}") if told is None else Answer(code=NOT_ASKED, words=told.strip())


def said_by(command: Sequence[str | Path], within_s: float) -> tuple[int, str, str]:
    """Exit code, output and errors; who takes longer is ended, with all that it started."""
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        try:
            out, errors = process.communicate(timeout=within_s)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            return process.wait(), "", f"{Path(command[0]).name} timed out after {within_s:g} s"
        return process.returncode, out, errors


def python_packages(unreachable: str) -> Answer:
    """All that is installed, at its version."""
    if not (FOLDER / "bin" / "pip-audit").exists():
        FOLDER.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        quick = ("--quiet", "--disable-pip-version-check", "--no-input", "--retries", "1", "--timeout", str(PATIENCE_S))
        for command in ((sys.executable, "-m", "venv", FOLDER), (FOLDER / "bin" / "pip", "install", *quick, PIP_AUDIT)):
            code, _, errors = said_by(command, INSTALLS_WITHIN_S)
            if code:
                return _without_a_report(errors, unreachable)
    installed = FOLDER / "installed.txt"
    installed.write_text(said_by((sys.executable, "-m", "pip", "freeze", "--exclude-editable"), ANSWERS_WITHIN_S)[1])
    options = ("--disable-pip", "--no-deps", "--progress-spinner", "off", "--format", "json", "--timeout", str(PATIENCE_S))
    _, report, errors = said_by((FOLDER / "bin" / "pip-audit", *options, "--requirement", installed), ANSWERS_WITHIN_S)
    return of_pip_audit(report, errors, unreachable)


def browser_packages(unreachable: str) -> Answer:
    """All that package-lock.json names."""
    quick = ("--fetch-retries=0", f"--fetch-timeout={PATIENCE_S * 1000}")
    _, report, errors = said_by(("npm", "audit", "--json", "--package-lock-only", *quick), ANSWERS_WITHIN_S)
    return of_npm_audit(report, errors, unreachable)


def main(unreachable: str) -> int:
    """WEAK is the worst, then NOT_ASKED. Both are asked at once: a network that is shut takes its time for each."""
    with ThreadPoolExecutor() as threads:
        asking = {name: threads.submit(ask, unreachable) for name, ask in (("Python", python_packages), ("browser", browser_packages))}
    answers = {name: each.result() for name, each in asking.items()}
    for name, answer in answers.items():
        sys.stdout.write(f"{name} packages: {'the audit could not ask: ' if answer.code == NOT_ASKED else ''}{answer.words}\n")
    codes = {answer.code for answer in answers.values()}
    return next(code for code in (WEAK, NOT_ASKED, WELL) if code in codes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
