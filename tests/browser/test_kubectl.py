"""What does kubectl print at the clock's instant? The two tabs of the drawer, through the real stack."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser import steps
from tests.browser.site import Site

TWO_PODS = """\
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec:
  containers:
  - {name: app, image: "app:1.0", readinessProbe: {exec: {command: [cat, /tmp/ready]}, periodSeconds: 1}}
---
apiVersion: v1
kind: Pod
metadata: {name: other}
spec:
  containers: [{name: worker, image: "worker:1.0"}]
---
apiVersion: nodeviz.dev/v1alpha1
kind: Scenario
metadata: {name: two}
spec:
  until: 60s
  jitter: false
  registry: {defaultSize: 10Mi}
  behaviors: {app: {readiness: [{from: 0s, result: failure}, {from: 10s, result: success}], runs: [{duration: 30s, exitCode: 1}, {duration: forever}]}}
"""


@pytest.fixture
def two(page: Page, site: Site) -> Page:
    """The run of two pods, finished."""
    steps.look_at(page, site.link(TWO_PODS))
    return page


def opened(page: Page, tab: str) -> Locator:
    """The panel of a tab, once it has something to show."""
    page.get_by_role("tab", name=tab, exact=True).click()
    panel = page.locator(f"#panel-{tab.lower()}")
    expect(panel.locator("pre span").first).to_be_visible()
    return panel


def lines(panel: Locator) -> list[str]:
    return panel.locator("pre span").all_text_contents()


def test_get_pods_follows_the_clock(two: Page):
    panel = opened(two, "kubectl")

    expect(panel.locator("[data-part=command]")).to_have_text("kubectl get pods")
    for at_s, row in ((5, r"web +0/1 +Running +0 +5s"), (20, r"web +1/1 +Running +0 +20s"), (50, r"web +1/1 +Running +1 \(\d+s ago\) +50s")):
        steps.seek(two, at_s)
        expect(panel.locator("pre span").nth(1)).to_have_text(re.compile(row))


def test_what_changed_is_marked_and_an_age_is_no_change(two: Page):
    panel = opened(two, "kubectl")
    steps.seek(two, 5)
    expect(panel.locator("pre span").nth(1)).to_have_text(re.compile("5s"))
    steps.seek(two, 20)

    expect(panel.locator("pre .changed")).to_have_text(re.compile("^web "))
    assert panel.locator("pre .changed").evaluate("line => getComputedStyle(line).borderLeftColor") != "rgba(0, 0, 0, 0)"


def test_describe_has_the_spec_and_the_events_up_to_the_instant(two: Page):
    panel = opened(two, "kubectl")
    panel.locator("select").select_option("default/web")
    steps.seek(two, 5)

    expect(panel.locator("[data-part=command]")).to_have_text("kubectl describe pod web")
    expect(panel.locator("pre")).to_contain_text("exec [cat /tmp/ready] delay=0s timeout=1s period=1s #success=1 #failure=3")
    expect(panel.locator("pre")).to_contain_text("Unhealthy")
    before = "\n".join(lines(panel))
    assert "Container started" in before
    assert "Last State" not in before
    assert "(x2 over" not in re.sub(r".*Unhealthy.*", "", before)
    steps.seek(two, 50)
    expect(panel.locator("pre")).to_contain_text("Last State")
    expect(panel.locator("pre")).to_contain_text(re.compile(r"Started +\d+s \(x2 over \d+s\)"))
    steps.seek(two, 5)
    expect(panel.locator("pre")).not_to_contain_text("Last State")
    assert "\n".join(lines(panel)) == before


def test_the_yaml_follows_the_selection_in_the_chart(two: Page):
    panel = opened(two, "YAML")
    for pod, container in (("other", "worker"), ("web", "app")):
        two.locator(".pod-verdict").filter(has=two.locator("b", has_text=re.compile(f"^{pod}$"))).click()

        expect(panel.locator("[data-part=command]")).to_have_text(f"kubectl get pod {pod} --output yaml")
        expect(panel.locator("pre")).to_contain_text(f"  - image: docker.io/library/{container}:1.0")


def test_a_click_in_the_chart_leaves_the_yaml_open_and_shows_the_other_pod(two: Page):
    panel = opened(two, "YAML")
    expect(panel.locator("[data-part=command]")).to_have_text("kubectl get pod web --output yaml")
    two.mouse.click(*steps.in_chart(two, 0.25, steps.row_names(two).index("worker")))

    expect(panel.locator("[data-part=command]")).to_have_text("kubectl get pod other --output yaml")
    expect(panel).to_be_visible()
    assert panel.locator("pre .changed").count() == 0


def test_on_a_phone_nothing_is_wider_than_the_screen(page: Page, site: Site):
    page.set_viewport_size({"width": 390, "height": 844})
    steps.look_at(page, site.link(TWO_PODS))
    page.locator("#drawer-toggle").click()
    opened(page, "kubectl")

    assert page.evaluate("() => document.scrollingElement.scrollWidth") <= 390


def test_the_text_can_be_copied(two: Page, context: BrowserContext):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    panel = opened(two, "YAML")
    steps.seek(two, 20)
    expect(panel.locator("pre")).to_contain_text("ready: true")
    panel.get_by_role("button", name="Copy").click()

    expect(panel.get_by_role("button", name="Copied")).to_be_visible()
    copied = two.evaluate("() => navigator.clipboard.readText()")
    assert copied == "\n".join(lines(panel)) + "\n"


def test_the_tabs_are_used_with_the_keyboard_alone(two: Page):
    two.get_by_role("tab", name="Events").focus()
    for _ in range(10):
        if two.locator(":focus").get_attribute("data-tab") == "kubectl":
            break
        two.keyboard.press("ArrowRight")
    panel = two.locator("#panel-kubectl")
    expect(panel.locator("pre span").first).to_be_visible()
    focused = []
    for _ in range(4):
        two.keyboard.press("Tab")
        focused.append(two.evaluate("() => document.activeElement.dataset.part ?? document.activeElement.id"))

    assert focused[-3:] == ["choice", "copy", "text"]
    panel.locator("select").focus()
    two.keyboard.press("ArrowDown")
    expect(panel.locator("[data-part=command]")).to_have_text("kubectl describe pod web")


def test_nothing_of_it_is_loaded_before_it_is_opened(page: Page, site: Site):
    # A heading that only its module writes; parts of the bundle have no names of their own.
    def has_it() -> bool:
        scripts: list[str] = page.evaluate("performance.getEntriesByType('resource').map(({name}) => name).filter(name => name.endsWith('.js'))")
        return any("RESTARTS" in page.request.get(url).text() for url in scripts)

    steps.look_at(page, site.link(TWO_PODS))

    assert not has_it()
    opened(page, "kubectl")
    assert has_it()
