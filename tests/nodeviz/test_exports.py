"""In which forms can a finished run be taken along, and are they what they say?"""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import zlib
from collections.abc import Callable
from html.parser import HTMLParser

import plotly.io
import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.test import AsyncClient

import simulator
from nodeviz.runs import exports, standalone
from nodeviz.runs import figure as figures
from nodeviz.runs.models import ArtefactFrame, Run, RunState
from nodeviz.runs.palette import FAMILIES
from nodeviz.runs.spans import rows_of
from nodeviz.runs.tasks import simulate_run
from nodeviz.scenarios.models import Scenario
from nodeviz.security import SHA256_OF_NOTHING
from tests import goldens

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis_client")]

MakeRun = Callable[..., Run]
ENDINGS = ("jsonl", "csv", "perfetto.json", "plotly.json", "html")


def computed(run: Run) -> Run:
    simulate_run.apply(args=[run.pk], task_id="message-1", throw=True)
    return Run.objects.get(pk=run.pk)


def sent(run: Run, ending: str, *, encoding: str = "identity") -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body as it travels."""

    async def get() -> tuple[int, dict[str, str], bytes]:
        response = await AsyncClient().get(f"/s/{run.scenario_id}.{ending}", headers={"Accept-Encoding": encoding})
        body = b"".join([part async for part in response]) if response.streaming else response.content
        return response.status_code, dict(response.items()), body

    return async_to_sync(get)()


def download(run: Run, ending: str) -> tuple[int, dict[str, str], str]:
    """Status, headers and body."""
    status, headers, body = sent(run, ending)
    return status, headers, body.decode()


def records_of(run: Run) -> list[dict[str, object]]:
    return list(simulator.simulate(run.scenario.loaded()))


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize(
    ("state", "status"),
    [
        pytest.param(RunState.QUEUED, 202, id="not yet, while it waits"),
        pytest.param(RunState.RUNNING, 202, id="not yet, while it is computed"),
        pytest.param(RunState.FAILED, 409, id="never, when it failed"),
    ],
)
def test_what_is_not_there(make_run: MakeRun, ending: str, state: RunState, status: int) -> None:
    assert download(make_run(state=state), ending)[0] == status


@pytest.mark.parametrize(
    ("ending", "content_type"),
    [
        ("jsonl", "application/x-ndjson; charset=utf-8"),
        ("csv", "text/csv; charset=utf-8"),
        ("perfetto.json", "application/json"),
        ("plotly.json", "application/json"),
        ("html", "text/html; charset=utf-8"),
    ],
)
def test_each_is_saved_as_a_file_of_its_type(make_run: MakeRun, ending: str, content_type: str) -> None:
    run = computed(make_run())
    status, headers, _ = download(run, ending)

    assert (status, headers["Content-Type"], headers["X-Robots-Tag"]) == (200, content_type, "noindex")
    assert headers["Content-Disposition"] == f'attachment; filename="{run.scenario_id}.{ending}"'


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_browser_that_reads_one_gzip_file_gets_everything(make_run: MakeRun, ending: str) -> None:
    run = computed(make_run())
    reader = zlib.decompressobj(31)

    _, headers, body = sent(run, ending, encoding="gzip")
    read = reader.decompress(body)

    assert headers["Content-Encoding"] == "gzip"
    assert (reader.eof, reader.unused_data) == (True, b"")
    assert len(read) == len(download(run, ending)[2].encode())


MANY = "---\n".join(f"apiVersion: v1\nkind: Pod\nmetadata: {{name: web-{n}}}\nspec: {{containers: [{{name: app, image: 'a:1'}}]}}\n" for n in range(20))
"""Some thousand records, in more than two frames."""


@pytest.mark.parametrize("ending", ["jsonl", "csv", "html"])
def test_what_is_read_by_and_by_is_the_same(make_run: MakeRun, ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    run = computed(make_run(MANY))
    whole = download(run, ending)[2]
    monkeypatch.setattr(exports, "FRAMES_AT_ONCE", 1)
    monkeypatch.setattr(exports, "LINES_AT_ONCE", 7)

    assert ArtefactFrame.objects.filter(run=run).count() > 2
    assert download(run, ending)[2] == whole


@pytest.mark.parametrize("ending", ["jsonl", "csv"])
def test_a_run_that_is_deleted_while_it_is_sent_is_no_whole_file(make_run: MakeRun, ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "FRAMES_AT_ONCE", 1)
    monkeypatch.setattr(exports, "LINES_AT_ONCE", 1)
    run = computed(make_run(MANY))

    async def read_while_it_is_deleted() -> None:
        response = await AsyncClient().get(f"/s/{run.scenario_id}.{ending}")
        parts = aiter(response)
        await anext(parts)
        await sync_to_async(run.delete)()
        async for _ in parts:
            pass

    with pytest.raises(exports.Incomplete):
        async_to_sync(read_while_it_is_deleted)()


def test_the_table_has_a_row_per_record(make_run: MakeRun) -> None:
    run = computed(make_run())
    rows = list(csv.DictReader(io.StringIO(download(run, "csv")[2])))

    assert [(int(row["seq"]), row["layer"]) for row in rows] == [(record["seq"], record["layer"]) for record in records_of(run)]


def test_the_perfetto_trace_has_a_thread_per_container(make_run: MakeRun) -> None:
    entries = json.loads(download(computed(make_run()), "perfetto.json")[2])["traceEvents"]

    threads = [entry["args"]["name"] for entry in entries if entry["name"] == "thread_name"]
    assert {"fetch", "proxy", "app"} <= set(threads)
    assert any(entry["ph"] == "X" and entry["dur"] > 0 for entry in entries)


def test_the_figure_has_the_page_s_bars(make_run: MakeRun) -> None:
    run = computed(make_run())
    figure = plotly.io.from_json(download(run, "plotly.json")[2])
    rows = rows_of(records_of(run))

    bars = [trace for trace in figure.data if trace.type == "bar"]
    colours = {family.label: family.light for family in FAMILIES.values()}
    assert figure.layout.title.text == "web"
    assert [text.removeprefix("<b>").removesuffix("</b>") for text in figure.layout.yaxis.ticktext] == [row.name for row in rows]
    assert all(trace.marker.color == colours[trace.name] for trace in bars)
    drawn = sorted((rows[y].name, base) for trace in bars for y, base in zip(trace.y, trace.base, strict=True))
    assert drawn == sorted((row.name, span.start_s) for row in rows for span in row.spans)
    assert sum(len(trace.x) for trace in figure.data if trace.type == "scatter") == sum(len(row.marks) for row in rows)


def test_a_figure_ends_where_the_run_ends(make_run: MakeRun) -> None:
    run = computed(make_run())
    figure = plotly.io.from_json(download(run, "plotly.json")[2])

    ends = [base + length for trace in figure.data if trace.type == "bar" for base, length in zip(trace.base, trace.x, strict=True)]
    assert max(ends) == pytest.approx(records_of(run)[-1]["t"])


def test_a_run_with_more_bars_than_a_figure_can_show_says_so(make_run: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "MAX_BARS", 3)
    status, _, body = download(computed(make_run()), "plotly.json")

    assert (status, "more bars" in json.loads(body)["error"]) == (413, True)


@pytest.mark.parametrize("name", ["crash-loop", "garbage-collection-against-eviction", "sidecars-in-a-job"])
def test_every_look_of_a_figure_is_one_that_plotly_knows(name: str) -> None:
    # graph_objects validates every attribute.
    figure = figures.figure(simulator.simulate(goldens.scenario_of(goldens.SCENARIOS / name)), "A <b>title</b>")

    assert figure.layout.title.text == "A &lt;b&gt;title&lt;/b&gt;"
    assert json.loads(figure.to_json())["data"]


# -- the file that needs no server -------------------------------------------------------------------------------------------------


class Parts(HTMLParser):
    """What stands in a document: elements with their attributes, and the text of scripts and styles."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._pieces: list[tuple[str, list[str]]] = []
        self.feed(document)
        self.close()

    @property
    def texts(self) -> list[tuple[str, str]]:
        """`(kind, text)`: `style`, `script`, or the type of a script that is data."""
        return [(kind, "".join(pieces)) for kind, pieces in self._pieces]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.elements.append((tag, attributes))
        if tag in ("script", "style"):
            self._pieces.append((attributes.get("type") or tag, []))

    def handle_data(self, data: str) -> None:
        if self.cdata_elem:
            self._pieces[-1][1].append(data)


