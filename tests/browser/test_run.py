"""Does the main job work, end to end: paste a pod, press Run, watch it live, send the link on? Real browser, web server, worker, Redis."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import sqlite3
import urllib.request

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import steps
from tests.browser.site import Site, Watch
from tests.browser.steps import POD


def records_of(page: Page) -> list[dict[str, object]]:
    """The finished trace, as the Export menu gives it."""
    with urllib.request.urlopen(page.locator("#export [data-url=jsonl_url]").evaluate("link => link.href")) as answer:
        return [json.loads(line) for line in answer]


def test_the_first_page_opens_with_the_example_of_the_sidecar_talk(page: Page, site: Site):
    page.goto(site.url)
    steps.is_ready(page)

    assert all(name in steps.text_of(page) for name in ("secret-fetch:1.0", "network-proxy:1.0", "log-sender:1.0", "main-app1:1.0", "main-app2:1.0"))
    expect(page.locator("#editor-form [data-part=problems]")).to_be_hidden()


def test_a_pasted_pod_is_run_and_drawn(page: Page, site: Site):
    steps.run(page, site.url)
    steps.finished(page)

    assert re.search("/s/[A-Za-z0-9_-]{11}$", page.url)
    assert steps.row_names(page) == ["web", "fetch", "proxy", "app"]
    assert steps.headline(page).startswith("Completed after")
    assert int(page.locator("html").get_attribute("data-first-bar-ms") or 0) < 20_000


def test_every_record_of_the_trace_arrives(page: Page, site: Site):
    steps.run(page, site.url)
    steps.finished(page)

    expect(page.locator("html")).to_have_attribute("data-records", str(len(records_of(page))))


def test_bars_are_painted_while_records_still_arrive(page: Page, site: Site):
    steps.run(page, site.url, steps.many_pods(60))
    with site.frozen_workers():
        expect(page.locator("html")).to_have_attribute("data-status", "running")
        assert re.match("Simulating: .* so far", steps.headline(page))
        expect(page.locator("#transport .live")).to_be_visible()
        early = int(page.locator("html").get_attribute("data-records") or 0)
    steps.finished(page)

    records = records_of(page)
    assert 0 < early < len(records)
    expect(page.locator("html")).to_have_attribute("data-records", str(len(records)))


def test_ctrl_enter_runs(page: Page, site: Site):
    page.goto(site.url)
    steps.is_ready(page)
    steps.write(page, POD)
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/s/*", wait_until="commit")

    steps.first_bar(page)


def test_a_reload_shows_the_same(page: Page, site: Site):
    steps.run(page, site.url)
    steps.finished(page)
    before = steps.headline(page), page.locator("html").get_attribute("data-records")
    page.reload()
    steps.finished(page)

    assert (steps.headline(page), page.locator("html").get_attribute("data-records")) == before


def test_the_link_shows_the_same_run_to_somebody_else(page: Page, site: Site, browser: Browser, watch: Watch):
    steps.run(page, site.url)
    steps.finished(page)
    other = browser.new_context()
    watch.over(other)
    theirs = other.new_page()
    theirs.goto(page.url)
    steps.finished(theirs)

    assert steps.headline(theirs) == steps.headline(page)
    assert steps.text_of(theirs) == POD
    assert theirs.locator("html").get_attribute("data-records") == page.locator("html").get_attribute("data-records")
    other.close()


def test_editing_a_run_makes_another_link_that_remembers_its_parent(page: Page, site: Site):
    steps.run(page, site.url)
    steps.finished(page)
    parent = page.url
    expect(page.get_by_text("Edited: Run makes a new link")).to_be_hidden()
    steps.write(page, POD.replace("duration: 5s", "duration: 9s"))
    expect(page.get_by_text("Edited: Run makes a new link")).to_be_visible()
    page.locator(".run-button").click()
    page.wait_for_url(lambda url: "/s/" in url and url != parent, wait_until="commit")
    steps.finished(page)

    page.get_by_role("link", name="forked").click()
    page.wait_for_url(parent)


def test_a_run_is_taught_in_a_room_of_its_own(page: Page, site: Site):
    steps.run(page, site.url)
    steps.finished(page)
    steps.write(page, POD.replace("duration: 5s", "duration: 7s"))
    parent = page.url
    page.locator(".run-button").click()
    page.wait_for_url(lambda url: "/s/" in url and url != parent, wait_until="commit")
    steps.finished(page)
    link = page.url.rpartition("/")[2].partition("#")[0]
    page.get_by_role("button", name="Teach").click()
    page.wait_for_url("**/r/*")
    steps.is_ready(page)

    assert page.evaluate("JSON.parse(document.getElementById('page-config').textContent).room.scenario") == link
    expect(page.locator("textarea[name=text]")).to_have_value(re.compile("duration: 7s"))
    expect(page.locator("#teach")).to_have_count(0)


def test_a_run_that_waits_for_a_worker_says_so(page: Page, site: Site):
    page.goto(site.url)
    steps.is_ready(page)
    steps.write(page, POD)
    with site.frozen_workers():
        steps.press_run(page)
        expect(page.locator("#verdict")).to_contain_text("Waiting for a worker")
        expect(page.locator("#chart-empty")).to_be_visible()
    steps.finished(page)

    expect(page.locator("#chart-empty")).to_be_hidden()


def test_a_run_that_nobody_takes_says_so_and_can_be_sent_again(page: Page, site: Site):
    page.goto(site.url)
    steps.is_ready(page)
    steps.write(page, POD.replace("duration: 5s", "duration: 6s"))
    with site.frozen_workers():
        steps.press_run(page)
        expect(page.locator("#verdict")).to_contain_text("No worker takes this run at the moment.")
        expect(page.locator("#verdict")).to_have_attribute("data-tone", "bad")
        url = page.url
        with page.expect_response("**/run") as answered:
            page.get_by_role("button", name="Run it again").click()
        page.wait_for_load_state()
        steps.is_ready(page)
        expect(page.locator("#verdict")).to_contain_text("No worker takes this run at the moment.")
    steps.finished(page)

    assert (answered.value.status, page.url) == (201, url)
    expect(page.get_by_role("button", name="Run it again")).to_be_hidden()


def test_a_lost_connection_says_as_of_when_the_page_is_and_resumes_without_a_hole(page: Page, context: BrowserContext, site: Site, watch: Watch):
    watch.expected = steps.LOST
    steps.run(page, site.url, steps.many_pods(60, until="50m"))
    with site.frozen_workers():
        context.set_offline(True)
        expect(page.locator("#banner")).to_have_text(re.compile("Reconnecting: showing the state as of [0-9:.]+"))
        expect(page.locator(".label-name").first).to_be_visible()
        context.set_offline(False)
        expect(page.locator("#banner")).to_be_hidden()
    steps.finished(page)

    expect(page.locator("html")).to_have_attribute("data-records", str(len(records_of(page))))


def test_a_web_server_that_was_killed_is_found_again(page: Page, site: Site, watch: Watch):
    watch.expected = steps.LOST
    steps.run(page, site.url, steps.many_pods(60, until="55m"))
    with site.frozen_workers():
        steps.shows_banner_when(page, lambda: os.kill(site.installation.one("uvicorn"), signal.SIGKILL))
        expect(page.locator("#banner")).to_be_hidden()
    steps.finished(page)

    expect(page.locator("html")).to_have_attribute("data-records", str(len(records_of(page))))


def test_a_run_that_was_given_up_in_its_middle_says_so_over_what_it_has_and_can_be_run_again(page: Page, site: Site):
    steps.run(page, site.url, steps.many_pods(60, until="52m"))
    with site.frozen_workers():
        with contextlib.closing(sqlite3.connect(site.installation.var / "nodeviz.sqlite3", timeout=20, isolation_level=None)) as database:
            database.execute("UPDATE runs_run SET attempts = 4, lease_until = '2000-01-01 00:00:00' WHERE scenario_id = ?", (page.url.rpartition("/")[2],))
        expect(page.locator("html")).to_have_attribute("data-status", "failed")
        early = int(page.locator("html").get_attribute("data-records") or 0)
        said = steps.headline(page)
        expect(page.locator(".label-name").first).to_be_visible()
    url = page.url
    page.get_by_role("button", name="Run it again").click()
    steps.finished(page)

    assert said.startswith("Its worker was lost 4 times, so it was given up.")
    records = records_of(page)
    assert 0 < early < len(records)
    assert page.url == url
    expect(page.locator("html")).to_have_attribute("data-records", str(len(records)))


def test_a_link_that_leads_nowhere_says_so(page: Page, site: Site, watch: Watch):
    watch.expected = ("404",)
    page.goto(f"{site.url}/s/AAAAAAAAAAA")

    expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()


def test_a_node_under_pressure_shows_its_disk_its_condition_and_its_images(page: Page, site: Site):
    page.goto(f"{site.url}/?example=garbage-collection-against-eviction")
    steps.is_ready(page)
    steps.press_run(page)
    steps.finished(page)

    expect(page.locator("#node .plot-container")).to_be_visible()
    expect(page.locator("#node")).to_contain_text("DiskPressure")
    expect(page.locator("#node summary")).to_contain_text(re.compile(r"nodefs \d+ % of 20 GiB"))

    page.get_by_role("tab", name="Images").click()
    expect(page.locator("#panel-images tbody tr", has_text="leftover:1.0")).to_contain_text("by an eviction cycle")
    expect(page.locator("#panel-images tbody tr", has_text="quiet:1.0")).to_contain_text("Stays: in use")
