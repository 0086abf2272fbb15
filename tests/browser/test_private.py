"""Is a private link's text kept by nobody, and does the page of it do what the others do?"""

from __future__ import annotations

import base64
import zlib

import pytest
from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.site import Site, Watch


def fragment(text: str) -> str:
    """As the page writes it: deflated, in base64url."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(text.encode()) + packer.flush()
    return "#v1:" + base64.urlsafe_b64encode(packed).decode().rstrip("=")


def text_in(url: str) -> str:
    """What a private link holds."""
    packed = url.partition("#v1:")[2]
    return zlib.decompress(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)), -15).decode()


@pytest.fixture
def private(page: Page, site: Site) -> Page:
    """The page of a private link, finished."""
    page.goto(f"{site.url}/p{fragment(steps.POD)}")
    steps.finished(page)
    return page


def test_a_private_link_shows_its_run(private: Page):
    assert steps.text_of(private) == steps.POD
    assert steps.row_names(private) == ["web", "fetch", "proxy", "app"]
    assert steps.headline(private).startswith("Completed after")


def test_nothing_of_it_is_sent_in_an_address_and_nothing_is_stored(page: Page, site: Site):
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    secret = steps.POD.replace("name: web", "name: web-5h2k9x")
    page.goto(f"{site.url}/p{fragment(secret)}")
    steps.finished(page)

    assert not [url for url in seen if "v1:" in url.partition("#")[0]]
    kept = [path for path in site.installation.var.rglob("*") if path.is_file()]
    assert len(kept) > 3
    assert not [path for path in kept if b"web-5h2k9x" in path.read_bytes()]


def test_run_makes_another_private_link_and_back_leads_to_the_first(private: Page):
    first = private.url
    changed = steps.POD.replace("duration: 5s", "duration: 9s")
    steps.write(private, changed)
    private.locator(".run-button").click()
    private.wait_for_url(lambda url: url != first)
    steps.finished(private)
    assert text_in(private.url) == changed
    expect(private.locator("#ghost")).to_contain_text("later")
    private.go_back()
    steps.finished(private)

    assert steps.text_of(private) == steps.POD


def test_undo_leads_to_the_private_link_before_and_is_not_offered_where_there_is_none(private: Page):
    first = private.url
    expect(private.get_by_role("button", name="Undo")).to_be_hidden()
    steps.write(private, steps.POD.replace("duration: 5s", "duration: 9s"))
    private.locator(".run-button").click()
    private.wait_for_url(lambda url: url != first)
    steps.finished(private)
    private.get_by_role("button", name="Undo").click()
    private.wait_for_url(first)
    steps.finished(private)

    assert steps.text_of(private) == steps.POD


def test_a_try_that_waits_can_be_cancelled_and_run_again(page: Page, site: Site):
    with site.frozen_workers():
        page.goto(f"{site.url}/p{fragment(steps.POD)}")
        expect(page.locator("html")).to_have_attribute("data-status", "queued")
        page.get_by_role("button", name="Cancel this run").click()
        expect(page.locator("#verdict")).to_contain_text("Cancelled")
        expect(page.get_by_role("button", name="Cancel this run")).to_be_hidden()
    page.get_by_role("button", name="Run it again").click()

    expect(page.locator("html")).to_have_attribute("data-status", "finished")


def test_an_intervention_goes_into_the_private_link(private: Page):
    first = private.url
    private.get_by_role("slider", name="Virtual time").evaluate("slider => { slider.value = 6000; slider.dispatchEvent(new Event('input', {bubbles: true})); }")
    private.get_by_text("app", exact=True).and_(private.locator(".label-name")).click(button="right")
    private.get_by_role("menuitem", name="Delete now").click()
    private.wait_for_url(lambda url: url != first)

    assert "- {at: 6s, delete: web}" in text_in(private.url)


@pytest.mark.parametrize(("broken", "words"), [("#v1:AAAA", "damaged"), ("#v9:abc", "another form"), ("", "another form")])
def test_a_link_that_cannot_be_read_says_why(page: Page, site: Site, broken: str, words: str):
    page.goto(f"{site.url}/p{broken}")
    steps.is_ready(page)

    expect(page.locator(".problem-list")).to_contain_text(words)


def test_a_text_with_problems_shows_them_at_their_lines(page: Page, site: Site, watch: Watch):
    watch.expected = ("422",)
    page.goto(f"{site.url}/p{fragment(steps.POD.replace('kind: Pod', 'kind: Pot'))}")
    steps.is_ready(page)

    expect(page.locator(".problem-list")).to_contain_text("Pot")
    expect(page.locator("#verdict")).to_contain_text("The text has problems")


def test_a_try_whose_connection_is_lost_says_so_and_can_be_run_again(page: Page, site: Site, watch: Watch):
    watch.expected = ("ERR_INTERNET_DISCONNECTED",)
    page.goto(f"{site.url}/p{fragment(steps.POD)}")
    steps.finished(page)
    page.context.set_offline(True)
    page.locator(".run-button").click()
    expect(page.locator("#banner")).to_contain_text("this run has no link to come back to")
    page.context.set_offline(False)
    page.get_by_role("button", name="Run it again").click()
    expect(page.locator("html")).to_have_attribute("data-status", "finished")

    expect(page.locator("#banner")).to_be_hidden()
