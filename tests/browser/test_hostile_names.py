"""Does anything that a stranger wrote ever run, load or break out, wherever it is shown? In Chromium, whose console tells of every violation of the policy."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import steps
from tests.browser.site import Site, Watch

RUNS = (
    "<img src=x onerror=pwned()>",
    '"><script>pwned()</script>',
    "'-pwned()-'",
    "</script><script>pwned()</script>",
    "</textarea><svg onload=pwned()>",
    "javascript:pwned()",
    "{{ constructor.constructor('pwned()')() }}",
    "${pwned()}",
    "<!--<script>",
    "]]><script xmlns='http://www.w3.org/1999/xhtml'>pwned()</script>",
    "\u202egnp.exe<b>",
)
"""What would call a function, if anybody took it for more than words."""

ALL = " ".join(RUNS)

DESCRIPTION = "\n\n".join(
    (
        ALL,
        "[a](javascript:pwned()) [b](JaVaScRiPt:pwned()) [c](data:text/html,<script>pwned()</script>) [d](vbscript:x) [e](\x01javascript:pwned())",
        "![f](http://evil.example/x.png) <http://evil.example> <javascript:pwned()>",
        '[g](http://evil.example "\\" onmouseover=pwned() x=\\"")',
        "<iframe src=//evil.example></iframe> <style>@import '//evil.example'</style> <base href=//evil.example>",
    )
)

QUOTED = json.dumps(ALL)

HOSTILE = f"""\
apiVersion: v1
kind: Pod
metadata:
  name: constructor
  annotations: {{a: {QUOTED}}}
  labels: {{constructor: prototype}}
spec:
  restartPolicy: Never
  initContainers: [{{name: prototype, image: {json.dumps(RUNS[0])}}}]
  containers:
  - {{name: constructor, image: "app:1.0", command: [sh, -c, {QUOTED}], env: [{{name: __proto__, value: {QUOTED}}}]}}
---
apiVersion: v1
kind: Pod
metadata: {{name: tostring, namespace: constructor}}
spec:
  containers:
  - name: valueof
    image: "__proto__"
    command: [sh, -c, {json.dumps("echo " + json.dumps(RUNS[1]) + "; exit 3")}]
    terminationMessagePolicy: FallbackToLogsOnError
    livenessProbe: {{exec: {{command: [sh, -c, {json.dumps("echo '" + RUNS[0] + "'; exit 1")}]}}}}
  - {{name: hasownproperty, image: "b:1", envFrom: [{{configMapRef: {{name: constructor}}}}]}}
---
apiVersion: nodeviz.dev/v1alpha1
kind: Scenario
metadata: {{name: x}}
spec:
  title: {QUOTED}
  description: {json.dumps(DESCRIPTION)}
  until: 60s
