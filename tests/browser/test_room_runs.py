"""What does a class see of a stored run? As much as its clock has gone over; the driver, and whoever roams, sees all of it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import classes, steps
from tests.browser.classes import Classroom, is_in, press, press_class, stands_at

EXAMPLE = {"example": "sidecars-in-a-job"}


def sees(page: Page, until: str) -> None:
    """Nothing that comes later is on the page."""
    expect(page.locator("#transport [data-part=head]")).to_have_text(until)
    expect(page.locator("html")).to_have_attribute("data-status", "held")


def test_followers_see_what_the_clock_has_shown_and_nothing_of_what_comes(classroom: Classroom):
    driver = classroom.teacher(EXAMPLE)
    student = classroom.student("Ada")
    steps.finished(driver)
    sees(student, "0:00.0")
    expect(student.locator("#verdict")).to_contain_text("What has happened so far")
    steps.seek(driver, 17.5)
    steps.seek(driver, 5)
    stands_at(student, "0:05.000")

    # The furthest instant counts, also for whoever comes later.
    late = classroom.student("Grace")
    for page in (student, late):
        stands_at(page, "0:05.000")
        sees(page, "0:17.5")
    assert int(student.locator("html").get_attribute("data-records") or 0) < int(driver.locator("html").get_attribute("data-records") or 0)
    student.locator("#export summary").click()
    student.locator("#export a[data-url]:visible:not([data-early])").first.click()
    expect(student.locator("#export [data-part=message]")).to_contain_text("When the run is over")


def test_what_the_clock_goes_over_while_it_plays_has_been_shown(classroom: Classroom):
    driver = classroom.teacher(EXAMPLE)
    student = classroom.student("Ada")
    steps.finished(driver)
    driver.get_by_label("60×").check(force=True)
    driver.locator("#gantt").focus()
    driver.keyboard.press("Space")
    # While it plays the student's clock does, too, and at the end the whole run has been shown.
    expect(student.get_by_role("button", name="Pause")).to_be_visible()
    steps.finished(student)
    steps.seek(driver, 5)
    stands_at(student, "0:05.000")

    late = classroom.student("Grace")
    stands_at(late, "0:05.000")
    steps.finished(late)


def test_whoever_roams_sees_the_whole_run_and_only_what_was_shown_after_coming_back(classroom: Classroom):
    driver = classroom.teacher(EXAMPLE)
    student = classroom.student("Ada")
    steps.finished(driver)
    steps.seek(driver, 17.5)
    stands_at(student, "0:17.500")
    student.locator("#room-strip").get_by_label("Roam").check(force=True)
    is_in(student, "roam")
    steps.finished(student)
    stands_at(student, "0:17.500")
    student.get_by_role("button", name="Back to the room").click()

    is_in(student, "follow")
    sees(student, "0:17.5")
    stands_at(student, "0:17.500")


def test_the_veil_lifts_with_the_wheel_and_falls_when_it_is_given_back(classroom: Classroom):
    driver = classroom.teacher(EXAMPLE)
    student = classroom.student("Ada")
    steps.finished(driver)
    steps.seek(driver, 17.5)
    press_class(driver)
    driver.get_by_role("button", name="Hand over the wheel to Ada").click()
    is_in(student, "drive")
    steps.finished(student)
    stands_at(student, "0:17.500")
    sees(driver, "0:17.5")
    press(driver, "Take the wheel back")
    is_in(student, "follow")

    steps.finished(driver)
    sees(student, "0:17.5")


def test_of_the_driver_s_intervention_the_class_sees_what_its_clock_shows(classroom: Classroom):
    driver = classroom.teacher(EXAMPLE)
    student = classroom.student("Ada")
    steps.finished(driver)
    steps.seek(driver, 40)
    steps.seek(driver, 25)
    stands_at(student, "0:25.000")
    classes.intervene(driver, "Drain the node")
    expect(student.locator("textarea[name=text]")).to_have_value(steps.text_of(driver))
    sees(student, "0:25.0")
    steps.seek(driver, 30)

    sees(student, "0:30.0")


BACK = {
    "the browser's Back": lambda page: page.go_back(),
    "Undo": lambda page: page.locator("#ghost").get_by_role("button", name="Undo").click(),
}


@pytest.mark.parametrize("back", BACK.values(), ids=BACK)
def test_the_class_goes_back_with_the_driver_and_forward_again(classroom: Classroom, back: Callable[[Page], object]):
    driver = classroom.teacher(EXAMPLE)
    student = classroom.student("Ada")
    steps.finished(driver)
    own = steps.text_of(student)
    steps.seek(driver, 25)
    classes.intervene(driver, "Drain the node")
    expect(student.locator("textarea[name=text]")).to_have_value(re.compile("drain:"))
    steps.finished(driver)
    steps.seek(driver, 30)
    sees(student, "0:30.0")
    back(driver)
    for page in (driver, student):
        expect(page.locator("textarea[name=text]")).to_have_value(own)
        stands_at(page, "0:30.000")
    sees(student, "0:30.0")
    steps.seek(driver, 20)
    stands_at(student, "0:20.000")
    driver.go_forward()

    for page in (driver, student):
        expect(page.locator("textarea[name=text]")).to_have_value(re.compile("drain:"))
        is_in(page, "drive" if page is driver else "follow")
    late = classroom.student("Grace")
    expect(late.locator("textarea[name=text]")).to_have_value(steps.text_of(driver))


def test_the_class_goes_back_to_a_lesson_s_run_as_far_as_it_was_shown(classroom: Classroom, driver: Page):
    student = classroom.student("Ada")
    classes.ask_and_reveal(driver, [driver, student], 0, lambda: None)
    shown, own = classes.shown_until(driver), steps.text_of(student)
    steps.seek(driver, 3)
    stands_at(student, "0:03.000")
    classes.intervene(driver, "Drain the node")
    expect(student.locator("textarea[name=text]")).to_have_value(re.compile("drain:"))
    driver.go_back()

    expect(student.locator("textarea[name=text]")).to_have_value(own)
    expect(driver.locator("textarea[name=text]")).to_have_value(own)
    for page in (driver, student):
        expect(page.locator("#transport [data-part=head]")).to_have_text(shown)
        stands_at(page, "0:03.000")
        expect(page.get_by_role("list", name="Flags on the chart").get_by_role("listitem")).to_have_count(5)


def test_a_slider_of_the_driver_s_moves_the_class_there_and_back(classroom: Classroom):
    driver = classroom.teacher(EXAMPLE)
    student = classroom.student("Ada")
    steps.finished(driver)
    own = steps.text_of(student)
    driver.get_by_role("tab", name="What if").click()
    driver.locator("#panel-what-if").get_by_role("slider").first.press("End")
    expect(driver.locator("textarea[name=text]")).not_to_have_value(own)
    expect(student.locator("textarea[name=text]")).to_have_value(steps.text_of(driver))
    steps.finished(driver)
    driver.locator("#ghost").get_by_role("button", name="Undo").click()

    for page in (driver, student):
        expect(page.locator("textarea[name=text]")).to_have_value(own)
        is_in(page, "drive" if page is driver else "follow")


def cancelled(classroom: Classroom) -> tuple[Page, Page]:
    """A driver and a student before a run of the driver's that failed."""
    driver = classroom.teacher(EXAMPLE)
    student = classroom.student("Ada")
    steps.finished(driver)
    steps.seek(driver, 25)
    stands_at(student, "0:25.000")
    with classroom.site.frozen_workers():
        classes.intervene(driver, "Drain the node")
        driver.get_by_role("button", name="Cancel this run").click()
        for page in (driver, student):
            expect(page.locator("textarea[name=text]")).to_have_value(re.compile("drain:"))
            expect(page.locator("html")).to_have_attribute("data-status", "failed")
    return driver, student


