"""Can every lesson be walked through to its end, and does it keep its secrets until then? The answers are those of its pack, the page that of a weak laptop."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import steps
from tests.browser.site import WITHIN_MS, Site, Watch
from tests.browser.test_accessibility import faults

LESSONS = Path(__file__).parents[2] / "lessons"
NAMES = sorted(path.parent.name for path in LESSONS.glob("*/lesson.yaml"))
LAPTOP = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """Somebody in a lesson."""

    page: Page
    pack: dict[str, Any]

    def part(self, name: str) -> Locator:
        """Of the lesson's panel."""
        return self.page.locator(f"#side-lesson [data-part={name}]")

    @property
    def question(self) -> Locator:
        """The open one, or the one that was answered."""
        return self.page.locator("#side-lesson .question")

    @property
    def result(self) -> Locator:
        """What came of the answer."""
        return self.page.locator("#side-lesson .lesson-result")

    @property
    def flags(self) -> Locator:
        """What is said of the chart to those who do not see it."""
        return self.page.get_by_role("list", name="Flags on the chart").get_by_role("listitem")

    def is_at(self, step: int | str, phase: str | None = None) -> None:
        """Wait until the page shows it."""
        expect(self.page.locator("html")).to_have_attribute("data-step", str(step))
        if phase:
            expect(self.page.locator("html")).to_have_attribute("data-phase", phase)

    def shows_until(self, step: dict[str, Any], at_s: float) -> None:
        """All records up to and at that instant are on the page, and none after it."""
        messages = self.pack["runs"][step["run"]]["messages"]
        records = [record for message in messages if message[0] == "e" for record in message[2]]
        expect(self.page.locator("html")).to_have_attribute("data-records", str(sum(record["t"] <= at_s for record in records)))

    def outcome_of(self, step: dict[str, Any]) -> str:
        """What the verdict will say."""
        headline: str = self.pack["runs"][step["run"]]["messages"][-1][2]["verdict"]["headline"]
        return headline

    def answer(self, ask: dict[str, Any]) -> None:
        """As is right, with the mouse or by typing."""
        if ask["kind"] == "choose":
            for option in ask["answer"]:
                self.question.locator("input").nth(option - 1).check()
        elif ask["kind"] == "order":
            self.put_in_order(ask, ask["answer"])
        elif ask["kind"] == "moment":
            self.question.locator("input").fill(str(ask["answer_s"]))

    def put_in_order(self, ask: dict[str, Any], wanted: list[int]) -> None:
        """By the arrow keys on each item."""
        order = list(range(len(wanted)))
        for place, item in enumerate(wanted):
            for _ in range(order.index(item) - place):
                self.question.get_by_role("button", name=ask["items"][item]["label"], exact=True).press("ArrowUp")
            order.remove(item)
            order.insert(place, item)

    def build(self, solution: str, goals: int) -> None:
        """Change the text, run it, and see the goals reached."""
        expect(self.part("lock")).to_have_text("Show a solution")
        self.question.get_by_role("button", name="Change the text").click()
        steps.write(self.page, solution)
        self.page.locator(".run-button").click()
        self.page.get_by_role("tab", name="Lesson").click()
        expect(self.question.locator("[data-is=right]")).to_have_count(goals)
        expect(self.part("lock")).to_have_text("Lock my answer")

    def lock_and_skip(self, step: dict[str, Any]) -> None:
        """And wait for the reveal."""
        self.part("lock").click()
        if step["ask"]["kind"] != "build" and step["run"] is not None:
            self.part("skip").click()
        expect(self.page.locator("html")).to_have_attribute("data-phase", "revealed")


def solution_of(name: str, step: int) -> str:
    """Of a lesson's step in which something is built."""
    path = sorted((LESSONS / name).glob("*.md"))[step]
    asked = yaml.safe_load(path.read_text().split("---\n", 2)[1])["ask"]
    return (path.parent / asked["solution"]).read_text()


def opened(page: Page, site: Site, name: str) -> Walk:
    """Its first step."""
    page.goto(f"{site.url}/lessons/{name}")
    config = page.evaluate("JSON.parse(document.getElementById('page-config').textContent)")
    pack = page.request.get(site.url + config["lesson"]["pack_url"]).json()
    walk = Walk(page=page, pack=pack)
    walk.is_at(0)
    return walk


@pytest.fixture
def page(browser: Browser, watch: Watch) -> Iterator[Page]:
    """A tab on a weak laptop."""
    context = browser.new_context(viewport=LAPTOP)
    context.set_default_timeout(WITHIN_MS)
    watch.over(context)
    yield context.new_page()
    context.close()


