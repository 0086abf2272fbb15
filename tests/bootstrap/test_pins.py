"""Is what is installed what was chosen? Each package has one version, the browser's are known by their hashes. `./test --audit` asks which are weak."""

from __future__ import annotations

import json
import re
from importlib.metadata import PackageNotFoundError, version

import pytest
from packaging.requirements import Requirement

from tests.surroundings import CHECKOUT

LISTS = ("requirements.txt", "requirements-dev.txt", "constraints.txt")


def requirements(name: str) -> list[Requirement]:
    """The lines of a list that name a package."""
    lines = (line.partition("#")[0].strip() for line in (CHECKOUT / name).read_text(encoding="utf-8").splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith("-")]


@pytest.mark.parametrize("name", LISTS)
def test_every_package_has_one_version(name: str) -> None:
    listed = requirements(name)

    assert listed
    assert [str(each) for each in listed if [clause.operator for clause in each.specifier] != ["=="] or each.url] == []


def test_what_is_installed_is_what_is_pinned() -> None:
    wanted = {each.name: str(each.specifier).removeprefix("==") for name in LISTS for each in requirements(name) if not each.marker or each.marker.evaluate()}

    assert {name: installed(name) for name in wanted if installed(name)} == {name: pin for name, pin in wanted.items() if installed(name)}
    # Constraints also speak of what only other systems bring along.
    assert [each.name for each in requirements("requirements.txt") if (not each.marker or each.marker.evaluate()) and not installed(each.name)] == []


def installed(name: str) -> str:
    """Empty if it is not."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def test_the_packages_of_the_browser_are_locked_by_their_hashes() -> None:
    wanted = json.loads((CHECKOUT / "package.json").read_text(encoding="utf-8"))
    packages = json.loads((CHECKOUT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    own = packages.pop("")

    assert [name for name, package in packages.items() if not package.get("integrity", "").startswith("sha512-")] == []
    assert {**wanted["dependencies"], **wanted.get("devDependencies", {})} == {**own["dependencies"], **own.get("devDependencies", {})}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", pin) for pin in own["dependencies"].values())
