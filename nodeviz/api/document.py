"""What does the API promise? `openapi.yaml`, read once: the document for others, and a table of operations for the gate that keeps it.

What all operations have in common (problems, and the headers of answers that may be kept) is added here, so that the file says only what is particular.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

import simulator
from nodeviz.scenarios.bounds import CHECKS, RUNS, TRIES, Bucket

Schema = Mapping[str, Any]

FILE = Path(__file__).with_name("openapi.yaml")
METHODS = ("get", "post", "delete")
BUCKETS = {"checks": CHECKS, "runs": RUNS, "tries": TRIES}

PROBLEM = "application/problem+json"
JSON, YAML, JSON_LINES, EVENTS = "application/json", "application/yaml", "application/x-ndjson", "text/event-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One word of a request beside its body."""

    name: str
    place: str
    """`path`, `query` or `header`."""
    schema: Schema
    """Without references."""
    validator: Draft202012Validator

    @property
    def default(self) -> Any:
        """None if there is none."""
        return self.schema.get("default")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one path."""

    id: str
    method: str
    """In capitals."""
    path: str
    parameters: tuple[Parameter, ...]
    bodies: Mapping[str, Draft202012Validator]
    """By media type; empty where no body is wanted."""
    media: tuple[str, ...]
    """Of the answer when all is well, the preferred one first; empty where it has no body."""
    bucket: str
    """A name of BUCKETS; empty: free."""
    needs_token: bool

    @property
    def is_safe(self) -> bool:
        """Does it only read?"""
        return self.method == "GET"


@functools.cache
def document() -> dict[str, Any]:
    """All of it, as it is handed out."""
    read: dict[str, Any] = yaml.load(FILE.read_text(), Loader=yaml.CSafeLoader)
    read["info"]["version"] = simulator.VERSION
    for item in read["paths"].values():
        for method in METHODS:
            if method in item:
                _complete(item, method)
    return read


@functools.cache
def operations() -> Mapping[str, Mapping[str, Operation]]:
    """By path and method."""
    return {path: {each.method: each for each in _operations_of(path, item)} for path, item in document()["paths"].items()}


def bucket_of(operation: Operation) -> Bucket | None:
    """What it is paid from."""
    return BUCKETS.get(operation.bucket)


def resolved(node: Any) -> Any:
    """What a reference leads to; anything else is itself."""
    while isinstance(node, Mapping) and "$ref" in node:
        found: Any = document()
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


def validator_of(schema: Schema) -> Draft202012Validator:
    """With the components in reach."""
    return Draft202012Validator({**schema, "components": document()["components"]})


def _complete(item: Mapping[str, Any], method: str) -> None:
    """Write what every operation of this kind may answer."""
    operation = item[method]
    answers = operation["responses"]
    common = {"406": "Problem"}
    if "parameters" in operation or "requestBody" in operation:
        common["400"] = "Problem"
    if "parameters" in item:
        common["404"] = "Problem"
    if "requestBody" in operation:
        common |= {"413": "Problem", "415": "Problem", "422": "Refused"}
    if "x-bucket" in operation:
        common["429"] = "TooOften"
        # Redis or the database is away.
        common["503"] = "Unavailable"
    if method != "get":
        # A page of another origin asks.
        common["403"] = "Problem"
    if "security" in operation:
        common["401"] = "Unauthorized"
    if method == "get":
        common["304"] = "NotModified"
    for status, name in common.items():
        answers.setdefault(status, {"$ref": f"#/components/responses/{name}"})
    operation["responses"] = dict(sorted(answers.items()))


def _operations_of(path: str, item: Mapping[str, Any]) -> Iterator[Operation]:
    for method in METHODS:
        if method not in item:
            continue
        said = item[method]
        body = resolved(said.get("requestBody", {}))
        yield Operation(
            id=said["operationId"],
            method=method.upper(),
            path=path,
            parameters=tuple(_parameter(resolved(each)) for each in (*item.get("parameters", ()), *said.get("parameters", ()))),
            bodies={media: validator_of(content["schema"]) for media, content in body.get("content", {}).items()},
            media=tuple(media for status in ("200", "201") for media in resolved(said["responses"].get(status, {})).get("content", {})),
            bucket=said.get("x-bucket", ""),
            needs_token="security" in said,
        )


def _parameter(said: Mapping[str, Any]) -> Parameter:
    schema = copy.deepcopy(resolved(said["schema"]))
    return Parameter(name=said["name"], place=said["in"], schema=schema, validator=validator_of(schema))
