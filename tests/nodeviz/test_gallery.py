"""Does each example tell people what it is, and is that true? Every folder's about.yaml, and what is wrong with one that is not as it should be."""

from __future__ import annotations

import functools
import re
import shutil
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.conf import settings
from django.test import Client

import simulator
from nodeviz.classroom import lessons
from nodeviz.classroom.gallery_page import card_of
from nodeviz.classroom.lesson_pack import build
from nodeviz.runs import comparison
from nodeviz.scenarios import about, gallery
from nodeviz.scenarios.about import TAGS
from tests import goldens

FOLDERS = goldens.folders()
each_folder = pytest.mark.parametrize("folder", FOLDERS, ids=[folder.name for folder in FOLDERS])

GOOD = """\
story: |
  Two containers start.
  Look at which one is first.
tags: [sidecars, jobs]
kubernetes: {from: "1.29", to: "1.36"}
compare: {b.kubernetes: "1.28"}
"""


class Outcome(NamedTuple):
    """What is to be known of a run here."""

    warnings: tuple[str, ...]
    sha256: str
    """Of everything that happens."""
    end: str


@functools.cache
def outcome_of(text: str) -> Outcome:
    """Of a run to its end. Most comparisons are of the two versions that are tried anyway."""
    scenario = simulator.load({"": text})
    records = list(simulator.simulate(scenario))
    lines = "\n".join(simulator.encode(record) for record in records)
    return Outcome(scenario.warnings, sha256(lines.encode()).hexdigest(), records[-1]["reason"])


# -- every folder ------------------------------------------------------------------------------------------------------------------


@each_folder
def test_a_folder_says_what_to_look_at(folder: Path) -> None:
    said = gallery.about_of(folder)

    assert 1 <= len(said.story.splitlines()) <= about.MAX_STORY_LINES
    assert 40 <= len(said.story) <= about.MAX_STORY_CHARACTERS
    assert said.tags


@each_folder
def test_it_loads_and_runs_at_both_ends_of_its_versions(folder: Path) -> None:
    said = gallery.about_of(folder)
    text = gallery.text_of(folder)

    own = simulator.settings_of(text).kubernetes
    assert said.oldest <= int(own.removeprefix("1.")) <= said.newest, "the scenario's own version is not among them"
    for minor in (said.oldest, said.newest):
        outcome = outcome_of(simulator.with_settings(text, kubernetes=f"1.{minor}"))

        assert not outcome.warnings
        assert outcome.end in ("until", "settled")


@each_folder
def test_its_comparison_shows_two_different_runs(folder: Path) -> None:
    query = gallery.about_of(folder).comparison(folder.name)
    sides = [comparison.side_of(letter, origin, query) for letter in comparison.SIDES if (origin := comparison.origin_of(query[letter]))]

    assert len(sides) == 2, "it leads to no example"
    assert [side.problems for side in sides] == [(), ()]
    assert outcome_of(sides[0].text).sha256 != outcome_of(sides[1].text).sha256


def test_every_tag_is_in_use() -> None:
    assert list(gallery.tags_in_use()) == list(TAGS)


# -- one file ----------------------------------------------------------------------------------------------------------------------


def test_a_good_file_is_read() -> None:
    said = about.read(GOOD)

    assert said.story == "Two containers start.\nLook at which one is first."
    assert (said.tags, said.versions) == (("sidecars", "jobs"), "1.29\N{EN DASH}1.36")
    assert said.comparison("x") == {"a": "example:x", "b": "example:x", "b.kubernetes": "1.28"}


def test_a_comparison_may_be_with_another_example_or_of_the_first_and_the_last_version() -> None:
    other = GOOD.replace('{b.kubernetes: "1.28"}', "{b: example:y}")
    alone = GOOD.replace('compare: {b.kubernetes: "1.28"}\n', "")

    assert about.read(other).comparison("x") == {"a": "example:x", "b": "example:y"}
    assert about.read(alone).comparison("x") == {"a": "example:x", "b": "example:x", "a.kubernetes": "1.29", "b.kubernetes": "1.36"}


