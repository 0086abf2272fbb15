"""Do the tabs over the editor choose what is in sight, and leave the text as it is?"""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import steps
from tests.browser.site import Site
from tests.browser.steps import POD

KUBELET = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nmaxPods: 50\n"
ALL = f"{POD}---\n{KUBELET}"
SPEC = POD[: POD.index("---\n")]
SCENARIO = POD[len(SPEC) :]


@pytest.fixture
def editor(page: Page, site: Site) -> Page:
    """The first page, with a document for each part."""
    page.goto(site.url)
    steps.is_ready(page)
    steps.write(page, ALL)
    return page


def choose(page: Page, name: str) -> None:
    """A tab by a click."""
    page.locator(".editor-tabs").get_by_role("tab", name=name).click()


def in_sight(page: Page) -> str:
    """The lines that can be seen."""
    return "\n".join(page.locator(".cm-line").all_inner_texts()).replace("\u200b", "")


@pytest.mark.parametrize(
    ("tab", "first", "kinds"),
    [
        pytest.param("Spec", "1", ["Pod"], id="the specification"),
        pytest.param("Scenario", "11", ["Scenario"], id="the Scenario"),
        pytest.param("Node configuration", "21", ["KubeletConfiguration"], id="the node's configuration"),
        pytest.param("All", "1", ["Pod", "Scenario", "KubeletConfiguration"], id="all of it"),
    ],
)
def test_a_tab_shows_its_documents_under_their_own_line_numbers(editor: Page, tab: str, first: str, kinds: list[str]):
    choose(editor, "Scenario")
    choose(editor, tab)

    expect(editor.locator(".cm-lineNumbers .cm-gutterElement").nth(1)).to_have_text(first)
    assert [line.removeprefix("kind: ") for line in in_sight(editor).split("\n") if line.startswith("kind: ")] == kinds
    assert steps.text_of(editor) == ALL


def test_what_is_out_of_sight_cannot_be_deleted_or_written_over(editor: Page):
    choose(editor, "Scenario")
    editor.locator(".cm-content").click()
    editor.keyboard.press("Control+a")
    editor.keyboard.press("Delete")
    assert steps.text_of(editor) == f"{SPEC}---\n\n---\n{KUBELET}"
    editor.keyboard.type("kind: Scenario")
    assert steps.text_of(editor) == f"{SPEC}---\nkind: Scenario\n---\n{KUBELET}"
    for _ in range(20):
        editor.keyboard.press("Backspace")
    for _ in range(3):
        editor.keyboard.press("Delete")

    assert steps.text_of(editor) == f"{SPEC}---\n\n---\n{KUBELET}"


@pytest.mark.parametrize("tab", ["Spec", "Scenario", "Node configuration"])
def test_a_text_that_is_pasted_over_a_part_is_a_document_of_its_own(editor: Page, tab: str):
    choose(editor, tab)
    steps.write(editor, "apiVersion: v1\nkind: Secret\n")
    choose(editor, "All")

    assert [line for line in in_sight(editor).split("\n") if line.startswith(("kind:", "---"))].count("---") == 2
    assert "kind: Secret" in in_sight(editor)
    assert steps.text_of(editor).count("kind: ") == 3


def test_ctrl_z_goes_through_all_parts(editor: Page):
    choose(editor, "Scenario")
    editor.locator(".cm-content").click()
    editor.keyboard.press("Control+a")
    editor.keyboard.press("Delete")
    choose(editor, "Spec")
    editor.locator(".cm-content").focus()
    editor.keyboard.press("Control+z")

    assert steps.text_of(editor) == ALL


def test_who_writes_another_kind_does_not_lose_the_document(editor: Page):
    choose(editor, "Spec")
    editor.locator(".cm-line", has_text="kind: Pod").click()
    editor.keyboard.press("End")
    for _ in "Pod":
        editor.keyboard.press("Backspace")
    editor.keyboard.type("Scenario")

    expect(editor.locator(".cm-activeLine")).to_have_text("kind: Scenario")


