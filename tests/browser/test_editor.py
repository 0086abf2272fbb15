"""Is the text safe, and is it said what is wrong with it, and where?"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import steps
from tests.browser.site import Site, Watch
from tests.browser.steps import POD

BAD = POD.replace("restartPolicy: Never", "restartPolicy: never").replace('image: "app:1.0"', 'imagePullPolcy: "app:1.0"')


@pytest.fixture
def editor(page: Page, site: Site) -> Page:
    """The first page."""
    page.goto(site.url)
    steps.is_ready(page)
    return page


def problems(page: Page) -> list[str]:
    """As the list beside the editor has them."""
    return [" ".join(text.split()) for text in page.locator("#editor-form [data-part=problems] li").all_inner_texts()]


def test_problems_are_shown_while_the_text_is_written(editor: Page):
    steps.write(editor, BAD)

    # What is advised about the example may still be in the list.
    expect(editor.locator("#editor-form [data-part=problems] li").first).to_contain_text("5:18")
    expect(editor.locator("#editor-form [data-part=problems] li")).to_have_count(3)
    assert problems(editor)[0].startswith("5:18 spec.restartPolicy Unsupported value")
    expect(editor.locator(".cm-lint-marker-error")).to_have_count(2)


def test_a_refused_run_keeps_the_text_and_goes_to_the_place(editor: Page, watch: Watch):
    watch.expected = ("422",)
    steps.write(editor, BAD)
    editor.locator(".run-button").click()
    expect(editor.locator(".cm-activeLineGutter").first).to_have_text("5")

    assert editor.url.endswith("/")
    assert steps.text_of(editor) == BAD


def test_a_click_on_a_problem_leads_to_its_line(editor: Page):
    steps.write(editor, BAD)
    editor.locator("#editor-form [data-part=problems] button").nth(1).click()

    expect(editor.locator(".cm-activeLineGutter").first).to_have_text("10")


def test_the_form_changes_what_a_container_does_and_writes_it_into_the_text(editor: Page, watch: Watch):
    watch.expected = ("422",)
    steps.write(editor, POD)
    editor.get_by_role("button", name="Behavior").click()
    form = editor.locator("#behaviors")
    expect(form.locator("summary")).to_have_count(3)
    expect(form.locator("summary").nth(1)).to_contain_text("web/proxy sidecar · runs for ever · from its role")
    form.locator("summary").nth(1).click()
    proxy = form.locator("li").nth(1)
    proxy.get_by_label("runs for").fill("soon")
    proxy.get_by_role("button", name="Write it into the text").click()
    expect(form.locator("[data-part=message]")).to_contain_text("soon")
    proxy.get_by_label("runs for").fill("20s")
    proxy.get_by_label("ignores it").check()
    proxy.get_by_role("button", name="Write it into the text").click()

    expect(form.locator("summary").nth(1)).to_contain_text("ends after 20s with 0, ignores SIGTERM · from the Scenario")
    form.get_by_role("button", name="Close").click()
    assert "web/proxy: {runs: [{duration: 20s, exitCode: 0}], onSIGTERM: ignore}" in steps.text_of(editor)
    assert "app: {runs: [{duration: 5s}]}" in steps.text_of(editor)


PROXY = '  - {name: proxy, image: "proxy:1.0", restartPolicy: Always}\n'
LEGACY = POD.replace(
    '  - {name: app, image: "app:1.0"}\n',
    "  - name: app\n    image: app:1.0\n  - name: log\n    image: log:1.0\n    command: [tail, -f, /log]\n",
)


def test_advice_is_listed_and_a_button_follows_it(editor: Page):
    # A block of lines can be moved; the init containers of the example are in braces.
    steps.write(editor, LEGACY.replace("  initContainers:\n", "").replace('  - {name: fetch, image: "fetch:1.0"}\n', "").replace(PROXY, ""))
    editor.locator("[data-part=advice] summary").click()
    editor.get_by_role("button", name="Make it a sidecar").click()

    expect(editor.locator("#editor-form [data-part=message]")).to_contain_text("Ctrl-Z brings the text before back")
    expect(editor.get_by_role("button", name="Make it a sidecar")).to_have_count(0)
    before, _, mains = steps.text_of(editor).partition("  containers:")
    assert "restartPolicy: Always" in before
    assert "name: log" not in mains


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("a: [1, 2", "2:1", id="not YAML"),
        pytest.param("name: {{ .Values.name }}\n", "Helm", id="a Helm template"),
        pytest.param("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n", "pod", id="no pod in it"),
        pytest.param("[" * 100_000, "1:", id="a hundred thousand brackets"),
        pytest.param("x" * (2 << 20), "too large", id="two megabytes"),
    ],
)
def test_bad_input_gets_a_message_and_stays(editor: Page, watch: Watch, text: str, said: str):
    watch.expected = ("422", "413")
    steps.write(editor, text)
    editor.locator(".run-button").click()

    expect(editor.locator("#editor-form [data-part=problems]")).to_contain_text(said)
    assert steps.text_of(editor) == text


def test_the_text_survives_a_reload(editor: Page):
    steps.write(editor, POD)
    editor.reload()
    steps.is_ready(editor)

    assert steps.text_of(editor) == POD


def test_an_uploaded_file_is_put_into_the_editor_and_ctrl_z_brings_the_old_text_back(editor: Page, tmp_path: Path):
    before = steps.text_of(editor)
    file = tmp_path / "web.yaml"
    file.write_text(POD)
    editor.locator("input[name=files]").set_input_files(file)
    expect(editor.get_by_text("web.yaml loaded")).to_be_visible()
    assert steps.text_of(editor) == POD
    editor.locator(".cm-content").focus()
    editor.keyboard.press("Control+z")

    assert steps.text_of(editor) == before


def test_files_are_dropped_anywhere_on_the_page(editor: Page):
    editor.evaluate(
        """text => {
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([text], "b.yaml"));
            dataTransfer.items.add(new File(["# first"], "a.yml"));
            const drag = type => document.body.dispatchEvent(new DragEvent(type, {dataTransfer, bubbles: true, cancelable: true}));
            ["dragenter", "dragover", "drop"].forEach(drag);
        }""",
        POD,
    )

    expect(editor.get_by_text("2 files loaded")).to_be_visible()
    assert steps.text_of(editor) == f"# a.yml\n# first\n---\n# b.yaml\n{POD}"


def test_a_file_that_is_too_large_is_refused_here(editor: Page):
    before = steps.text_of(editor)
    editor.locator("input[name=files]").set_input_files({"name": "big.yaml", "mimeType": "text/yaml", "buffer": b"#" * ((1 << 20) + 1)})

    expect(editor.get_by_text("at most 1 MiB can be run")).to_be_visible()
    assert steps.text_of(editor) == before


def test_without_scripts_it_is_a_form_like_any_other(browser: Browser, site: Site):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site.url)
    page.locator("textarea[name=text]").fill(BAD)
    page.locator(".run-button").click()
    expect(page.locator("#editor-form [data-part=problems] li")).to_have_count(3)
    assert page.locator("textarea[name=text]").input_value().replace("\r", "") == BAD
    page.locator("textarea[name=text]").fill(POD)
    page.locator(".run-button").click()

    expect(page).to_have_title("A pod with a sidecar · nodeviz")
    context.close()


def test_names_of_a_text_are_words_and_never_markup(page: Page, site: Site):
    hostile = "<img src=x onerror=alert(1)>"
    steps.run(page, site.url, POD.replace("A pod with a sidecar", f'"{hostile}"'))
    steps.finished(page)

    expect(page.locator(".topbar h1")).to_have_text(hostile)
    expect(page.locator("img")).to_have_count(0)