def test_a_run_that_failed_is_run_again_by_the_driver_for_the_whole_class(classroom: Classroom):
    driver, student = cancelled(classroom)
    driver.get_by_role("button", name="Run it again").click()
    steps.finished(driver)
    steps.seek(driver, 30)

    stands_at(student, "0:30.000")
    sees(student, "0:30.0")
    expect(student.get_by_role("button", name="Run it again")).to_be_hidden()
    for page, mode in ((driver, "drive"), (student, "follow")):
        is_in(page, mode)
        assert page.url == f"{classroom.site.url}/r/{classroom.code}"


def test_a_student_who_runs_it_again_roams_there_and_comes_back(classroom: Classroom):
    driver, student = cancelled(classroom)
    student.get_by_role("button", name="Run it again").click()
    is_in(student, "roam")
    steps.finished(student)
    assert student.url == f"{classroom.site.url}/r/{classroom.code}"
    is_in(driver, "drive")
    expect(driver.locator("html")).to_have_attribute("data-status", "failed")
    student.locator("#gantt").focus()
    student.keyboard.press("b")
    is_in(student, "follow")
    driver.get_by_role("button", name="Run it again").click()
    steps.finished(driver)
    steps.seek(driver, 30)

    stands_at(student, "0:30.000")
    sees(student, "0:30.0")


def test_when_the_class_is_over_the_run_is_everybody_s(classroom: Classroom):
    driver = classroom.teacher(EXAMPLE)
    student = classroom.student("Ada")
    steps.finished(driver)
    steps.seek(driver, 17.5)
    sees(student, "0:17.5")
    press_class(driver)
    driver.get_by_role("button", name="End the class").click()
    driver.get_by_role("dialog").get_by_role("button", name="End the class").click()

    is_in(student, "ended")
    steps.finished(student)
    stands_at(student, "0:17.500")


def test_a_phone_opens_at_the_chart_and_the_clock_of_the_class(classroom: Classroom):
    driver = classroom.teacher(EXAMPLE)
    student = classroom.student("Ada", viewport={"width": 390, "height": 844}, has_touch=True)
    steps.finished(driver)
    steps.seek(driver, 17.5)
    stands_at(student, "0:17.500")

    expect(student.locator(".gantt-plot")).to_be_in_viewport(ratio=0.4)
    expect(student.locator("#transport [data-part=now]")).to_be_in_viewport()
