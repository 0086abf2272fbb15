"""Can a run be shown to others: as a link, as a part of it, privately, as a code; and taken back?"""

from __future__ import annotations

import json
import re
import subprocess
import urllib.error
import urllib.request

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser import steps
from tests.browser.site import Site, Watch
from tests.browser.steps import POD
from tests.surroundings import CHECKOUT

SECRET = "---\napiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData:\n  pin: hunter2\n"

MODULES = """
import { pathToFileURL } from "node:url";
const { default: qrcode } = await import(pathToFileURL(process.argv[1]));
const code = qrcode(0, "M");
code.addData(process.argv[2], "Byte");
code.make();
const all = [...Array(code.getModuleCount()).keys()];
process.stdout.write(JSON.stringify(all.flatMap((y) => all.filter((x) => code.isDark(y, x)).map((x) => [x + 4, y + 4]))));
"""


@pytest.fixture
def context(browser: Browser, watch: Watch):
    """Somebody's browser, that may write to the clipboard."""
    made = browser.new_context(viewport={"width": 1400, "height": 900}, permissions=["clipboard-read", "clipboard-write"])
    watch.over(made)
    yield made
    made.close()


def opened(page: Page, site: Site, text: str = POD) -> Locator:
    """The dialog of a finished run."""
    steps.run(page, site.url, text)
    steps.finished(page)
    page.locator("#share-button").click()
    return dialog_of(page)


def dialog_of(page: Page) -> Locator:
    """When it is there."""
    dialog = page.get_by_role("dialog", name="Share this run")
    expect(dialog).to_be_visible()
    return dialog


def clipboard(page: Page) -> str:
    text: str = page.evaluate("() => navigator.clipboard.readText()")
    return text


def choose(dialog: Locator, kind: str) -> None:
    """One of the links."""
    dialog.get_by_role("radio", name=kind, exact=True).check(force=True)


def link_of(dialog: Locator) -> str:
    return dialog.get_by_label("Link", exact=True).and_(dialog.locator("input[readonly]")).input_value()


