"""Can another Kubernetes be chosen, with other gates, and does the kubelet behave as that one?"""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import steps
from tests.browser.site import Site, Watch
from tests.browser.test_run import records_of

EXAMPLE = "sidecars-long-running-deleted"
SERVICE = "---\napiVersion: v1\nkind: Service\nmetadata: {name: shop}\n"


def version(page: Page) -> Locator:
    """The select in the editor's bar."""
    return page.get_by_role("combobox", name="Kubernetes version")


def problems(page: Page) -> Locator:
    """Beside the editor."""
    return page.locator("#editor-form [data-part=problems] li")


def gate(page: Page, name: str) -> Locator:
    """Its line in the dialog."""
    return page.get_by_role("dialog").get_by_role("listitem").filter(has=page.get_by_role("switch", name=name, exact=True))


def sigterms(page: Page) -> list[str]:
    """Whom the kubelet told to stop, in its order."""
    told = [record for record in records_of(page) if record.get("call") == "signal" and record.get("detail") == "SIGTERM"]
    assert told
    return [str(record["object"]) for record in told]


@pytest.fixture
def editor(page: Page, site: Site) -> Page:
    """The first page, with the deleted pod."""
    page.goto(f"{site.url}/?example={EXAMPLE}")
    steps.is_ready(page)
    return page


def test_a_kubelet_of_1_28_stops_all_containers_at_once(editor: Page):
    steps.press_run(editor)
    steps.finished(editor)
    in_order = sigterms(editor)
    verdict = steps.headline(editor)

    version(editor).select_option("1.28")
    # Without its alpha gate 1.28 takes the sidecars for init containers, and knows no sleep hook.
    expect(problems(editor).filter(has_text="without restartPolicy=Always")).to_have_count(2)
    editor.get_by_role("button", name="Gates").click()
    gate(editor, "SidecarContainers").get_by_role("switch").check()
    expect(problems(editor).filter(has_text="without restartPolicy=Always")).to_have_count(0)
    editor.keyboard.press("Escape")
    steps.write(editor, steps.text_of(editor).replace("sleep: {seconds: 5}", 'exec: {command: [sleep, "5"]}') + SERVICE)
    before = editor.url
    editor.locator(".run-button").click()
    editor.wait_for_url(lambda url: "/s/" in url and url != before, wait_until="commit")
    steps.finished(editor)

    assert in_order == ["main-app2", "main-app1", "log-sender", "network-proxy"]
    assert sigterms(editor) == ["network-proxy", "main-app2", "log-sender", "main-app1"]
    assert steps.headline(editor) != verdict
    # The page of the run says what the text chose, and what is left out of it.
    expect(version(editor)).to_have_value("1.28")
    expect(editor.get_by_role("button", name="Gates 1")).to_be_visible()
    editor.get_by_text("1 note on the text").click()
    expect(editor.locator(".run-notes li")).to_have_text(["Service/shop is kept, but not simulated"])


def test_a_choice_is_one_step_that_can_be_undone(editor: Page):
    before = steps.text_of(editor)
    version(editor).select_option("1.30")
    expect(editor.locator("textarea[name=text]")).to_have_value(before.replace("spec:\n  title: Last", 'spec:\n  kubernetes: "1.30"\n  title: Last'))
    editor.locator(".cm-content").focus()
    editor.keyboard.press("Control+z")

    expect(editor.locator("textarea[name=text]")).to_have_value(before)
    expect(version(editor)).to_have_value("1.36")


def test_what_is_written_by_hand_is_what_the_switch_shows(editor: Page):
    steps.write(
        editor,
        steps.POD + "  kubernetes: '1.31'\n---\napiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nfeatureGates: {NodeSwap: false}\n",
    )

    expect(version(editor)).to_have_value("1.31")
    expect(editor.get_by_role("button", name="Gates 1")).to_be_visible()


def test_the_gates_are_searched_and_switched_with_the_keyboard(editor: Page):
    before = steps.text_of(editor)
    editor.get_by_role("button", name="Gates").focus()
    editor.keyboard.press("Enter")
    expect(editor.get_by_role("searchbox", name="Search the gates")).to_be_focused()
    editor.keyboard.type("evented")
    expect(editor.get_by_role("dialog").get_by_role("listitem")).to_have_count(1)
    editor.keyboard.press("Tab")
    editor.keyboard.press("Space")
    expect(gate(editor, "EventedPLEG")).to_contain_text("changed, default: off")
    assert "featureGates:\n  EventedPLEG: true\n" in steps.text_of(editor)
    expect(gate(editor, "EventedPLEG").get_by_role("switch")).to_be_focused()
    editor.keyboard.press("Space")

    expect(editor.locator("textarea[name=text]")).to_have_value(before)
    editor.keyboard.press("Escape")
    expect(editor.get_by_role("button", name="Gates")).to_be_focused()


def test_a_gate_that_is_locked_says_why_and_a_plan_is_marked(editor: Page):
    editor.get_by_role("button", name="Gates").click()
    locked = gate(editor, "SidecarContainers")

    expect(locked.get_by_role("switch")).to_be_disabled()
    expect(locked).to_contain_text("locked on in Kubernetes 1.36")
    expect(gate(editor, "SidecarsRestartableDuringPodTermination")).to_contain_text("not yet in Kubernetes")


def test_a_choice_for_a_text_that_is_no_yaml_is_refused_and_taken_back(editor: Page, watch: Watch):
    watch.expected = ("422",)
    steps.write(editor, "a: [1, 2")
    version(editor).select_option("1.28")

    expect(problems(editor)).to_have_count(1)
    expect(version(editor)).to_have_value("1.36")
    assert steps.text_of(editor) == "a: [1, 2"