def test_a_version_needs_no_quotes_and_may_be_alone() -> None:
    assert about.read(GOOD.replace('from: "1.29", to: "1.36"', "from: 1.30, to: 1.30")).versions == "1.30"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("", ["about.yaml:0:0: must be a map from fields to values"], id="nothing"),
        pytest.param("[1]", ["about.yaml:1:1: must be a map from fields to values"], id="no map"),
        pytest.param("a: [1", ["about.yaml:1:6: is not YAML: expected ',' or ']', but got '<stream end>'"], id="no YAML"),
        pytest.param("a: \x07", ["about.yaml:0:0: is not YAML: unacceptable character"], id="no text"),
        pytest.param("#" * 5000, ["about.yaml:0:0: must have at most 4096 bytes"], id="too much"),
        pytest.param(
            "tags: x",
            ["about.yaml:0:0: story: is missing", "about.yaml:0:0: kubernetes: is missing", "about.yaml:1:7: tags: must be a list of one to 6 tags"],
            id="everything wrong is said at once",
        ),
        pytest.param(f"{GOOD}title: x\n", ["about.yaml:7:8: title: unknown field"], id="a field that there is not"),
        pytest.param(f"{GOOD}tags: [init]\n", ["about.yaml:7:1: tags: stands there twice"], id="a field twice"),
        pytest.param(GOOD.replace("jobs", "job"), ['about.yaml:4:18: tags[1]: there is no tag "job"; there are sidecars, init,'], id="a tag that there is not"),
        pytest.param(GOOD.replace("jobs", "sidecars"), ['about.yaml:4:18: tags[1]: "sidecars" stands there twice'], id="a tag twice"),
        pytest.param(GOOD.replace("jobs", "[jobs]"), ["about.yaml:4:18: tags[1]: must be a text"], id="a tag that is a list"),
        pytest.param(GOOD.replace("  Look", "  And\n  look"), ["about.yaml:1:8: story: must have at most 2 lines"], id="three lines"),
        pytest.param(GOOD.replace("Look", "Look " * 50), ["about.yaml:1:8: story: must have at most 240 characters, not"], id="a long story"),
        pytest.param(GOOD.replace("1.29", "1.9"), ['about.yaml:5:20: kubernetes.from: must be a version from "1.27" to "1.36"'], id="no such version"),
        pytest.param(GOOD.replace("1.36", "1.28"), ["about.yaml:5:13: kubernetes: from must not be later than to"], id="versions the wrong way round"),
        pytest.param(GOOD.replace(', to: "1.36"', ""), ["about.yaml:5:13: kubernetes.to: is missing"], id="versions without an end"),
        pytest.param(
            GOOD.replace("1.29", "1.36").replace('compare: {b.kubernetes: "1.28"}\n', ""),
            ["about.yaml:5:13: compare: is missing; one version alone cannot be compared with another one"],
            id="one version, and nothing to compare it with",
        ),
        pytest.param(GOOD.replace("b.kubernetes", "kubernetes"), ['compare.kubernetes: must be "b", or begin with "a." or "b."'], id="a word of no side"),
        pytest.param(GOOD.replace("b.kubernetes", "b.node"), ["compare.b.node: cannot be changed in an address"], id="a word that /compare does not know"),
        pytest.param(GOOD.replace('{b.kubernetes: "1.28"}', "{b: y}"), ['compare.b: must be "example:" and a name'], id="a side that is no example"),
        pytest.param(GOOD.replace('{b.kubernetes: "1.28"}', "{}"), ["compare: must say what is different"], id="nothing to compare"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, said: list[str]) -> None:
    with pytest.raises(simulator.ManifestError) as refused:
        about.read(text)

    problems = [str(problem) for problem in refused.value.problems]
    assert len(problems) == len(said), problems
    assert all(part in problem for part, problem in zip(said, problems, strict=True)), problems


def test_a_folder_without_one_is_shown_all_the_same(tmp_path: Path, settings: Any) -> None:
    folder = tmp_path / "scenarios" / "mine"
    folder.mkdir(parents=True)
    (folder / "pods.yaml").write_text((FOLDERS[0] / "pods.yaml").read_text())
    settings.BASE_DIR = tmp_path
    gallery.examples.cache_clear()
    try:
        found = gallery.examples()
    finally:
        gallery.examples.cache_clear()

    assert [(each.name, each.about, each.comparison) for each in found] == [("mine", None, {})]
    with pytest.raises(simulator.ManifestError, match=r"mine/about\.yaml:0:0: cannot be read"):
        gallery.about_of(folder)