def test_a_link_is_copied_by_keyboard_alone(page: Page, site: Site):
    steps.run(page, site.url)
    steps.finished(page)
    page.locator("#gantt").focus()
    page.keyboard.press("Shift+C")
    dialog = dialog_of(page)
    expect(dialog.locator("[data-part=link]")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(dialog.get_by_role("status")).to_have_text("Copied.")
    assert clipboard(page) == page.url
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_the_link_says_how_long_it_is_kept_and_copying_keeps_it(page: Page, site: Site):
    dialog = opened(page, site)
    expect(dialog.locator("[data-part=about]")).to_contain_text(re.compile("It is deleted on .*20.., unless somebody opens or shares it before"))
    dialog.get_by_role("button", name="Copy", exact=True).first.click()
    kept = re.compile("It is kept until somebody with its delete token deletes it")
    expect(dialog.locator("[data-part=about]")).to_contain_text(kept)
    page.reload()
    steps.finished(page)
    page.locator("#share-button").click()

    expect(dialog_of(page).locator("[data-part=about]")).to_contain_text(kept)


def test_a_link_to_this_view_opens_it(page: Page, context: BrowserContext, site: Site):
    steps.run(page, site.url)
    steps.finished(page)
    page.locator("#gantt").focus()
    page.keyboard.press("w")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    steps.settled(page)
    page.locator("#share-button").click()
    dialog = dialog_of(page)
    choose(dialog, "Link to this view")
    expect(dialog.locator("[data-part=link]")).to_have_value(re.compile(r"#t=[\d.-]+&.*sel=default/web/fetch@\d+"))
    shown = steps.ticks(page)
    theirs = context.new_page()
    theirs.goto(link_of(dialog))
    steps.finished(theirs)

    assert steps.ticks(theirs) == shown
    expect(theirs.locator(".label.selected .label-name")).to_have_text("fetch")


def test_a_private_link_shows_the_run_and_is_stored_nowhere(page: Page, context: BrowserContext, site: Site):
    dialog = opened(page, site)
    choose(dialog, "Private link")
    expect(dialog.locator("[data-part=about]")).to_contain_text("It is stored nowhere: it never expires, and nobody can delete it.")
    expect(dialog.locator("[data-part=link]")).to_have_value(re.compile(r"/p#v1:[\w-]+$"))
    theirs = context.new_page()
    asked: list[str] = []
    theirs.on("request", lambda request: asked.append(request.url))
    theirs.goto(link_of(dialog))
    steps.finished(theirs)

    assert steps.headline(theirs) == steps.headline(page)
    assert steps.text_of(theirs) == POD
    assert not [url for url in asked if "/s/" in url or url.endswith("/run")]


def test_the_code_is_that_of_the_link(page: Page, site: Site):
    dialog = opened(page, site)
    dialog.get_by_role("button", name="QR code").click()
    code = dialog.get_by_role("img", name="QR code of the link")
    expect(code).to_be_visible()
    drawn = re.findall(r"M(\d+) (\d+)h1v1h-1z", code.locator("path").get_attribute("d") or "")
    arguments = ["node", "--input-type=module", "-e", MODULES, str(CHECKOUT / "static/vendor/qrcode.js"), link_of(dialog)]
    modules = json.loads(subprocess.run(arguments, capture_output=True, text=True, check=True).stdout)

    assert [[int(x), int(y)] for x, y in drawn] == modules


def test_the_code_fills_the_projector_until_escape(page: Page, site: Site):
    dialog = opened(page, site)
    dialog.get_by_role("button", name="QR code").click()
    dialog.get_by_role("button", name="Large, for the projector").click()
    projector = page.get_by_role("dialog", name="The link, large")
    expect(projector).to_contain_text(page.url)
    box = projector.bounding_box()
    assert box
    assert (box["width"], box["height"]) == (1400, 900)
    page.keyboard.press("Escape")

    expect(projector).to_be_hidden()
    expect(dialog).to_be_visible()


def test_a_text_with_secrets_is_not_shared_without_a_warning(page: Page, site: Site):
    dialog = opened(page, site, POD + SECRET)
    line = (POD + SECRET).splitlines().index("  pin: hunter2") + 1

    expect(dialog.get_by_role("alert")).to_contain_text("This text seems to hold secrets.")
    expect(dialog.get_by_role("listitem")).to_have_text(re.compile(f"Line {line}\\s+pin, in the data of a Secret"))
    expect(dialog.get_by_role("button", name="Copy", exact=True)).to_have_count(0)


def test_who_knows_may_share_it_anyway(page: Page, site: Site):
    dialog = opened(page, site, POD + SECRET)
    dialog.get_by_role("button", name="Share it anyway").click()

    expect(dialog.locator("[data-part=link]")).to_have_value(page.url)


def test_a_redacted_text_is_put_into_the_editor_and_runs(page: Page, site: Site):
    dialog = opened(page, site, POD + SECRET)
    dialog.get_by_role("button", name="Put a redacted text into the editor").click()
    expect(dialog).to_be_hidden()
    assert steps.text_of(page) == (POD + SECRET).replace("hunter2", "xxxxxxx")
    expect(page.locator("[data-part=message]", has_text="Redacted: Run makes a link of its own.")).to_be_visible()
    before = page.url
    page.locator(".run-button").click()
    page.wait_for_url(lambda url: "/s/" in url and url != before, wait_until="commit")
    steps.finished(page)
    page.locator("#share-button").click()

    expect(dialog_of(page).locator("[data-part=link]")).to_have_value(page.url)


def test_who_made_a_run_deletes_it_after_being_asked_once(page: Page, site: Site):
    dialog = opened(page, site)
    url = page.url
    dialog.get_by_text("Delete it").click()
    expect(dialog.get_by_label("Delete token")).not_to_have_value("")
    dialog.get_by_role("button", name="Delete this run").click()
    dialog.get_by_role("button", name="Really delete it").click()
    page.wait_for_url(f"{site.url}/")

    expect(page.get_by_text("The run is deleted.")).to_be_visible()
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(url)


def test_without_the_token_nobody_deletes_and_with_it_anybody(page: Page, browser: Browser, site: Site, watch: Watch):
    watch.expected = ("403",)
    dialog = opened(page, site)
    dialog.get_by_text("Delete it").click()
    token = dialog.get_by_label("Delete token").input_value()
    other = browser.new_context()
    watch.over(other)
    theirs = other.new_page()
    theirs.goto(page.url)
    steps.finished(theirs)
    theirs.locator("#share-button").click()
    dialog = dialog_of(theirs)
    dialog.get_by_text("Delete it").click()
    field = dialog.get_by_label("Delete token")
    expect(field).to_have_value("")
    dialog.locator("[data-part=delete]").click()
    expect(dialog.locator("[data-part=message]")).to_have_text("Enter the delete token.")
    for value in ("guessed", token):
        field.fill(value)
        dialog.locator("[data-part=delete]").click()
        dialog.locator("[data-part=delete]").click()
        if value == "guessed":
            expect(dialog.locator("[data-part=message]")).to_contain_text("only who made this link may do that")
    theirs.wait_for_url(f"{site.url}/")
    other.close()