def test_problems_are_counted_and_lead_to_their_part(editor: Page):
    steps.write(editor, ALL.replace("maxPods: 50", "maxPods: many").replace("jitter: false", "jitter: no way"))
    tabs = editor.locator(".editor-tabs")
    expect(tabs.locator("#part-all .count")).to_have_text("2")
    expect(tabs.locator("#part-scenario .count")).to_have_text("1")
    expect(tabs.locator("#part-node .count")).to_have_text("1")
    expect(tabs.locator("#part-spec .count")).to_have_text("")
    choose(editor, "Spec")
    editor.locator("#editor-form [data-part=problems] button", has_text="maxPods").click()

    expect(tabs.locator("#part-node")).to_have_attribute("aria-selected", "true")
    expect(editor.locator(".cm-activeLineGutter").first).to_have_text("24")


@pytest.mark.parametrize(
    ("text", "tab", "button", "begins"),
    [
        pytest.param(SPEC, "Scenario", "Add a Scenario", "apiVersion: nodeviz.dev/v1alpha1", id="a Scenario"),
        pytest.param(SPEC, "Node configuration", "Add a KubeletConfiguration", "apiVersion: kubelet.config.k8s.io/v1beta1", id="a configuration"),
        pytest.param(SCENARIO.removeprefix("---\n"), "Spec", "Add a Pod", "apiVersion: v1", id="a pod"),
    ],
)
def test_an_empty_part_says_what_goes_there_and_begins_it(editor: Page, text: str, tab: str, button: str, begins: str):
    steps.write(editor, text)
    choose(editor, tab)
    with editor.expect_response("**/check"):
        editor.get_by_role("button", name=button).click()
    expect(editor.get_by_role("button", name=button)).to_have_count(0)
    added = steps.text_of(editor).removeprefix(f"{text}---\n")
    expect(editor.locator(".editor-tabs .count:not(:empty)")).to_have_count(0)
    assert added.startswith(begins)
    editor.keyboard.press("Control+z")

    assert steps.text_of(editor) == text


def test_every_line_that_is_offered_as_a_comment_can_be_used(editor: Page):
    steps.write(editor, SPEC)
    for tab, button in (("Scenario", "Add a Scenario"), ("Node configuration", "Add a KubeletConfiguration")):
        choose(editor, tab)
        editor.get_by_role("button", name=button).click()
    text = steps.text_of(editor)
    used = "\n".join(line.replace("# ", "", 1) if line.lstrip().startswith("# ") else line for line in text.split("\n"))
    choose(editor, "All")
    with editor.expect_response(lambda response: response.url.endswith("/check") and "evictionHard" in (response.request.post_data or "")) as checked:
        steps.write(editor, used)

    assert checked.value.json()["problems"] == []


def test_the_choice_and_the_text_survive_a_reload(editor: Page):
    choose(editor, "Scenario")
    editor.reload()
    steps.is_ready(editor)

    expect(editor.locator("#part-scenario")).to_have_attribute("aria-selected", "true")
    assert "kind: Pod" not in in_sight(editor)
    assert steps.text_of(editor) == ALL


def test_a_choice_that_nobody_knows_is_all(editor: Page):
    editor.evaluate("() => localStorage.setItem('nodeviz.tab:/', 'nonsense')")
    editor.reload()
    steps.is_ready(editor)

    expect(editor.locator("#part-all")).to_have_attribute("aria-selected", "true")


def test_arrow_keys_go_from_tab_to_tab(editor: Page):
    editor.locator("#part-all").focus()
    editor.keyboard.press("ArrowRight")
    editor.keyboard.press("ArrowRight")

    expect(editor.locator("#part-scenario")).to_be_focused()
    assert "kind: Pod" not in in_sight(editor)


def test_a_file_that_is_dropped_replaces_every_part_and_is_seen(editor: Page):
    choose(editor, "Scenario")
    editor.evaluate(
        """text => {
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([text], "web.yaml"));
            document.body.dispatchEvent(new DragEvent("drop", {dataTransfer, bubbles: true, cancelable: true}));
        }""",
        SPEC,
    )
    expect(editor.get_by_text("web.yaml loaded")).to_be_visible()

    assert steps.text_of(editor) == SPEC
    expect(editor.locator("#part-all")).to_have_attribute("aria-selected", "true")
    assert "kind: Pod" in in_sight(editor)


def test_run_posts_every_part(editor: Page):
    choose(editor, "Spec")
    steps.press_run(editor)
    steps.finished(editor)

    assert steps.text_of(editor) == ALL


def test_without_scripts_there_are_no_tabs(browser: Browser, site: Site):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site.url)

    expect(page.locator(".editor-tabs")).to_be_hidden()
    context.close()