"""

WATCHING = """
window.calls = [];
window.pwned = (...words) => window.calls.push(words);
window.addEventListener("securitypolicyviolation", (event) => window.calls.push(event.violatedDirective));
"""

BROKEN_OUT = """() => [
    ...window.calls.map(String),
    ...[...document.querySelectorAll("*")].flatMap((element) => [...element.attributes].filter(({name}) => name.startsWith("on")).map(({name}) => name)),
    ...[...document.querySelectorAll("img, iframe, object, base, svg[onload]")].filter((e) => !/^(data|blob):/.test(e.src || "data:")).map((e) => e.outerHTML),
    ...[...document.querySelectorAll("a[href], form[action]")].map((e) => e.href || e.action).filter((url) => /^(javascript|vbscript|data):/i.test(url)),
    ...(({}).polluted === undefined && Object.keys(Object.prototype).length === 0 ? [] : ["a prototype was changed"]),
]"""


def nothing_broke_out(page: Page) -> None:
    """No word of it has become an element, an attribute, an address that runs, or a property of everything."""
    assert page.evaluate(BROKEN_OUT) == []


@pytest.fixture
def watched(page: Page) -> Iterator[Page]:
    """A tab in which nothing of the hostile words may run; dialogs fail the test."""
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.add_init_script(WATCHING)
    yield page
    assert dialogs == []


@pytest.fixture
def run(watched: Page, site: Site) -> Page:
    """The page of the hostile run."""
    steps.look_at(watched, site.link(HOSTILE))
    return watched


def test_the_page_of_a_run_with_everything_opened(run: Page) -> None:
    for summary in run.locator("details > summary").locator("visible=true").all():
        if summary.is_visible():
            summary.click()
    run.keyboard.press("Escape")
    for tab in run.get_by_role("tab").locator("visible=true").all():
        tab.click()
        nothing_broke_out(run)
    expect(run.locator("body")).to_contain_text("constructor")

    nothing_broke_out(run)


def test_the_words_are_shown_as_they_were_written(run: Page) -> None:
    assert RUNS[0] in (run.locator("h1, .title").first.text_content() or "") or RUNS[0] in run.title()


def test_the_embedded_page_and_the_comparison(run: Page, site: Site, watch: Watch) -> None:
    watch.expected = ("404",)
    link = run.url.partition("/s/")[2].partition("#")[0]
    for address in (f"/e/{link}", f"/compare?a={link}&b={link}", f"/compare?a={link}&b={link}&b.seed=7", "/compare?a=%3Cimg%20src=x%20onerror=pwned()%3E&b=x"):
        run.goto(f"{site.url}{address}")
        run.wait_for_load_state("networkidle")
        nothing_broke_out(run)


def test_the_file_of_a_run_runs_nothing_of_it(run: Page, site: Site, browser: Browser, tmp_path: Path) -> None:
    link = run.url.partition("/s/")[2].partition("#")[0]
    file = tmp_path / "run.html"
    file.write_bytes(run.request.get(f"{site.url}/s/{link}.html").body())
    context = browser.new_context(offline=True)
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    opened = context.new_page()
    opened.add_init_script(WATCHING)
    opened.goto(file.as_uri())
    expect(opened.locator("body")).to_contain_text("constructor")
    nothing_broke_out(opened)
    context.close()

    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []


def test_the_picture_of_a_run_runs_nothing_of_it(run: Page, browser: Browser) -> None:
    run.locator("#export summary").click()
    with run.expect_download() as download:
        run.locator("#export").get_by_text("Picture").and_(run.locator("a, button")).filter(has_text="SVG").locator("visible=true").click()
    context = browser.new_context(offline=True)
    opened = context.new_page()
    opened.goto(download.value.path().rename(download.value.path().with_suffix(".svg")).as_uri())
    handlers = (
        "() => [...document.querySelectorAll('*')].filter((e) => e.localName === 'script' || [...e.attributes].some((a) => /^on|href/.test(a.name))).length"
    )
    found = opened.evaluate(handlers)
    context.close()

    assert found == 0


@pytest.mark.parametrize("form", ["yaml", "jsonl", "csv", "perfetto.json", "plotly.json"])
def test_no_file_of_a_run_is_shown_as_a_page(run: Page, site: Site, form: str) -> None:
    link = run.url.partition("/s/")[2].partition("#")[0]
    headers = run.request.get(f"{site.url}/s/{link}.{form}").headers

    assert headers["x-content-type-options"] == "nosniff"
    assert not headers["content-type"].startswith(("text/html", "image/svg", "application/xhtml", "text/xml"))


def test_problems_beside_the_text(watched: Page, site: Site, watch: Watch) -> None:
    watch.expected = ("422",)
    watched.goto(site.url)
    steps.is_ready(watched)
    metadata, spec = f"{{name: {QUOTED}, {QUOTED}: 1, __proto__: 1}}", f"{{restartPolicy: {QUOTED}, constructor: x}}"
    wrong = f"apiVersion: v1\nkind: {json.dumps(RUNS[0])}\nmetadata: {metadata}\nspec: {spec}\n---\nkind: Pod\nmetadata: {metadata}\nspec: {spec}\n"
    steps.write(watched, wrong)
    watched.locator(".run-button").click()
    expect(watched.get_by_role("region", name="Problems of the text")).to_contain_text(RUNS[0])

    nothing_broke_out(watched)


def test_a_file_with_a_hostile_name(watched: Page, site: Site) -> None:
    watched.goto(site.url)
    steps.is_ready(watched)
    watched.locator("input[type=file]").first.set_input_files([{"name": "<img src=x onerror=pwned()>.yaml", "mimeType": "text/yaml", "buffer": b"x: ["}])
    watched.wait_for_load_state("networkidle")

    nothing_broke_out(watched)


def test_a_room_with_hostile_people(watched: Page, site: Site, browser: Browser) -> None:
    watched.goto(site.url)
    made = watched.request.post(
        f"{site.url}/rooms",
        form={"example": "sidecars-in-a-job", "csrfmiddlewaretoken": watched.context.cookies()[0]["value"]},
        headers={"Accept": "application/json", "Origin": site.url},
    ).json()
    watched.goto(f"{site.url}{made['driver_url']}")
    steps.is_ready(watched)
    student = watched.context.new_page()
    student.add_init_script(WATCHING)
    student.goto(f"{site.url}/gallery")
    said = """async ([path, messages]) => {
        const socket = new WebSocket(`ws://${location.host}${path}`);
        await new Promise((resolve) => (socket.onopen = resolve));
        const heard = [];
        socket.onmessage = ({data}) => heard.push(JSON.parse(data)[0]);
        for (const message of messages) socket.send(JSON.stringify(message));
        while (!heard.includes("people")) await new Promise((resolve) => setTimeout(resolve, 20));
        window.socket = socket;
        return heard;
    }"""
    messages = [{"op": "hello", "nickname": RUNS[0][:30]}, {"op": "question", "text": ALL[:300]}, {"op": "fork", "id": RUNS[1]}, {"op": RUNS[2]}]
    assert "welcome" in student.evaluate(said, [f"/ws/rooms/{made['code']}/", messages])
    watched.locator("[data-part=people][aria-controls=room-class]").click()
    expect(watched.locator("#room-class")).to_contain_text(RUNS[0][:20])
    expect(watched.locator("#room-class")).to_contain_text(RUNS[1])

    nothing_broke_out(watched)
    nothing_broke_out(student)
