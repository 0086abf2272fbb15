"""What did the person hand in? Texts with names, within the page's limits, decoded; or every problem with them. Pure."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

import simulator

MAX_SCENARIO_BYTES = 1 << 20
"""All files of one scenario together. The command line takes more; a page answers everybody from the same two cores. A node full of pods (110) is 80 kB."""

MAX_FILES = 100
"""Files of one scenario: a folder of manifests dropped on the page."""

PAGE_LIMITS = {"bytes": MAX_SCENARIO_BYTES, "files": MAX_FILES}
"""What the page tells, and its editor checks before it sends anything."""

MAX_ADVICE = 200
"""Pieces of advice for one text; nobody reads more, and 110 pods may bring thousands."""

MAX_NAME_CHARACTERS = 100
"""Of a file's name; it stands in front of every problem."""

MAX_TITLE_CHARACTERS = 200
"""Of a scenario's title; it stands in the top bar."""

DEFAULT_NAME = "pods.yaml"
"""What the editor's text is called until somebody names it."""

SEPARATOR = "\n---\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One file. `content` is bytes only where they are no text; the simulator then says which byte is wrong."""

    name: str
    content: str | bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """Several files as one text, for the editor. `offsets` are the lines that stand before each file, by its name."""

    text: str
    offsets: dict[str, int]


def text_document(name: str, text: str) -> Document:
    """From a form or from JSON; line ends become plain, because browsers send CR LF."""
    return Document(name=clean_name(name), content=text.replace("\r\n", "\n").replace("\r", "\n"))


def uploaded_document(name: str, content: bytes) -> Document:
    """From a file: UTF-8, or UTF-16 with its mark (what Windows' editors call Unicode)."""
    encoding = "utf-16" if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    try:
        return text_document(name, content.decode(encoding))
    except UnicodeDecodeError:
        return Document(name=clean_name(name), content=content)


def clean_name(name: str) -> str:
    """The last part of a path, without characters that do not print."""
    last = re.split(r"[/\\]", name)[-1]
    return "".join(c for c in last if c.isprintable()).strip()[:MAX_NAME_CHARACTERS] or DEFAULT_NAME


def with_different_names(documents: Iterable[Document]) -> tuple[Document, ...]:
    """`a.yaml`, `a.yaml` become `a.yaml`, `2-a.yaml`, because problems name their file."""
    taken: dict[str, Document] = {}
    for document in documents:
        name, count = document.name, 1
        while name in taken:
            count += 1
            name = f"{count}-{document.name}"
        taken[name] = replace(document, name=name)
    return tuple(taken.values())


def load(documents: Sequence[Document]) -> simulator.Scenario:
    """Everything in them, checked. Raises simulator.ManifestError with every problem."""
    return _loaded(documents).scenario


def load_with_advice(documents: Sequence[Document]) -> tuple[simulator.Scenario, tuple[simulator.Advice, ...]]:
    """As `load`, with what a colleague would say of it."""
    loaded = _loaded(documents)
    return loaded.scenario, simulator.lint(loaded.scenario, loaded.sources)


def advice_as_shown(advice: Iterable[simulator.Advice], documents: Sequence[Document]) -> list[dict[str, Any]]:
    """As objects, with the lines of the editor."""
    offsets = joined(documents).offsets
    listed = [simulator.advice_object(each) for each in advice][:MAX_ADVICE]
    return [{**each, "line": each["line"] + offsets.get(each["file"], 0)} for each in listed]


def _loaded(documents: Sequence[Document]) -> simulator.Loaded:
    problems = over_limits(documents)
    if problems:
        raise simulator.ManifestError(problems)
    loaded = simulator.load_with_sources({document.name: document.content for document in documents})
    unstorable = [document for document in documents if isinstance(document.content, bytes)]
    if unstorable:
        raise simulator.ManifestError(
            [simulator.Problem(file=d.name, message=_("the text is not UTF-8"), hint=_("save the file as UTF-8")) for d in unstorable]
        )
    return loaded


def over_limits(documents: Sequence[Document]) -> tuple[simulator.Problem, ...]:
    """Is it too much for the page? Answered from the sizes alone, before anything is parsed."""
    if len(documents) > MAX_FILES:
        return (
            simulator.Problem(message=_("%(count)d files are too many: at most %(most)d make one scenario") % {"count": len(documents), "most": MAX_FILES}),
        )
    total_bytes = sum(size_bytes(document) for document in documents)
    if total_bytes > MAX_SCENARIO_BYTES:
        file = documents[0].name if len(documents) == 1 else ""
        return (simulator.Problem(file=file, message=too_large(total_bytes), hint=_("keep only the pods that matter, or use the command line")),)
    return ()


def too_large(total_bytes: int) -> str:
    """The sentence, with both figures."""
    sizes = {"size": f"{total_bytes / (1 << 20):.1f}", "most": MAX_SCENARIO_BYTES >> 20}
    return _("the input is too large: %(size)s MiB, at most %(most)d MiB can be run here") % sizes


def size_bytes(document: Document) -> int:
    """As stored. A lone surrogate counts like any other character; the simulator refuses it by its place."""
    content = document.content
    return len(content) if isinstance(content, bytes) else len(content.encode(errors="surrogatepass"))


def joined(documents: Sequence[Document]) -> Joined:
    """One text that means the same. With several files, each begins with a comment that names it."""
    texts = [d for d in documents if isinstance(d.content, str)]
    pieces, offsets, line = [], {}, 0
    for document in texts:
        text = str(document.content)
        header = f"# {document.name}\n" if len(texts) > 1 else ""
        offsets[document.name] = line + header.count("\n")
        piece = header + (text.rstrip("\n") if len(texts) > 1 else text)
        pieces.append(piece)
        line += (piece + SEPARATOR).count("\n")
    return Joined(text=SEPARATOR.join(pieces), offsets=offsets)


def as_shown(problems: Iterable[simulator.Problem], documents: Sequence[Document]) -> tuple[simulator.Problem, ...]:
    """The problems with the lines that they have in the editor, which shows several files as one text."""
    offsets = joined(documents).offsets
    return tuple(replace(p, line=p.line + offsets.get(p.file, 0)) if p.line else p for p in problems)


def title_of(scenario: simulator.Scenario) -> str:
    """The scenario's own title, else the first thing it is made of and how many there are besides, else its name."""
    # A controller stands for its pods; a second document of its name is what an action makes of it.
    made = list(dict.fromkeys([*(workload.name for workload in scenario.workloads), *(pod.name for pod in scenario.pods if pod.owner is None)]))
    others = f" and {len(made) - 1} more" if len(made) > 1 else ""
    title = scenario.title or (made[0] + others if made else scenario.name)
    return "".join(c for c in title if c.isprintable())[:MAX_TITLE_CHARACTERS]
