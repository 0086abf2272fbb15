"""Can the runner fail? Every expectation that holds, made false, must be reported; and so must everything that the vocabulary does not have."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests import surroundings
from tests.conformance.__main__ import main
from tests.conformance.case import TABLE, Case, case_files, parse_case
from tests.conformance.drive import Evidence, drive
from tests.conformance.expectations import CHECKS
from tests.conformance.history import ContainerHistory, Moment
from tests.conformance.instants import Instants
from tests.conformance.mutations import mutants, mutated_keys
from tests.conformance.run import check_case, check_file, time_limit
from tests.conformance.scenarios import check, settings_of, words_of
from tests.conformance.tables import TABLES
from tests.conformance.tables.mutations import row_mutants
from tests.conformance.translation import Setting

OWN = case_files([Path(__file__).parent / "own_cases"])
LIFECYCLE = surroundings.SHARED / "conformance" / "lifecycle"
ALL = [*OWN, *(case_files([LIFECYCLE]) if LIFECYCLE.is_dir() else [])]


def read(path: Path) -> Case:
    return parse_case(path.read_text(encoding="utf-8"), path)


SCENARIOS = [path for path in ALL if read(path).kind != TABLE]
TABULAR = [path for path in ALL if path not in SCENARIOS]


@pytest.mark.parametrize("path", OWN, ids=[path.stem for path in OWN])
def test_our_own_cases_hold(path: Path) -> None:
    report = check_file(path)

    assert not report.failures, "\n".join(map(str, report.failures))


# -- mutants ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_every_mutated_expectation_is_reported(path: Path) -> None:
    case = read(path)
    evidence = drive(case, settings_of(case)[0])

    survivors = [
        words_of(mutant)
        for expectation in case.expectations
        if check(evidence, expectation) is None
        for mutant in mutants(expectation)
        if check(evidence, mutant) is None
    ]

    assert survivors == []


@pytest.mark.parametrize("path", TABULAR, ids=lambda path: path.stem)
def test_every_mutated_row_is_reported(path: Path) -> None:
    case = read(path)

    survivors = [
        mutant
        for row in case.fields["rows"]
        for mutant in row_mutants(row)
        if not check_case(Case(number=case.number, name=case.name, kind=TABLE, fields={**case.fields, "rows": [mutant]})).failures
    ]

    assert survivors == []


def test_every_expectation_of_the_vocabulary_is_mutated_in_our_own_cases() -> None:
    used = {key for path in OWN if path in SCENARIOS for expectation in read(path).expectations for key in expectation}

    assert used == set(CHECKS) == mutated_keys()


def test_every_table_is_in_our_own_cases() -> None:
    assert {read(path).fields["table"] for path in OWN if path in TABULAR} == set(TABLES)


def test_the_vocabulary_is_that_of_the_cases(shared: Path) -> None:
    """Every key in the first column of the table of expectations has a check."""
    text = (shared / "conformance" / "lifecycle" / "README.md").read_text(encoding="utf-8")
    section = text.partition("## Expectations")[2].partition("\n## ")[0]
    columns = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    keys = {word for column in columns for word in re.findall(r"`([a-z_]+)", column)}

    assert keys - {"no_start_in"} <= set(CHECKS)
    assert len(keys) > 40


# -- what the vocabulary does not have ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    case = read(OWN[0])
    return drive(case, settings_of(case)[0])


@pytest.mark.parametrize(
    ("expectation", "words"),
    [
        pytest.param({"flies": "app"}, 'there is no expectation "flies"', id="an unknown key"),
        pytest.param({"starts": "app", "exits": "app"}, "exactly one key", id="two keys"),
        pytest.param({"starts": "nobody"}, 'no container "nobody"', id="an unknown container"),
        pytest.param({"restarts": {"container": "app", "roughly": 1}}, "unknown option roughly", id="an unknown option"),
        pytest.param({"restarts": {"container": "app"}}, "exactly, at_least or at_most is missing", id="a count without bounds"),
        pytest.param({"window": {"from": "sunrise", "to": "end"}}, '"sunrise" is no instant', id="an unknown instant"),
        pytest.param({"window": {"from": "exit:prepare#3", "to": "end", "min_s": 0}}, "exit:prepare#3 never came", id="an instant that never came"),
        pytest.param({"pod_phase": {"phase": "Sleeping", "at": "end"}}, "no phase 'Sleeping'", id="an unknown phase"),
        pytest.param({"pod_phase": {"phase": "Failed", "at": "sometimes"}}, '"sometimes" is not known', id="an unknown place in time"),
        pytest.param({"invariant": "everything is fine"}, "no check is written", id="an unknown sentence"),
        pytest.param({"hook_ran": {"container": "app", "hook": "preLunch", "times": 0}}, "no hook 'preLunch'", id="an unknown hook"),
        pytest.param({"probe_runs": {"container": "app", "type": "mood", "exactly": 0}}, "no probe type 'mood'", id="an unknown probe"),
        pytest.param({"spec_value": {"path": "spec.colour", "value": 1}}, 'does not keep "spec.colour"', id="an unknown field"),
    ],
)
def test_what_nobody_can_check_is_a_failure(evidence: Evidence, expectation: dict[str, object], words: str) -> None:
    assert words in (check(evidence, expectation) or "")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param({"kind": "poem"}, 'nothing drives the kind "poem"', id="an unknown kind"),
        pytest.param({"kubernetes": {"min": "1.36", "gates": {"SidecarContainers": False}}}, "has the gates", id="gates that no version of the range allows"),
        pytest.param({"actions": [{"at_s": 1, "do": "dance"}]}, 'there is no action "dance"', id="an unknown action"),
        pytest.param({"actions": [{"do": "delete"}]}, "has no moment", id="an action without a moment"),
        pytest.param({"actions": [{"after": "gone", "do": "delete"}]}, "never came", id="an action whose moment never comes"),
        pytest.param({"node": {"colour": "red"}}, "unknown field", id="a node configuration that the kubelet would refuse"),
        pytest.param({"kind": "table", "table": "chairs"}, 'there is no table "chairs"', id="an unknown table"),
    ],
)
def test_a_case_that_cannot_run_is_a_failure(change: dict[str, object], words: str) -> None:
    case = read(OWN[6])
    broken = Case(number=case.number, name=case.name, kind=str(change.get("kind", case.kind)), fields={**case.fields, **change})

    report = check_case(broken)

    assert words in "\n".join(map(str, report.failures))


def test_a_case_for_a_version_that_cannot_be_simulated_is_listed() -> None:
    case = read(OWN[0])

    report = check_case(Case(number="0", name="future", kind="unit", fields={**case.fields, "kubernetes": {"min": "1.37"}}))

    assert (report.failures, report.pending) == ([], ["0-future: no version that can be simulated fits {'min': '1.37'}"])


def test_a_behavior_with_an_unknown_key_is_a_failure() -> None:
    case = read(OWN[6])
    container = {**case.pods[0]["spec"]["containers"][0], "behavior": {"sings": True}}
    pod = {**case.pods[0], "spec": {**case.pods[0]["spec"], "containers": [container]}}

    report = check_case(Case(number="0", name="x", kind="derived", fields={**case.fields, "pod": pod}))

    assert "unknown keys: sings" in "\n".join(map(str, report.failures))


# -- histories that no right simulator makes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "spoil"),
    [
        pytest.param(
            "restartCount never decreases",
            lambda app: (app.restart_count.set(Moment(70.0), 2), app.restart_count.set(Moment(71.0), 1)),
            id="restartCount falls",
        ),
        pytest.param("no two runs of one container overlap", lambda app: app.runs.append(app.runs[0]), id="two runs at once"),
        pytest.param("no container status is terminated with exit code 3", lambda app: None, id="an exit code that must not be"),
        pytest.param("no main container is ever ready", lambda app: None, id="a container that must not be ready"),
    ],
)
def test_a_broken_invariant_is_reported(sentence: str, spoil: Callable[[ContainerHistory], object]) -> None:
    case = read(OWN[0])
    seen = drive(case, settings_of(case)[0])

    spoil(seen.history.pods["web"].container("app"))

    assert "web/app" in (check(seen, {"invariant": sentence}) or "")


def test_a_phase_that_changes_after_the_end_is_reported() -> None:
    case = read(OWN[0])
    seen = drive(case, settings_of(case)[0])

    seen.history.pods["web"].phase.set(Moment(79.0), "Running")

    assert "Failed" in (check(seen, {"invariant": "a terminal phase never changes"}) or "")


# -- instants and settings ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "after", "seconds"),
    [
        pytest.param("delete+5s", "delete", 5.0, id="so many seconds later"),
        pytest.param("up:proxy", "start:proxy", 3.0, id="the program is up after its start delay"),
        pytest.param("action:0", "pod_ready", 10.0, id="an action after an instant, and some"),
    ],
)
def test_instants_relative_to_others(evidence: Evidence, text: str, after: str, seconds: float) -> None:
    instants: Instants = evidence.instants

    assert instants.get(text).t == pytest.approx(instants.get(after).t + seconds, abs=0.002)


def test_a_case_runs_without_jitter_and_under_three_seeds() -> None:
    settings = settings_of(read(OWN[0]))

    assert settings == (Setting(minor=36), Setting(minor=36, seed=1), Setting(minor=36, seed=2), Setting(minor=36, seed=3))


def test_a_gate_that_is_locked_in_newer_versions_chooses_an_older_one() -> None:
    case = Case(number="0", name="x", kind="unit", fields={"kubernetes": {"min": "1.29", "gates": {"SidecarContainers": False}}})

    assert case.minors() == (29, 30, 31, 32)


# -- the command ------------------------------------------------------------------------------------------------------------------


def test_the_command_says_what_does_not_hold(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = yaml.safe_load(OWN[6].read_text(encoding="utf-8"))
    (tmp_path / "07-rejected.yaml").write_text(yaml.safe_dump({**case, "expect": [{"pod_reason": "Bored"}, {"never_starts": "app"}]}), encoding="utf-8")

    code = main([str(tmp_path)])

    lines = capsys.readouterr().out.splitlines()
    assert code == 1
    assert lines[0] == "07-rejected [1.36, no jitter] {pod_reason: Bored}: web: reason 'PodOSNotSupported'"
    assert lines[-1] == "1 cases, 8 checks, 4 failed, 0 pending"


@pytest.mark.parametrize(
    ("place", "code"),
    [
        pytest.param(str(OWN[6]), 0, id="everything holds"),
        pytest.param("no-such-folder", 2, id="no such folder"),
    ],
)
def test_exit_codes(place: str, code: int) -> None:
    assert main([place]) == code


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("{", "ParserError", id="no YAML"),
        pytest.param("[1, 2]", "this is no case", id="no map"),
        pytest.param("{kind: unit, id: 1, name: x}", "KeyError", id="no pod"),
    ],
)
def test_a_file_that_is_no_case_is_a_failure_and_the_next_one_still_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, words: str) -> None:
    (tmp_path / "1.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "2.yaml").write_text(OWN[6].read_text(encoding="utf-8"), encoding="utf-8")

    code = main([str(tmp_path)])

    lines = capsys.readouterr().out.splitlines()
    assert code == 1
    assert words in lines[0]
    assert lines[-1].startswith("2 cases, 24 checks, 1 failed")


def test_a_case_that_takes_too_long_is_stopped() -> None:
    def go_round_in_circles() -> None:
        while True:
            pass

    with pytest.raises(TimeoutError, match=r"after 0\.05 s"), time_limit(0.05):
        go_round_in_circles()


def test_an_empty_folder_is_no_success(tmp_path: Path) -> None:
    assert main([str(tmp_path)]) == 1
