"""What do the files of an input hold? Bytes to documents, within the limits, and the first look at what is no manifest at all."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.errors import Problem
from simulator.limits import MAX_INPUT_BYTES
from simulator.manifest.compose import Budget, compose
from simulator.manifest.nodes import Document
from simulator.manifest.report import Report
from simulator.manifest.syntax_errors import template_place
from simulator.manifest.text import decode


def read_files(files: Mapping[str, str | bytes], budget: Budget, report: Report) -> list[Document]:
    """The documents of all files in their order; problems of the texts are reported."""
    if sum(len(content) for content in files.values()) > MAX_INPUT_BYTES:
        report.problems.append(Problem(file=next(iter(files), ""), message=f"the input is larger than {MAX_INPUT_BYTES >> 20} MiB"))
        return []
    documents: list[Document] = []
    for file, content in files.items():
        text = decode(file, content)
        if isinstance(text, Problem):
            report.problems.append(text)
            continue
        problems: list[Problem] = []
        composed = compose(file, text, budget, problems)
        template = template_place(text) if problems else None
        if template is None:
            documents += composed
            report.problems += problems
        else:
            # It breaks YAML in many ways; the one thing to say is what it is.
            report.problems.append(_template(file, *template))
    return documents


def _template(file: str, line: int, column: int) -> Problem:
    hint = "render it first: helm template CHART, and paste what it prints"
    return Problem(file=file, line=line, column=column, message="this is a Helm template, not a manifest", hint=hint)
