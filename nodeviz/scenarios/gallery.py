"""Which examples come with nodeviz? The folders of `scenarios/`, which are golden tests at the same time."""

from __future__ import annotations

import functools
import logging
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

import simulator
from nodeviz.scenarios import about
from nodeviz.scenarios.about import TAGS, About, Tag
from nodeviz.scenarios.documents import Document, title_of

log = logging.getLogger(__name__)

FIRST = ("sidecars-in-a-job", "sidecars-long-running-deleted")
"""What the page opens with, and its twin. The others follow by name."""

FILES = ("pods.yaml", "scenario.yaml")
"""Of each folder, in the order in which the editor shows them; `trace.txt` beside them is for the tests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One folder."""

    name: str
    title: str
    description: str
    """Markdown."""
    text: str
    about: About | None
    """What its about.yaml says; nothing if it has none that can be read, which a test tells."""

    @property
    def comparison(self) -> dict[str, str]:
        """What its Compare button asks of `/compare`; empty without an about.yaml that can be read."""
        return self.about.comparison(self.name) if self.about else {}


@functools.cache
def examples() -> tuple[Example, ...]:
    """All of them. Read once in a process: they change only with the program."""
    folders = sorted(path for path in Path(settings.BASE_DIR, "scenarios").glob("*/") if (path / FILES[0]).is_file())
    found = [example for folder in folders if (example := _read(folder))]
    return tuple(sorted(found, key=lambda e: (FIRST.index(e.name) if e.name in FIRST else len(FIRST), e.name)))


def example(name: str) -> Example | None:
    """By the name of its folder. Looked up in the list, so that no name leads out of `scenarios/`."""
    return next((e for e in examples() if e.name == name), None)


def tags_in_use() -> dict[str, tuple[Tag, int]]:
    """Each tag that an example has, with how many have it."""
    used = Counter(name for each in examples() if each.about for name in each.about.tags)
    return {name: (tag, used[name]) for name, tag in TAGS.items() if used[name]}


def about_of(folder: Path) -> About:
    """Raises simulator.ManifestError with every problem, one of which may be that there is no such file."""
    file = f"{folder.name}/{about.FILE}"
    try:
        return about.read((folder / about.FILE).read_text(), file=file)
    except (OSError, UnicodeDecodeError) as error:
        raise simulator.ManifestError([simulator.Problem(file=file, message=f"cannot be read: {error}")]) from error


def text_of(folder: Path) -> str:
    """What the editor opens with: its files as a person would have written them, without their names."""
    return "---\n".join((folder / name).read_text().removeprefix("---\n") for name in FILES if (folder / name).is_file())


def _read(folder: Path) -> Example | None:
    documents = [Document(name=name, content=(folder / name).read_text()) for name in FILES if (folder / name).is_file()]
    try:
        scenario = simulator.load({d.name: d.content for d in documents})
    except simulator.ManifestError as error:
        log.error("example %s is left out of the gallery: %s", folder.name, error)
        return None
    said = None
    try:
        said = about_of(folder)
    except simulator.ManifestError as error:
        log.error("example %s has no story: %s", folder.name, error)
    return Example(name=folder.name, title=title_of(scenario), description=scenario.description, text=text_of(folder), about=said)