def test_the_file_has_every_record(make_run: MakeRun) -> None:
    run = computed(make_run())
    blocks = [json.loads(text) for kind, text in Parts(download(run, "html")[2]).texts if kind == "application/json"]

    assert records_of(run) in blocks


def test_the_policy_of_the_file_names_its_scripts_and_styles_and_nothing_else(make_run: MakeRun) -> None:
    parts = Parts(download(computed(make_run()), "html")[2])
    policies = [attributes["content"] or "" for _, attributes in parts.elements if attributes.get("http-equiv") == "Content-Security-Policy"]
    allowed = {name: set(sources) for name, *sources in (directive.split() for directive in policies[0].split(";"))}

    assert len(policies) == 1
    assert allowed["default-src"] == {"'none'"}
    assert allowed["script-src"] == {standalone.digest(text) for kind, text in parts.texts if kind == "script"}
    assert allowed["style-src"] == {standalone.digest(text) for kind, text in parts.texts if kind == "style"} | {SHA256_OF_NOTHING}


def test_the_file_loads_nothing(make_run: MakeRun) -> None:
    elements = Parts(download(computed(make_run()), "html")[2]).elements
    links = [value for _, attributes in elements for name, value in attributes.items() if name in ("src", "href") and not (value or "").startswith("#")]

    assert len(links) == 1, links
    assert (links[0] or "").startswith("http://testserver/s/"), "only the link to the run, which somebody must click"


