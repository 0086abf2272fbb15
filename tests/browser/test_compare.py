"""Two runs beside each other, in Chromium: what the ready-made comparisons tell, and the ways in, around and out."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.site import Site, Watch


def open_comparison(page: Page, site: Site, path: str) -> None:
    """Both runs to their ends."""
    page.goto(f"{site.url}{path}")
    is_settled(page)


def is_settled(page: Page) -> None:
    """Nothing more will come, and all of it is drawn."""
    expect(page.locator("html")).to_have_attribute("data-settled", "true")
    steps.is_ready(page)
    steps.settled(page)


def headlines(page: Page) -> list[str]:
    """Of A and of B."""
    return page.locator(".side [data-part=headline]").all_inner_texts()


def differences(page: Page, name: str) -> list[str]:
    """The lines of the table of a pod or container: milestone, A, B and the difference."""
    group = page.locator("#milestones tbody").filter(has=page.get_by_role("button", name=name, exact=True))
    return [" ".join(row.locator("td").all_inner_texts()) for row in group.locator("tr").all()]


def beside_the_names(page: Page) -> dict[str, str]:
    """What stands beside each name of the chart."""
    names, says = page.locator(".label-name").all_inner_texts(), page.locator(".label-status").all_inner_texts()
    return dict(zip(names, says, strict=True))


def test_a_legacy_sidecar_keeps_the_job_and_a_native_one_does_not(page: Page, site: Site) -> None:
    open_comparison(page, site, "/compare/legacy-or-native-sidecar")
    a, b = headlines(page)

    assert "log-shipper still runs" in a
    assert b.startswith("Completed after 20")
    assert [row for row in differences(page, "Container log-shipper") if row.startswith("Ended")] == ["Ended never 0:18.001 only in B"]
    assert beside_the_names(page)["log-shipper"] == "Ended only in B"


def test_sidecars_wait_for_the_app_since_1_29(page: Page, site: Site) -> None:
    open_comparison(page, site, "/compare/1-28-or-1-29")

    assert page.locator(".side-word").all_inner_texts() == ["Kubernetes 1.28", "Kubernetes 1.29"]
    assert differences(page, "Sidecar network-proxy") == ["Ended 0:21.005 0:30.073 +9.07 s later in B"]
    expect(page.locator("#summary")).to_contain_text("web gone 2.04 s later")


def test_small_images_no_longer_wait_for_the_large_one(page: Page, site: Site) -> None:
    open_comparison(page, site, "/compare/serial-or-parallel-pulls")

    assert differences(page, "model") == ["no difference"]
    assert differences(page, "tiny") == ["Ready 2:23.648 1:32.306 −51.3 s earlier in B"]
    assert beside_the_names(page)["tiny"] == "Ready −51.3 s"


def test_x_swaps_the_two_in_the_page_and_in_its_address(page: Page, site: Site) -> None:
    open_comparison(page, site, "/compare/1-28-or-1-29")
    before = headlines(page)
    page.keyboard.press("x")

    expect(page.locator("#milestones")).to_contain_text("earlier in B")
    assert headlines(page) == before[::-1]
    assert [card.get_attribute("data-letter") for card in page.locator(".side").all()] == ["A", "B"]
    assert "a.kubernetes=1.29" in page.url
    page.reload()
    is_settled(page)
    assert headlines(page) == before[::-1]
    page.get_by_role("link", name="Swap").click()
    expect(page.locator("#milestones")).to_contain_text("later in B")


def test_a_run_is_compared_with_another_version_of_itself_and_with_its_fork(page: Page, site: Site) -> None:
    steps.run(page, site.url)
    steps.finished(page)
    first = page.url.split("/")[-1]
    steps.write(page, steps.POD.replace("duration: 5s", "duration: 9s"))
    page.keyboard.press("Control+Enter")
    page.wait_for_url(lambda url: "/s/" in url and first not in url)
    steps.finished(page)
    page.get_by_role("button", name="Compare", exact=True).click()
    dialog = page.get_by_role("dialog", name="Compare this run")
    dialog.get_by_role("link", name="With the run it was made from").or_(dialog.get_by_role("link", name="With the run behind it")).first.click()
    is_settled(page)

    assert beside_the_names(page)["app"] == "Ended +4 s"
    assert page.locator(".side h2 a").count() == 2

    page.go_back()
    steps.finished(page)
    page.get_by_role("button", name="Compare", exact=True).click()
    dialog.get_by_role("combobox").select_option("1.29")
    dialog.get_by_role("button", name="Compare: Another Kubernetes").click()
    is_settled(page)
    assert page.locator(".side-word").all_inner_texts()[1] == "Kubernetes 1.29"
    assert page.locator("html").get_attribute("data-b") == "finished"


def test_pods_whose_names_are_drawn_by_chance_are_compared_by_their_number(page: Page, site: Site) -> None:
    text = steps.POD.split("---", maxsplit=1)[0].replace("kind: Pod", "kind: Job").replace("v1\n", "batch/v1\n", 1)
    job = "spec:\n  template:\n    spec:\n" + "".join(f"    {line}\n" for line in text.split("spec:\n")[1].splitlines())
    steps.run(page, site.url, text.split("spec:\n", maxsplit=1)[0].replace("{name: web}", "{name: web-job}") + job)
    steps.finished(page)
    scenario = page.url.split("/")[-1]
    open_comparison(page, site, f"/compare?a={scenario}&b={scenario}&b.seed=2")

    assert "only in" not in page.locator("#milestones").inner_text()
    assert len(steps.row_names(page)) == 4


def test_the_keys_of_the_chart_lead_through_both_runs(page: Page, site: Site) -> None:
    open_comparison(page, site, "/compare/1-28-or-1-29")
    page.locator("#gantt").focus()
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")

    expect(page.locator("#why .details h3:not(:has(.side-swatch))")).to_have_text([re.compile("Sidecar network-proxy")] * 2)
    page.keyboard.press("n")
    page.keyboard.press("[")
    expect(page.locator(".label-name")).to_have_text(["web"])
    page.keyboard.press("]")
    page.keyboard.press("v")
    expect(page.locator("input[name=lens][value=kubelet]")).to_be_checked()
    page.keyboard.press("/")
    page.keyboard.type("log-sender")
    expect(page.locator(".label-name")).to_have_text(["web", "log-sender"])
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator("#why")).to_be_hidden()
    page.keyboard.press("Shift+?")
    expect(page.get_by_role("dialog", name="Keys and marks")).to_contain_text("Swap A and B")


def test_an_instant_of_the_table_moves_the_clock_and_a_name_shows_both_reasons(page: Page, site: Site) -> None:
    open_comparison(page, site, "/compare/1-28-or-1-29")
    page.locator("#milestones").get_by_role("button", name="0:30.073").click()
    expect(page.locator("#transport [data-part=now]")).to_have_text("0:30.073")
    page.locator("#milestones").get_by_role("button", name="Sidecar log-sender").click()

    expect(page.locator("#why .reason").first).to_be_visible()
    assert [text.split()[0] for text in page.locator("#why .facts > div:nth-child(2) dd").all_inner_texts()] == ["0:20.005", "0:28.038"]


def test_what_cannot_be_run_is_said_on_its_side(page: Page, site: Site, watch: Watch) -> None:
    watch.expected = ("422", "404")
    open_comparison(page, site, "/compare?a=example:serial-pulls&b=example:serial-pulls&b.kubernetes=1.2")

    assert headlines(page)[0].startswith("All 3 pods ready")
    expect(page.locator(".side[data-letter=B]")).to_contain_text("1.2")
    expect(page.locator("#differences-empty")).to_have_text("There is nothing to compare with: B is not there.")

    page.goto(f"{site.url}/compare?a=example:serial-pulls&b=example:none")
    expect(page.get_by_role("alert")).to_contain_text("B leads nowhere")
    page.get_by_label("B", exact=True).fill("example:parallel-pulls")
    page.get_by_role("button", name="Compare", exact=True).click()
    is_settled(page)
    assert "only in B" in page.locator("#milestones").inner_text()


def test_a_side_without_a_connection_says_so_and_can_be_computed_again(page: Page, site: Site, watch: Watch) -> None:
    watch.expected = ("net::", "503", "Failed to load")
    page.route("**/try", lambda route: route.abort())
    page.goto(f"{site.url}/compare/legacy-or-native-sidecar")
    is_settled(page)
    expect(page.locator(".side[data-letter=B]")).to_contain_text("the connection was lost")
    page.unroute("**/try")
    for letter in "AB":
        page.locator(f".side[data-letter={letter}]").get_by_role("button", name="Compute it again").click()

    expect(page.locator("html")).to_have_attribute("data-b", "finished")
    expect(page.locator(".side[data-letter=B]")).to_contain_text("Completed after 20")


def test_the_ways_in_are_links(page: Page, site: Site) -> None:
    page.goto(site.url)
    page.get_by_role("link", name="Compare a legacy with a native sidecar").click()
    page.wait_for_url("**/compare/legacy-or-native-sidecar")
    page.goto(f"{site.url}/gallery")
    page.get_by_role("link", name="Compare: Kubernetes 1.28 or 1.29").click()
    page.wait_for_url("**/compare/1-28-or-1-29")


def test_a_phone_has_all_of_it_in_its_width(page: Page, site: Site) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_comparison(page, site, "/compare/legacy-or-native-sidecar")

    assert page.evaluate("() => document.documentElement.scrollWidth") == 390
    assert page.evaluate("() => document.querySelector('.compare-table').scrollWidth - document.querySelector('.compare-table').clientWidth") <= 1
