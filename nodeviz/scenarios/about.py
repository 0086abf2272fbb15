"""What does an example's folder say about itself to people? The reader of `about.yaml`, with every problem at its place, and the table of tags. Pure.

story: |                     # two lines, which say what to look at
  …
tags: [sidecars, jobs]
kubernetes: {from: "1.29", to: "1.36"}   # the versions for which the story holds
compare: {b.kubernetes: "1.28"}          # the other side of a comparison, in the words of /compare; side a is the example itself.
                                         # Without it: the oldest and the newest of its versions
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import yaml
from django.utils.translation import gettext_lazy as _

import simulator
from nodeviz.scenarios import changes

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

FILE = "about.yaml"
MAX_BYTES = 4_096
MAX_STORY_LINES = 2
MAX_STORY_CHARACTERS = 240
MAX_TAGS = 6
FIELDS = ("story", "tags", "kubernetes", "compare")
SIDES = ("a", "b")
EXAMPLE = "example:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """One subject that examples, comparisons and lessons have in common."""

    word: _StrPromise
    meaning: _StrPromise


TAGS: Mapping[str, Tag] = {
    "sidecars": Tag(word=_("sidecars"), meaning=_("Containers that start before the others of their pod and stop after them")),
    "init": Tag(word=_("init"), meaning=_("Containers that must end before the pod's own ones begin")),
    "jobs": Tag(word=_("Jobs"), meaning=_("Work that has an end, and what keeps it from ending")),
    "probes": Tag(word=_("probes"), meaning=_("How the kubelet asks whether a container has started, lives and is ready")),
    "hooks": Tag(word=_("hooks"), meaning=_("What runs right after a container's start and right before its stop")),
    "termination": Tag(word=_("termination"), meaning=_("Signals, grace periods and the order in which containers stop")),
    "restarts": Tag(word=_("restarts"), meaning=_("Who is started again, when, and who is not")),
    "back-off": Tag(word=_("back-off"), meaning=_("The growing wait between one try and the next")),
    "images": Tag(word=_("images"), meaning=_("Which images lie on a node, how large, and who uses them")),
    "pulls": Tag(word=_("pulls"), meaning=_("How images come from a registry, one at a time or together")),
    "garbage-collection": Tag(word=_("garbage collection"), meaning=_("When the kubelet removes images and dead containers")),
    "disks": Tag(word=_("disks"), meaning=_("What fills the node's filesystems, and which one holds what")),
    "eviction": Tag(word=_("eviction"), meaning=_("Which pod has to go when the node runs short of something")),
    "memory": Tag(word=_("memory"), meaning=_("Requests, limits and what happens beyond them")),
    "shutdown": Tag(word=_("shutdown"), meaning=_("A node that goes away in good order, or comes back")),
    "node": Tag(word=_("node"), meaning=_("What concerns all pods of a machine at once")),
    "configuration": Tag(word=_("configuration"), meaning=_("The kubelet's own settings, and files that add to them")),
    "versions": Tag(word=_("versions"), meaning=_("What one release does differently from another")),
    "controllers": Tag(word=_("controllers"), meaning=_("Deployments, StatefulSets, DaemonSets and Jobs, which make and replace pods")),
    "mesh": Tag(word=_("mesh"), meaning=_("Proxies beside an application, through which all its traffic goes")),
    "practice": Tag(word=_("practice"), meaning=_("As it is met in clusters that people depend on")),
}
"""By their names in about.yaml, in the order in which a page shows them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """One about.yaml."""

    story: str
    """One or two lines of plain text."""
    tags: tuple[str, ...]
    """Names of TAGS, in its order."""
    oldest: int
    newest: int
    """Minor versions, both included, for which the story holds."""
    compare: Mapping[str, str] = field(default_factory=dict)
    """What the address of a comparison has besides `a`; empty if the versions are compared."""

    @property
    def versions(self) -> str:
        """`1.29–1.36`, or `1.28`."""
        return f"1.{self.oldest}" if self.oldest == self.newest else f"1.{self.oldest}\N{EN DASH}1.{self.newest}"

    def comparison(self, name: str) -> dict[str, str]:
        """Of the example with this name: the words of `/compare`."""
        here = f"{EXAMPLE}{name}"
        ends = {"a.kubernetes": f"1.{self.oldest}", "b.kubernetes": f"1.{self.newest}"}
        return {"a": here, "b": here, **(self.compare or ends)}


def read(text: str, *, file: str = FILE) -> About:
    """Raises simulator.ManifestError with every problem. Whether `compare` leads to an example is for whoever has all of them."""
    if len(text.encode()) > MAX_BYTES:
        raise simulator.ManifestError([simulator.Problem(file=file, message=f"must have at most {MAX_BYTES} bytes")])
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line, column = _place(error.problem_mark)
        raise simulator.ManifestError([simulator.Problem(file=file, line=line, column=column, message=f"is not YAML: {error.problem}")]) from error
    except yaml.YAMLError as error:
        raise simulator.ManifestError([simulator.Problem(file=file, message=f"is not YAML: {error}")]) from error
    reader = _Reader(file)
    found = reader.about(root)
    if reader.problems:
        raise simulator.ManifestError(reader.problems)
    return found


def _place(mark: yaml.Mark | None) -> tuple[int, int]:
    """Line and column, from 1; zeros where they are not known."""
    return (mark.line + 1, mark.column + 1) if mark else (0, 0)


