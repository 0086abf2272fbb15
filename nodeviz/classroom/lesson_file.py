"""What is in the file that is a lesson without any server? Steps, pack, style sheets, Plotly and one script, all inside; it asks nobody for anything.

Where the lesson lets one change a text and run it, the file has nobody who could; it shows the run of the solution and says so.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

import simulator
from nodeviz.classroom.lesson_values import Lesson
from nodeviz.classroom.lessons import pack_text
from nodeviz.runs.models import RunState
from nodeviz.runs.palette import palette
from nodeviz.runs.standalone import FOR_HTML, digest, resource
from nodeviz.security import SHA256_OF_NOTHING

Json = dict[str, Any]

STYLES = ("base", "run", "gantt", "viewer", "flags", "lesson", "lesson-file")


@functools.cache
def parts() -> Mapping[str, str]:
    """The scripts, styles and icons, the same in every file."""
    return {
        "style": "\n".join(resource(f"css/{name}.css") for name in STYLES),
        "theme_script": resource("js/theme.js"),
        "plotly": resource("vendor/plotly-basic.min.js"),
        "script": resource("vendor/pages/lesson-standalone.js"),
        "icons_svg": resource("img/icons.svg").replace("<svg ", "<svg hidden ", 1),
    }


@functools.cache
def policy() -> str:
    """Nothing from anywhere, and of what is in the file only what we put there."""
    scripts = " ".join(digest(parts()[name]) for name in ("theme_script", "plotly", "script"))
    styles = f"{digest(parts()['style'])} {SHA256_OF_NOTHING}"
    return f"default-src 'none'; script-src {scripts}; style-src {styles}; img-src data: blob:; base-uri 'none'; form-action 'none'"


@translation.override("en")
def lesson_file(lesson: Lesson, page_url: str) -> str:
    """The document. `page_url`: where the lesson lives, for a link. In English, as lessons are."""
    pack = without_building(json.loads(pack_text(lesson.name)))
    solutions = {number: pack["runs"][step["run"]]["text"] for number, step in enumerate(pack["steps"]) if step.get("solved")}
    context = {
        **parts(),
        "policy": policy(),
        "title": lesson.title,
        "steps": [{"before": step.before, "reveal": step.reveal, "solved": number in solutions} for number, step in enumerate(lesson.steps)],
        "page_url": page_url,
        "run": {"status": RunState.QUEUED, "verdict": None, "error": ""},
        "icons": "",
        "full": True,
        "version": simulator.VERSION,
        "page_config": {"palette": palette()},
        "pack": json.dumps(pack, ensure_ascii=False, separators=(",", ":")).translate(FOR_HTML),
    }
    return render_to_string("classroom/lesson_file.html", context)


def without_building(pack: Json) -> Json:
    """The same lesson, in which a step to build in shows the run of its solution; runs that no step shows any more are left out."""
    steps = [_shown(step, pack["runs"]) for step in pack["steps"]]
    used = sorted({step["run"] for step in steps if step["run"] is not None})
    steps = [step if step["run"] is None else {**step, "run": used.index(step["run"])} for step in steps]
    return {**pack, "steps": steps, "runs": [pack["runs"][index] for index in used]}


def _shown(step: Json, runs: list[Json]) -> Json:
    ask = step["ask"]
    if ask is None or ask["kind"] != "build":
        return step
    records = [record for message in runs[ask["solution"]]["messages"] if message[0] == "e" for record in message[2]]
    return {**step, "run": ask["solution"], "stop_s": 0, "until_s": records[-1]["t"], "ask": None, "solved": True}
