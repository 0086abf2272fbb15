"""Does a lesson outlive the network, and does the service worker keep nothing else?"""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.classes import LESSON, stands_at
from tests.browser.site import Site, Watch


def test_a_lesson_opens_and_plays_without_a_network(page: Page, site: Site, watch: Watch):
    watch.expected = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED")
    page.goto(f"{site.url}/lessons/{LESSON}")
    expect(page.locator("html")).to_have_attribute("data-offline", "ready")
    with site.silent_web():
        page.context.set_offline(True)
        answer = page.reload()
        assert answer is not None
        assert answer.from_service_worker
        page.get_by_role("button", name="Lock my answer").click()
        page.get_by_role("button", name="Skip to the end").click()
        stands_at(page, "0:12.000")
        expect(page.locator("#side-lesson .lesson-result")).to_be_visible()
    page.context.set_offline(False)


def test_the_service_worker_keeps_nothing_of_other_pages(page: Page, site: Site):
    page.goto(f"{site.url}/lessons/{LESSON}")
    expect(page.locator("html")).to_have_attribute("data-offline", "ready")
    page.goto(f"{site.url}/gallery")
    page.goto(site.url)

    kept: list[str] = page.evaluate(
        "async () => (await Promise.all((await caches.keys()).map(async name => (await (await caches.open(name)).keys()).map(({url}) => url)))).flat()"
    )
    paths = {url.removeprefix(site.url) for url in kept}
    assert f"/lessons/{LESSON}" in paths
    assert {path for path in paths if not path.startswith("/static/")} == {f"/lessons/{LESSON}"}
    assert not [path for path in paths if "gallery" in path]