class _Reader:
    """Goes through the nodes of one file; collects what is wrong, and goes on."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[simulator.Problem] = []

    def wrong(self, node: yaml.Node | None, path: str, message: str) -> None:
        line, column = _place(node.start_mark if node else None)
        self.problems.append(simulator.Problem(file=self.file, line=line, column=column, path=path, message=message))

    def about(self, root: yaml.Node | None) -> About:
        fields = self.map(root, "")
        for name in fields:
            if name not in FIELDS:
                self.wrong(fields[name], name, f"unknown field; there are {', '.join(FIELDS)}")
        for name in ("story", "tags", "kubernetes"):
            if isinstance(root, yaml.MappingNode) and name not in fields:
                self.wrong(None, name, "is missing")
        oldest, newest = self.versions(fields.get("kubernetes"))
        tags = self.tags(fields.get("tags"))
        if "kubernetes" in fields and "compare" not in fields and oldest == newest:
            self.wrong(fields["kubernetes"], "compare", "is missing; one version alone cannot be compared with another one")
        return About(story=self.story(fields.get("story")), tags=tags, oldest=oldest, newest=newest, compare=self.compare(fields.get("compare")))

    def story(self, node: yaml.Node | None) -> str:
        if node is None:
            return ""
        text = self.word(node, "story").strip()
        if not text:
            self.wrong(node, "story", "must not be empty")
        if len(text.splitlines()) > MAX_STORY_LINES:
            self.wrong(node, "story", f"must have at most {MAX_STORY_LINES} lines")
        if len(text) > MAX_STORY_CHARACTERS:
            self.wrong(node, "story", f"must have at most {MAX_STORY_CHARACTERS} characters, not {len(text)}")
        return text

    def tags(self, node: yaml.Node | None) -> tuple[str, ...]:
        if node is None:
            return ()
        if not isinstance(node, yaml.SequenceNode) or not 1 <= len(node.value) <= MAX_TAGS:
            self.wrong(node, "tags", f"must be a list of one to {MAX_TAGS} tags")
            return ()
        given = [self.word(item, f"tags[{index}]") for index, item in enumerate(node.value)]
        for index, name in enumerate(given):
            if name and name not in TAGS:
                self.wrong(node.value[index], f"tags[{index}]", f'there is no tag "{name}"; there are {", ".join(TAGS)}')
            elif name in given[:index]:
                self.wrong(node.value[index], f"tags[{index}]", f'"{name}" stands there twice')
        return tuple(name for name in TAGS if name in given)

    def versions(self, node: yaml.Node | None) -> tuple[int, int]:
        offered = simulator.versions
        if node is None:
            return offered.OLDEST, offered.NEWEST
        fields = self.map(node, "kubernetes")
        known = {f"1.{minor}": minor for minor in range(offered.OLDEST, offered.NEWEST + 1)}
        for name in fields:
            if name not in ("from", "to"):
                self.wrong(fields[name], f"kubernetes.{name}", "unknown field; there are from and to")
        minors = []
        for name in ("from", "to"):
            said = self.word(fields[name], f"kubernetes.{name}") if name in fields else ""
            if name not in fields:
                self.wrong(node, f"kubernetes.{name}", "is missing")
            elif said not in known:
                self.wrong(fields[name], f"kubernetes.{name}", f'must be a version from "1.{offered.OLDEST}" to "1.{offered.NEWEST}"')
            minors.append(known.get(said, offered.NEWEST))
        if minors[0] > minors[1]:
            self.wrong(node, "kubernetes", "from must not be later than to")
        return minors[0], minors[1]

    def compare(self, node: yaml.Node | None) -> dict[str, str]:
        if node is None:
            return {}
        words = {name: self.word(value, f"compare.{name}") for name, value in self.map(node, "compare").items()}
        if not words:
            self.wrong(node, "compare", "must say what is different")
        for problem in _wrong_words(words):
            self.wrong(node, f"compare.{problem.path}", problem.message)
        return words

    def map(self, node: yaml.Node | None, path: str) -> dict[str, yaml.Node]:
        if not isinstance(node, yaml.MappingNode):
            self.wrong(node, path, "must be a map from fields to values")
            return {}
        fields: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
            if name in fields:
                self.wrong(key, f"{path}.{name}".lstrip("."), "stands there twice")
            fields[name] = value
        return fields

    def word(self, node: yaml.Node, path: str) -> str:
        """As it is written, so that 1.30 is not the number 1.3."""
        if not isinstance(node, yaml.ScalarNode):
            self.wrong(node, path, "must be a text")
            return ""
        return str(node.value)


def _wrong_words(words: Mapping[str, str]) -> Iterator[simulator.Problem]:
    """What `/compare` would not understand."""
    for side in SIDES:
        own = {name.removeprefix(f"{side}."): value for name, value in words.items() if name.startswith(f"{side}.")}
        try:
            changes.read(own)
        except simulator.ManifestError as error:
            for problem in error.problems:
                yield simulator.Problem(path=f"{side}.{problem.path}", message=str(problem.message))
    for name, value in words.items():
        if name == "b" and not value.startswith(EXAMPLE):
            yield simulator.Problem(path=name, message=f'must be "{EXAMPLE}" and a name')
        elif name != "b" and not name.startswith(tuple(f"{side}." for side in SIDES)):
            yield simulator.Problem(path=name, message='must be "b", or begin with "a." or "b."')
