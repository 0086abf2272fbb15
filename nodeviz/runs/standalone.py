"""What is in the file that shows a run without any server? Style sheets, Plotly, one bundled script and the records, all inside; it asks nobody for anything.

Its own Content-Security-Policy names each script and style by its hash, so that nothing that stands in a record can ever run.
"""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

import simulator
from nodeviz.runs.models import Run
from nodeviz.runs.palette import palette
from nodeviz.security import SHA256_OF_NOTHING

STYLES = ("base", "run", "gantt", "viewer")
"""As the page in a frame has them."""

RECORDS = "@@records@@"
"""Where they go: at the last place of this name, for what a person writes stands before it."""

FOR_HTML = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})
"""In JSON these stand in strings alone; written so, none can end the element that the records are in."""


@functools.cache
def resource(name: str) -> str:
    """A file of `static/`, as the browser will read it: a parser of HTML knows no carriage returns. Raises FileNotFoundError if `./run` has not bundled it."""
    return (settings.BASE_DIR / "static" / name).read_text(encoding="utf-8").replace("\r\n", "\n")


@functools.cache
def parts() -> Mapping[str, str]:
    """The scripts, styles and icons, the same in every file."""
    return {
        "style": "\n".join(resource(f"css/{name}.css") for name in STYLES),
        "theme_script": resource("js/theme.js"),
        "plotly": resource("vendor/plotly-basic.min.js"),
        "script": resource("vendor/pages/standalone.js"),
        "icons_svg": resource("img/icons.svg").replace("<svg ", "<svg hidden ", 1),
    }


@functools.cache
def policy() -> str:
    """Nothing from anywhere, and of what is in the file only what we put there."""
    scripts = " ".join(digest(parts()[name]) for name in ("theme_script", "plotly", "script"))
    styles = f"{digest(parts()['style'])} {SHA256_OF_NOTHING}"
    return f"default-src 'none'; script-src {scripts}; style-src {styles}; img-src data: blob:; base-uri 'none'; form-action 'none'"


def digest(text: str) -> str:
    """As the policy writes it."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@translation.override("en")
def around_records(run: Run, page_url: str) -> tuple[str, str]:
    """The document before and after its records. `page_url`: where the run lives, for a link.

    In English: it is passed on, to people of any language.
    """
    scenario = run.scenario
    context = {
        **parts(),
        "policy": policy(),
        "title": scenario.title,
        "description": description_of(run),
        "run": {"status": run.state, "verdict": run.verdict, "error": ""},
        "page_url": page_url,
        "icons": "",
        "full": True,
        "finished": run.finished,
        "version": run.simulator_version,
        "page_config": {"palette": palette(), "verdict": run.verdict, "scenario": scenario.pk, "version": run.simulator_version},
        "records": RECORDS,
    }
    head, _, tail = render_to_string("runs/standalone.html", context).rpartition(RECORDS)
    return head, tail


def description_of(run: Run) -> str:
    """Markdown; empty for a text that is refused today."""
    try:
        return run.scenario.loaded().description
    except simulator.ManifestError:
        return ""


def record_lines(records: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """A JSON array, a record a line, that may stand in an HTML document."""
    for index, record in enumerate(records):
        yield ("," if index else "[") + simulator.encode(record).translate(FOR_HTML)
    yield "]"