# -- the page ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_gallery_lists_every_folder_with_what_it_says(client: Client) -> None:
    cards = client.get("/gallery").context["cards"]

    assert [card["name"] for card in cards] == [each.name for each in gallery.examples()]
    assert sorted(card["name"] for card in cards) == [folder.name for folder in FOLDERS]
    assert all(card["title"] and card["story"] and card["tags"] and card["versions"] for card in cards)


@pytest.mark.django_db
def test_each_card_opens_compares_and_teaches_its_example(client: Client) -> None:
    page = client.get("/gallery").text
    cards: dict[str, str] = dict(re.findall(r'<li class="card" id="([^"]+)"(.*?)</li>', page, re.DOTALL))

    assert len(cards) == len(FOLDERS)
    for name, card in cards.items():
        assert [f'href="/?example={name}"' in card, f'href="/compare?a=example%3A{name}&amp;' in card, f'name="example" value="{name}"' in card] == [
            True
        ] * 3, name


@pytest.mark.django_db
def test_each_comparison_opens_with_what_its_card_said(client: Client) -> None:
    for card in client.get("/gallery").context["cards"]:
        page = client.get(card["compare_url"])

        words = [", ".join(side["words"]) or f"\N{LEFT DOUBLE QUOTATION MARK}{side['title']}\N{RIGHT DOUBLE QUOTATION MARK}" for side in page.context["sides"]]
        assert page.status_code == 200, card["name"]
        assert words[1].removeprefix("Kubernetes ") in card["compared"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("sidecars-in-a-job", "Kubernetes 1.29 and 1.36"),
        ("serial-pulls", "serial pulls and parallel pulls"),
        (
            "gpu-node-18-gibibytes",
            "this example and \N{LEFT DOUBLE QUOTATION MARK}Eighteen gibibytes that were there before the node was\N{RIGHT DOUBLE QUOTATION MARK}",
        ),
    ],
    ids=["the first and the last version", "a setting", "another example"],
)
def test_a_card_says_beforehand_what_is_compared(name: str, said: str) -> None:
    example = gallery.example(name)

    assert example is not None
    assert card_of(example)["compared"] == said


def test_a_card_without_a_story_shows_the_description_in_plain_words() -> None:
    bare = gallery.Example(name="x", title="A title", description="It *does* that.", text="", about=None)

    assert card_of(bare) == {
        "name": "x",
        "title": "A title",
        "story": "It does that.",
        "tags": (),
        "words": (),
        "versions": "",
        "compare_url": "",
        "compared": "",
        "lessons": (),
    }


def test_a_card_names_the_lessons_that_use_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(shutil.copytree(lessons.LESSONS / "three-probes", tmp_path / "lessons" / "three-probes"))
    build(folder.parent, tmp_path / "packs", settings.BASE_DIR)
    text = "\n".join(path.read_text() for path in folder.glob("*.md"))
    expected = {each.name: ["three-probes"] if f"\nscenario: {each.name}\n" in text else [] for each in gallery.examples()}
    monkeypatch.setattr(lessons, "LESSONS", folder.parent)
    monkeypatch.setattr(lessons, "PACKS", tmp_path / "packs")
    lessons.lessons.cache_clear()
    try:
        found = {each.name: [lesson.name for lesson in card_of(each)["lessons"]] for each in gallery.examples()}
    finally:
        lessons.lessons.cache_clear()

    assert any(expected.values())
    assert found == expected


@pytest.mark.django_db(transaction=True)
def test_teach_opens_a_room_with_the_example(client: Client, redis_client: object) -> None:
    page = client.get("/gallery").text
    opened = client.post("/rooms", {"example": "split-disk"})

    assert '<button class="button" name="example" value="split-disk"' in page
    assert (opened.status_code, opened["Location"].startswith("/r/")) == (303, True)
