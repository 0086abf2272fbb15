"""Which examples come with nodeviz? The folders of `scenarios/`, which are golden tests at the same time."""

from __future__ import annotations

import functools
import logging
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

import simulator
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


@functools.cache
def examples() -> tuple[Example, ...]:
    """All of them. Read once in a process: they change only with the program."""
    folders = sorted(path for path in Path(settings.BASE_DIR, "scenarios").glob("*/") if (path / FILES[0]).is_file())
    found = [example for folder in folders if (example := _read(folder))]
    return tuple(sorted(found, key=lambda e: (FIRST.index(e.name) if e.name in FIRST else len(FIRST), e.name)))


def example(name: str) -> Example | None:
    """By the name of its folder. Looked up in the list, so that no name leads out of `scenarios/`."""
    return next((e for e in examples() if e.name == name), None)


def _read(folder: Path) -> Example | None:
    documents = [Document(name=name, content=(folder / name).read_text()) for name in FILES if (folder / name).is_file()]
    try:
        scenario = simulator.load({d.name: d.content for d in documents})
    except simulator.ManifestError as error:
        log.error("example %s is left out of the gallery: %s", folder.name, error)
        return None
    # Without the names of the files: the editor opens with what a person would have written.
    text = "---\n".join(str(d.content).removeprefix("---\n") for d in documents)
    return Example(name=folder.name, title=title_of(scenario), description=scenario.description, text=text)
