"""What does a pipeline get of `run --fail-if`? Exit codes, and reports that the tools of others read."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import junitparser
import pytest
import sarif_kit.validate

from simulator.__main__ import HELD, OK, REFUSED, main
from simulator.conditions import FACTS

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: NAME}
spec:
  containers:
    - name: app
      image: app:1
"""
SCENARIO = """\
apiVersion: nodeviz.dev/v1alpha1
kind: Scenario
spec:
  until: 2m
  behaviors: {slow/app: {runs: [{duration: 5s, exitCode: 1}]}}
"""


@pytest.fixture
def deploy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two pods, one of which crashes; commands run beside it."""
    folder = tmp_path / "a deploy"
    folder.mkdir()
    (folder / "pods.yaml").write_text(POD.replace("NAME", "fine") + "---\n" + POD.replace("NAME", "slow"))
    (folder / "scenario.yaml").write_text(SCENARIO)
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.mark.parametrize(
    ("conditions", "code"),
    [
        pytest.param(["ready > 60s"], OK, id="does not hold"),
        pytest.param(["restarts > 1"], HELD, id="holds"),
        pytest.param(["ready > 60s", "restarts > 1"], HELD, id="one of two holds"),
        pytest.param(["ready >"], REFUSED, id="says nothing"),
        pytest.param(["oom(nobody/app)"], REFUSED, id="asks nobody"),
        pytest.param(["restarts > 1", "oom(nobody/app)"], REFUSED, id="asks nobody, although another holds"),
    ],
)
def test_the_exit_code(deploy, conditions, code, capsys):
    assert main(["run", deploy.name, *(word for text in conditions for word in ("--fail-if", text))]) == code


def test_the_trace_stays_what_it_is_and_people_read_beside_it_what_held(deploy, capsys):
    main(["run", deploy.name])
    plain = capsys.readouterr()

    main(["run", deploy.name, "--fail-if", "restarts > 1", "--fail-if", "oom"])

    asked = capsys.readouterr()
    assert asked.out == plain.out
    assert asked.err.splitlines() == [
        "a deploy/pods.yaml:14:7: spec.containers[0].command: default/slow/app: 4 restarts, the last at 117.2 s (--fail-if 'restarts > 1')",
        "restarts > 1: HOLDS for 1 of 2 containers",
        "oom: does not hold for any of 2 containers",
    ]


def test_all_mistakes_are_listed_the_option_by_its_number(deploy, capsys):
    (deploy / "pods.yaml").write_text(POD.replace("NAME", "fine").replace("image", "imag"))

    assert main(["run", deploy.name, "--fail-if", "oom", "--fail-if", "redy > 5s", "--fail-if", "ready > 5"]) == REFUSED

    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.splitlines()[:2] == [
        '--fail-if:2:1: unknown fact "redy"; did you mean "ready"?',
        '--fail-if:3:9: "5" has no unit; 5s, or 5m for minutes',
    ]
    assert any(line.startswith("a deploy/pods.yaml:7:") for line in printed.err.splitlines())


@pytest.mark.parametrize(
    "options",
    [
        pytest.param(["--report", "junit"], id="a report without a condition"),
        pytest.param(["--fail-if", "oom", "--report", "xml"], id="no such report"),
        pytest.param(["--fail-if", "oom", "--report", "junit", "--report", "sarif"], id="two reports on standard output"),
        pytest.param(["--fail-if", "oom", "--report", "junit", "--report", "sarif", "--report-file", "a"], id="one file for two"),
        pytest.param(["--fail-if", "oom", "--report-file", "a"], id="a file without a report"),
        pytest.param(["--fail-if", "oom", "--report", "junit", "--format", "text"], id="trace and report on standard output"),
    ],
)
def test_options_that_do_not_go_together_are_refused(deploy, options):
    with pytest.raises(SystemExit) as ended:
        main(["run", deploy.name, *options])

    assert ended.value.code == REFUSED


def test_reports_go_into_files_and_the_trace_is_printed_if_it_is_asked_for(deploy, tmp_path, capsys):
    files = ["--report", "junit", "--report-file", "junit.xml", "--report", "json", "--report-file", "report.json"]

    assert main(["run", deploy.name, "--fail-if", "oom", *files]) == OK
    assert capsys.readouterr().out == ""
    assert main(["run", deploy.name, "--fail-if", "oom", *files, "--format", "text"]) == OK

    assert "phase: Pending -> Running" in capsys.readouterr().out
    assert json.loads((tmp_path / "report.json").read_text())["held"] is False
    assert (tmp_path / "junit.xml").read_text().startswith("<?xml")


def test_a_report_that_cannot_be_written_does_not_pass_for_a_success(deploy, capsys):
    assert main(["run", deploy.name, "--fail-if", "oom", "--report", "junit", "--report-file", "none/junit.xml"]) == REFUSED

    assert capsys.readouterr().err == "none/junit.xml:0:0: No such file or directory\n"


def reported(kind: str, deploy: Path, capsys: pytest.CaptureFixture[str], *conditions: str) -> str:
    main(["run", deploy.name, "--report", kind, *(word for text in conditions for word in ("--fail-if", text))])
    return capsys.readouterr().out


def test_junit_has_a_suite_a_condition_and_a_case_a_pod_or_container(deploy, capsys, tmp_path):
    (tmp_path / "junit.xml").write_text(reported("junit", deploy, capsys, "ready > 60s", "restarts > 1", "terminating > 5s"))

    suites = list(junitparser.JUnitXml.fromfile(str(tmp_path / "junit.xml")))
    cases = [(case.classname, case.name, [type(result).__name__ for result in case.result]) for suite in suites for case in suite]
    assert cases == [
        ("ready > 60s", "default/fine", []),
        ("ready > 60s", "default/slow", []),
        ("restarts > 1", "default/fine/app", []),
        ("restarts > 1", "default/slow/app", ["Failure"]),
        ("terminating > 5s", "default/fine", ["Skipped"]),
        ("terminating > 5s", "default/slow", ["Skipped"]),
    ]
    assert [(suite.name, suite.tests, suite.failures, suite.skipped, suite.errors) for suite in suites] == [
        ("ready > 60s", 2, 0, 0, 0),
        ("restarts > 1", 2, 1, 0, 0),
        ("terminating > 5s", 2, 0, 2, 0),
    ]
    assert {prop.name for prop in suites[0].properties()} == {"simulator", "kubernetes", "seed"}
    ready = [case.time for case in suites[0]]
    assert all(0 < time_s < 60 for time_s in ready)
    assert suites[0].time == pytest.approx(sum(ready))


def test_a_failure_says_where_and_what_would_change_it(deploy, capsys, tmp_path):
    (tmp_path / "junit.xml").write_text(reported("junit", deploy, capsys, "restarts(slow/*) > 1"))

    (suite,) = junitparser.JUnitXml.fromfile(str(tmp_path / "junit.xml"))
    (case,) = suite
    (failure,) = case.result
    assert (failure.type, failure.message) == ("restarts", "4 restarts, the last at 117.2 s")
    assert failure.text.splitlines() == [
        "a deploy/pods.yaml:14:7: spec.containers[0].command: 4 restarts, the last at 117.2 s",
        "What would change it: What the container does; see its behavior.",
    ]


def test_sarif_is_what_the_standard_says_and_has_the_deciding_line(deploy, capsys):
    log = json.loads(reported("sarif", deploy, capsys, "restarts > 1", "never ready"))

    sarif_kit.validate.assert_valid(log)
    (run,) = log["runs"]
    (result,) = run["results"]
    # As our marks count; without it a reader counts in UTF-16, and is beside the word behind an emoji.
    assert run["columnKind"] == "unicodeCodePoints"
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == [f"fail-if-{name}" for name in FACTS]
    assert (result["ruleId"], result["level"]) == ("fail-if-restarts", "error")
    assert result["locations"][0]["physicalLocation"] == {"artifactLocation": {"uri": "a%20deploy/pods.yaml"}, "region": {"startLine": 14, "startColumn": 7}}


def test_the_sarif_of_lint_is_what_the_standard_says(deploy, capsys):
    main(["lint", deploy.name, "--format", "sarif"])

    sarif_kit.validate.assert_valid(json.loads(capsys.readouterr().out))


def test_what_the_standard_does_not_know_is_noticed(deploy, capsys):
    log = json.loads(reported("sarif", deploy, capsys, "restarts > 1"))
    log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0

    assert not sarif_kit.validate.is_valid(log)


def test_json_has_every_answer(deploy, capsys):
    found = json.loads(reported("json", deploy, capsys, "restarts > 1", "never completed(slow)"))

    assert (found["held"], found["end"], found["kubernetes"]) == (True, {"t": 120, "reason": "until"}, "1.36")
    fine, slow, never = found["outcomes"]
    assert (fine["pod"], fine["container"], fine["result"], fine["count"], fine["file"]) == ("default/fine", "app", "does not hold", 0, "")
    assert (slow["pod"], slow["result"], slow["count"], slow["line"], slow["why"]) == ("default/slow", "holds", 4, 14, "process-failed")
    assert (never["seconds"], never["never"]) == (None, True)


def test_a_name_that_xml_cannot_have_is_no_end_of_the_report(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a\x01<&.yaml").write_text(POD.replace("NAME", "fine"))

    main(["run", "a\x01<&.yaml", "--fail-if", "ready >= 0s", "--report", "junit"])

    Path("junit.xml").write_text(capsys.readouterr().out)
    (suite,) = junitparser.JUnitXml.fromfile("junit.xml")
    (case,) = suite
    assert case.result[0].text.startswith("a\ufffd<&.yaml:")


def test_two_processes_report_the_same_bytes(deploy):
    command = [sys.executable, "-m", "simulator", "run", str(deploy), "--fail-if", "restarts > 1", "--fail-if", "ready > 1s", "--report", "junit"]
    checkout = str(Path(__file__).resolve().parents[2])
    found = {
        subprocess.run(command, capture_output=True, check=False, cwd=checkout, env={"PYTHONHASHSEED": seed, "PATH": ""}).stdout for seed in ("1", "2", "3")
    }

    assert len(found) == 1
    assert b"<failure" in found.pop()
