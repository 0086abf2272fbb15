"""Does what docs/ci.md tells pipelines to do work? Its snippets are taken from the page, held to their systems' schemas, and their commands are run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from simulator.conditions import FACTS
from tests.architecture import LIBRARIES

CHECKOUT = Path(__file__).resolve().parent.parent
PAGE = (CHECKOUT / "docs" / "ci.md").read_text()
YAML = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)
GITHUB, GITLAB, GITLAB_IMAGE = YAML
SHELL = re.findall(r"```sh\n(.*?)```", PAGE, flags=re.DOTALL)
PODS = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers: [{name: app, image: 'app:1'}]\n"
NEVER_READY = "---\napiVersion: nodeviz.dev/v1alpha1\nkind: Scenario\nspec: {until: 2m, registry: {images: [{image: 'app:1', error: {reason: NotFound}}]}}\n"


def commands() -> list[str]:
    """Every script of the page that calls the simulator, as a shell gets it."""
    steps = yaml.safe_load(GITHUB)["jobs"]["simulate"]["steps"]
    scripts = [step["run"] for step in steps if "run" in step]
    scripts += [line for text in (GITLAB, GITLAB_IMAGE) for line in yaml.safe_load(text)["pods"]["script"]]
    scripts += [line for block in SHELL for line in block.splitlines()]
    return [script for script in scripts if "python -m simulator" in script and not script.startswith("docker")]


def run(script: str, folder: Path) -> int:
    """With the checkout where the page has it."""
    (folder / "nodeviz").symlink_to(CHECKOUT)
    (folder / "bin").mkdir()
    wrapper = folder / "bin" / "python"
    wrapper.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    wrapper.chmod(0o755)
    env = {"PATH": f"{wrapper.parent}:{os.environ['PATH']}", "PYTHONPATH": "nodeviz"}
    return subprocess.run(["sh", "-e", "-c", script], cwd=folder, env=env, capture_output=True, check=False, timeout=60).returncode


@pytest.mark.parametrize("script", commands())
@pytest.mark.parametrize(("scenario", "code"), [pytest.param("", 0, id="fine"), pytest.param(NEVER_READY, 4, id="never ready")])
def test_every_command_of_the_page_passes_good_pods_and_stops_bad_ones(script, scenario, code, tmp_path):
    (tmp_path / "deploy").mkdir()
    (tmp_path / "deploy" / "pods.yaml").write_text(PODS + scenario)

    assert run(script, tmp_path) == code
    for file in re.findall(r"--report-file (\S+)", script):
        assert (tmp_path / file).stat().st_size


def test_the_page_has_commands_for_each_system():
    assert len(commands()) == 5


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        pytest.param("vendor.github-workflows", GITHUB, id="GitHub Actions"),
        pytest.param("vendor.gitlab-ci", GITLAB, id="GitLab with a checkout"),
        pytest.param("vendor.gitlab-ci", GITLAB_IMAGE, id="GitLab with the image"),
    ],
)
def test_each_snippet_is_what_its_system_understands(schema, text, tmp_path):
    path = tmp_path / "snippet.yml"
    path.write_text(text)
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(path)]

    assert subprocess.run(check, check=False, capture_output=True).returncode == 0
    path.write_text(re.sub(r"(script|steps):", "scripted:", text))
    assert subprocess.run(check, check=False, capture_output=True).returncode == 1, "and another one is refused"


def test_what_the_page_installs_and_mounts_is_there():
    assert (CHECKOUT / "simulator" / "requirements.txt").is_file()
    assert re.search(r"^WORKDIR /app$", (CHECKOUT / "Dockerfile").read_text(), flags=re.MULTILINE)
    assert "nodeviz/simulator/requirements.txt" in GITHUB
    assert "nodeviz/simulator/requirements.txt" in GITLAB


def test_the_simulator_needs_what_its_own_list_says_in_the_versions_of_the_whole():
    lines = [line for line in (CHECKOUT / "simulator" / "requirements.txt").read_text().splitlines() if "==" in line]
    whole = (CHECKOUT / "requirements.txt").read_text().splitlines()
    imported = set(LIBRARIES) - {"msgspec"}

    assert set(lines) <= set(whole)
    assert {line.partition("==")[0].lower().replace("-", "_").replace("pyyaml", "yaml") for line in lines} == imported


def test_the_table_has_every_fact():
    rows = re.findall(r"^\| `(\w+)` \| (pods|containers) \| ([^|]+) \| ([^|]+) \|$", PAGE, flags=re.MULTILINE)

    assert rows == [(name, str(fact.asked), f"{fact.kind}{', `never`' if fact.may_never else ''}", fact.title) for name, fact in FACTS.items()]