def a_lesson_with(*kinds: str) -> str:
    """The first one that asks in all these ways."""

    def asks(name: str) -> set[str]:
        matters = [yaml.safe_load(path.read_text().split("---\n", 2)[1]) for path in (LESSONS / name).glob("*.md")]
        return {matter["ask"]["kind"] for matter in matters if matter.get("ask")}

    return next(name for name in NAMES if set(kinds) <= asks(name))


def fits(page: Page) -> bool:
    """Nothing has to be scrolled but what scrolls by itself."""
    fitting: bool = page.evaluate(
        "() => { const {scrollWidth, scrollHeight} = document.documentElement; return scrollWidth <= innerWidth && scrollHeight <= innerHeight; }"
    )
    return fitting


# -- to the end ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_is_walked_through_to_its_end(page: Page, site: Site, name: str):
    walk = opened(page, site, name)
    for index, step in enumerate(walk.pack["steps"]):
        walk.is_at(index)
        expect(walk.part("title")).to_have_text(step["title"])
        assert fits(page)
        if ask := step["ask"]:
            expect(walk.question.locator("legend")).to_be_in_viewport()
            if step["run"] is not None:
                expect(page.locator("#gantt")).to_be_in_viewport()
            if step["run"] is not None and ask["kind"] != "build":
                walk.shows_until(step, step["stop_s"])
                expect(page.locator("#verdict [data-part=headline]")).to_have_text("What has happened so far")
                assert walk.outcome_of(step) not in page.inner_text("body")
            if ask["kind"] == "build":
                walk.build(solution_of(name, index), len(ask["goals"]))
            walk.answer(ask)
            walk.lock_and_skip(step)
            expect(walk.result).to_have_attribute("data-is", "right")
            if step["run"] is not None and ask["kind"] != "build":
                walk.shows_until(step, step["until_s"])
                assert walk.flags.count() >= 1
        expect(walk.part("next")).to_be_enabled()
        walk.part("next").click()
    walk.is_at("end")
    asked = sum(step["ask"] is not None for step in walk.pack["steps"])

    expect(walk.part("score")).to_have_text(f"{asked} of {asked} right.")


def wrong(ask: dict[str, Any]) -> Any:
    """An answer that is not right."""
    if ask["kind"] == "choose":
        return next(option for option in range(1, len(ask["options"]) + 1) if option not in ask["answer"])
    return list(reversed(ask["answer"])) if ask["kind"] == "order" else ask["answer_s"] + 3 * ask["tolerance_s"] + 1


def test_wrong_answers_are_wrong_and_stand_beside_the_truth(page: Page, site: Site):
    walk = opened(page, site, a_lesson_with("choose", "order", "moment"))
    asked = 0
    for step in walk.pack["steps"]:
        if (ask := step["ask"]) and ask["kind"] != "build":
            asked += 1
            answer = wrong(ask)
            if ask["kind"] == "choose":
                walk.question.locator("input").nth(answer - 1).check()
                mine, truth = f"You: {ask['options'][answer - 1]}", "roof"
            elif ask["kind"] == "order":
                walk.put_in_order(ask, answer)
                mine, truth = "(you: ", f"1. {ask['items'][ask['answer'][0]]['label']}"
            else:
                walk.question.locator("input").fill(str(answer))
                mine, truth = "You: ", "True: "
            walk.lock_and_skip(step)
            expect(walk.result).to_have_attribute("data-is", "wrong")
            expect(walk.flags.filter(has_text=mine).first).to_be_attached()
            expect(walk.flags.filter(has_text=truth).first).to_be_attached()
        elif ask:
            walk.part("lock").click()
        walk.part("next").click()
    walk.is_at("end")

    expect(walk.part("score")).to_have_text(f"0 of {asked} right.")