@pytest.mark.parametrize("evil", ["</script><script>alert(1)</script>", "<!--<script>", "@@records@@"])
def test_nothing_that_a_person_writes_breaks_out_of_the_file(make_run: MakeRun, evil: str) -> None:
    # A text that is written again as a message: the container's output, a field's value.
    pod = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec: {{containers: [{{name: app, image: {json.dumps(evil)}}}]}}\n"
    scenario = (
        f"---\napiVersion: nodeviz.dev/v1alpha1\nkind: Scenario\nmetadata: {{name: x}}\nspec: {{title: {json.dumps(evil)}, description: {json.dumps(evil)}}}\n"
    )
    run = computed(make_run(pod + scenario))
    Scenario.objects.filter(pk=run.scenario_id).update(title=evil)
    harmless = Parts(download(computed(make_run()), "html")[2])
    parts = Parts(download(run, "html")[2])

    assert evil in json.dumps(records_of(run), ensure_ascii=False)
    assert records_of(run) in [json.loads(text) for kind, text in parts.texts if kind == "application/json"]
    assert [text for kind, text in parts.texts if kind == "script"] == [text for kind, text in harmless.texts if kind == "script"]


def test_the_server_starts_without_plotly() -> None:
    told = "import django, sys; django.setup(); import nodeviz.asgi, nodeviz.urls, nodeviz.runs.urls; print('plotly' in sys.modules)"
    shown = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", told], env={"DJANGO_SETTINGS_MODULE": "tests.settings", "PATH": ""}, capture_output=True, text=True
    )

    assert shown.stdout.strip() == "False", shown.stderr
