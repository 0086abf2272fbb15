"""What does `python -m simulator` do? contract.md, section 1."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from simulator.__main__ import OK, REFUSED, main
from tests import goldens

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers: [{name: app, image: "app:1.0"}]
"""
TWO_MISTAKES = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  restartPolicy: always
  containers:
    - {name: app, image: "app:1.0", port: 80}
"""
JOB = str(goldens.SCENARIOS / "sidecars-in-a-job")


@pytest.fixture
def pods(tmp_path: Path) -> Path:
    path = tmp_path / "pods.yaml"
    path.write_text(POD)
    return path


def test_run_prints_the_trace_as_json_lines(pods: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(pods), "--until", "30s"]) == OK

    printed = capsys.readouterr()
    records = [json.loads(line) for line in printed.out.splitlines()]
    assert [record["layer"] for record in records[:2]] == ["disk", "status"]
    assert (records[-1]["layer"], records[-1]["t"]) == ("end", 30)
    assert printed.err == ""


def test_every_problem_is_listed_with_its_place_and_nothing_is_printed_to_standard_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(TWO_MISTAKES)

    assert main(["run", str(path)]) == REFUSED

    printed = capsys.readouterr()
    assert printed.out == ""
    lines = printed.err.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith(f'{path}:5:18: spec.restartPolicy: Unsupported value: "always"')
    assert lines[1].startswith(f"{path}:7:37: spec.containers[0].port: ")


def test_a_file_that_is_not_there_is_a_problem_of_the_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(tmp_path / "none.yaml")]) == REFUSED

    assert capsys.readouterr().err == f"{tmp_path / 'none.yaml'}:0:0: No such file or directory\n"


def test_what_a_gallery_tells_of_a_folder_is_left_alone_only_beside_a_scenario(pods: Path) -> None:
    Path(pods.parent, "about.yaml").write_text("story: What to look at\n")

    assert main(["check", str(pods.parent)]) == REFUSED
    Path(pods.parent, "scenario.yaml").write_text("apiVersion: nodeviz.dev/v1alpha1\nkind: Scenario\nmetadata: {name: s}\nspec: {until: 1m}\n")
    assert main(["check", str(pods.parent)]) == OK


def test_a_directory_is_read_in_the_order_of_names_and_other_files_are_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", JOB]) == OK

    assert capsys.readouterr().out == "1 pod, no problems\n"


def test_check_names_what_is_not_simulated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "all.yaml"
    path.write_text(POD + "---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n")

    assert main(["check", str(path)]) == OK

    assert capsys.readouterr().out.splitlines() == ["not simulated: Service/web", "1 pod, no problems"]


@pytest.mark.parametrize(
    ("arguments", "changes"),
    [
        pytest.param(["--seed", "2"], True, id="another seed"),
        pytest.param(["--jitter", "off"], True, id="no jitter"),
        pytest.param(["--kubernetes", "1.34"], True, id="another version"),
        pytest.param(["--until", "40s"], True, id="another horizon"),
        pytest.param(["--seed", "1", "--jitter", "on", "--kubernetes", "1.36", "--until", "2m"], False, id="what the scenario says anyway"),
    ],
)
def test_options_override_the_scenario(arguments: list[str], changes: bool, capsys: pytest.CaptureFixture[str]) -> None:
    main(["run", JOB])
    plain = capsys.readouterr().out

    assert main(["run", JOB, *arguments]) == OK

    assert (capsys.readouterr().out != plain) is changes


def test_two_files_make_one_scenario(pods: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(POD.replace("web", "batch"))

    assert main(["check", str(pods), str(other)]) == OK

    assert capsys.readouterr().out == "2 pods, no problems\n"


@pytest.mark.parametrize("arguments", [["run"], ["run", JOB, "--format", "xml"], ["fly"], []], ids=["no file", "no such format", "no such command", "nothing"])
def test_a_wrong_command_line_ends_with_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    assert ended.value.code == REFUSED


@pytest.mark.parametrize("arguments", [["--until", "soon"], ["--kubernetes", "1.99"]], ids=["no duration", "no such version"])
def test_a_wrong_value_of_an_option_is_a_problem_in_words(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", JOB, *arguments]) == REFUSED

    printed = capsys.readouterr()
    assert printed.out == ""
    assert arguments[1] in printed.err


def test_gates_lists_what_a_version_has(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gates", "--kubernetes", "1.28"]) == OK

    line = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("SidecarContainers "))
    assert line.split()[1:3] == ["alpha", "off"]