# -- by keyboard ---------------------------------------------------------------------------------------------------------------------


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until it has the focus."""
    wanted.wait_for()
    for _ in range(120):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {wanted}")


def test_a_lesson_is_walked_through_by_keyboard(page: Page, site: Site):
    walk = opened(page, site, a_lesson_with("choose", "order", "moment"))
    for index, step in enumerate(walk.pack["steps"]):
        walk.is_at(index)
        if index:
            expect(walk.part("title")).to_be_focused()
        ask = step["ask"]
        if ask and ask["kind"] == "choose":
            inputs = walk.question.locator("input")
            if len(ask["answer"]) == 1:
                tab_to(page, inputs.first)
                page.keyboard.press("Space")
                for _ in range(ask["answer"][0] - 1):
                    page.keyboard.press("ArrowDown")
            for option in ask["answer"] if len(ask["answer"]) > 1 else ():
                tab_to(page, inputs.nth(option - 1))
                page.keyboard.press("Space")
        elif ask and ask["kind"] == "order":
            order = list(range(len(ask["answer"])))
            for place, item in enumerate(ask["answer"]):
                name = walk.question.get_by_role("button", name=ask["items"][item]["label"], exact=True)
                tab_to(page, walk.question.locator(".order-item").first)
                tab_to(page, name)
                for _ in range(order.index(item) - place):
                    page.keyboard.press("ArrowUp")
                expect(name).to_be_focused()
                order.remove(item)
                order.insert(place, item)
                page.keyboard.press("Shift+Tab")
        elif ask and ask["kind"] == "moment":
            tab_to(page, walk.question.get_by_role("button", name="Pick on the axis"))
            page.keyboard.press("Enter")
            handle = page.get_by_role("slider", name="Your moment on the time axis")
            expect(handle).to_be_focused()
            for _ in range(400):
                if abs(float(handle.get_attribute("aria-valuenow") or "0") - ask["answer_s"]) <= ask["tolerance_s"]:
                    break
                page.keyboard.press("ArrowRight")
            page.keyboard.press("Enter")
            walk.question.locator("input").focus()
        if ask:
            tab_to(page, walk.part("lock"))
            page.keyboard.press("Enter")
            if ask["kind"] != "build" and step["run"] is not None:
                expect(walk.part("run")).to_be_focused()
                page.keyboard.press("Shift+Tab")
                expect(walk.part("skip")).to_be_focused()
                page.keyboard.press("Enter")
            expect(walk.result).to_be_focused()
            expect(walk.result).to_have_attribute("data-is", "right")
        tab_to(page, walk.part("next"))
        page.keyboard.press("Enter")

    walk.is_at("end")
    expect(walk.part("title")).to_be_focused()


# -- between the answer and its reveal -----------------------------------------------------------------------------------------------


def first_asked(walk: Walk, *kinds: str) -> dict[str, Any]:
    """Answer rightly until a question of that kind is open."""
    for step in walk.pack["steps"]:
        ask = step["ask"]
        if ask and ask["kind"] in kinds:
            return step
        if ask:
            walk.answer(ask)
            walk.lock_and_skip(step)
        walk.part("next").click()
    raise AssertionError(f"nothing asks like {kinds}")


def test_nothing_is_run_while_a_question_is_open_and_everything_after_it(page: Page, site: Site):
    walk = opened(page, site, a_lesson_with("choose", "order", "moment"))
    step = first_asked(walk, "choose")
    page.get_by_role("tab", name="Spec", exact=True).first.click()
    expect(page.locator(".run-button")).to_be_disabled()
    page.locator(".cm-content").focus()
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-part=message]").filter(has_text="First the question")).to_be_visible()
    page.locator("#gantt").focus()
    page.keyboard.press("i")
    expect(page.get_by_role("menuitem")).to_have_count(0)
    walk.shows_until(step, step["stop_s"])

    page.get_by_role("tab", name="Lesson").click()
    walk.answer(step["ask"])
    walk.lock_and_skip(step)
    page.locator("#gantt").focus()
    page.keyboard.press("i")
    page.get_by_role("menuitem", name="Restart the kubelet").first.click()
    with site.frozen_workers():
        page.get_by_role("button", name="Do it").click()
        page.get_by_role("button", name="Cancel this run").click()
    # What failed is run again beside the lesson.
    page.get_by_role("button", name="Run it again").click()
    expect(walk.part("away")).to_be_visible()
    steps.finished(page)
    expect(walk.flags).to_have_count(0)
    walk.part("to-run").click()

    expect(walk.part("away")).to_be_hidden()
    walk.shows_until(step, step["until_s"])
    assert page.url.endswith(f"/lessons/{walk.pack['name']}")
    assert walk.flags.count() >= 1


def test_the_clock_runs_to_the_answer_and_waits_for_who_stops_it(page: Page, site: Site):
    walk = opened(page, site, a_lesson_with("choose", "order", "moment"))
    step = first_asked(walk, "choose", "order")
    walk.answer(step["ask"])
    walk.part("lock").click()
    expect(walk.part("run")).to_be_focused()
    page.keyboard.press("Enter")
    slider = page.get_by_role("slider", name="Virtual time")
    page.wait_for_function("([slider, stop]) => Number(slider.value) > 1000 * stop + 200", arg=[slider.element_handle(), step["stop_s"]])
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(walk.part("run")).to_be_visible()
    walk.is_at(walk.pack["steps"].index(step), "locked")
    assert step["stop_s"] < float(slider.input_value()) / 1000 < step["until_s"]
    walk.part("skip").click()

    walk.is_at(walk.pack["steps"].index(step), "revealed")
    walk.shows_until(step, step["until_s"])


def test_a_moment_is_picked_on_the_chart(page: Page, site: Site):
    walk = opened(page, site, a_lesson_with("moment"))
    first_asked(walk, "moment")
    steps.settled(page)
    page.mouse.click(*steps.in_chart(page, 0.5, 0))
    field = walk.question.locator("input")
    # What the axis does not reach is no answer, and whoever locks it is told.
    field.fill("1000000000")
    expect(walk.question.locator("output")).to_contain_text("at most")
    # It says that it is disabled, and can be pressed all the same.
    walk.part("lock").press("Enter")
    expect(walk.part("hint")).to_contain_text("Pick a moment first")
    page.mouse.click(*steps.in_chart(page, 0.5, 0))
    expect(walk.part("hint")).not_to_contain_text("Pick a moment first")
    picked_s = float(field.input_value())
    handle = page.get_by_role("slider", name="Your moment on the time axis")

    assert picked_s > 0
    assert float(handle.get_attribute("aria-valuenow") or "0") == picked_s
    field.fill(str(picked_s / 2))
    expect(handle).to_have_attribute("aria-valuenow", f"{picked_s / 2:g}"[:6])


def test_items_are_put_in_order_by_dragging_and_by_buttons(page: Page, site: Site):
    walk = opened(page, site, a_lesson_with("order"))
    ask = first_asked(walk, "order")["ask"]
    labels = [item["label"] for item in ask["items"]]
    items = walk.question.locator(".order-item")
    first, last = items.first.bounding_box(), items.last.bounding_box()
    assert first
    assert last
    page.mouse.move(last["x"] + 30, last["y"] + 15)
    page.mouse.down()
    page.mouse.move(first["x"] + 30, first["y"] + 60, steps=6)
    page.mouse.move(first["x"] + 30, first["y"] + 2, steps=6)
    page.mouse.up()
    expect(items).to_have_text([f"⠿{label}" for label in (labels[-1], *labels[:-1])])
    page.mouse.move(first["x"] + 30, last["y"] + 15)

    walk.question.get_by_role("button", name=f"Move down: {labels[-1]}").click()
    expect(items).to_have_text([f"⠿{label}" for label in (labels[0], labels[-1], *labels[1:-1])])


# -- staying and leaving -------------------------------------------------------------------------------------------------------------


def test_progress_survives_a_reload_until_it_is_forgotten(page: Page, site: Site):
    walk = opened(page, site, a_lesson_with("choose", "order", "moment"))
    first, second = walk.pack["steps"][:2]
    walk.answer(first["ask"])
    walk.lock_and_skip(first)
    walk.part("next").click()
    walk.is_at(1)
    walk.answer(second["ask"])
    walk.part("lock").click()
    page.reload()
    walk.is_at(1, "locked")
    walk.shows_until(second, second["stop_s"])
    walk.part("skip").click()
    walk.is_at(1, "revealed")
    page.reload()
    walk.is_at(1, "revealed")
    expect(walk.result).to_have_attribute("data-is", "right")
    walk.part("back").click()
    walk.is_at(0, "revealed")

    walk.part("where").click()
    walk.part("restart").click()
    walk.is_at(0, "asked")
    page.reload()
    walk.is_at(0, "asked")
    expect(walk.part("next")).to_be_hidden()


# -- for everybody -------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def still_page(browser: Browser, watch: Watch) -> Iterator[Page]:
    """A tab of somebody who wants no motion."""
    context = browser.new_context(viewport=LAPTOP, reduced_motion="reduce")
    context.set_default_timeout(WITHIN_MS)
    watch.over(context)
    yield context.new_page()
    context.close()


def test_axe_finds_nothing_in_a_lesson(still_page: Page, site: Site):
    walk = opened(still_page, site, a_lesson_with("choose", "order", "moment"))
    found = {}
    for step in walk.pack["steps"]:
        if ask := step["ask"]:
            found[f"{ask['kind']}, asked"] = faults(still_page)
            walk.answer(ask)
            walk.part("lock").click()
            # Without motion the clock does not run: the end is there.
            walk.part("run").click()
            expect(walk.result).to_be_focused()
            found[f"{ask['kind']}, revealed"] = faults(still_page)
        walk.part("next").click()
    walk.is_at("end")
    found["the end"] = faults(still_page)

    assert {state: said for state, said in found.items() if said} == {}
    assert len(found) == 7


def test_on_a_phone_the_question_stands_above_the_chart(page: Page, site: Site):
    page.set_viewport_size(PHONE)
    walk = opened(page, site, a_lesson_with("choose", "order", "moment"))
    step = first_asked(walk, "moment")
    steps.settled(page)
    walk.answer(step["ask"])
    assert fits(page)
    assert faults(page) == []
    walk.lock_and_skip(step)
    expect(walk.result).to_be_in_viewport()
    page.locator("#gantt").scroll_into_view_if_needed()
    expect(page.locator(".flag-truth.flag-label")).to_be_in_viewport()

    assert fits(page)
    assert faults(page) == []
