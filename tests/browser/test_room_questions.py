"""What else is asked of a class, and when nobody hears it: a step to build in, a poll for a moment, a room without a network."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser import classes, steps
from tests.browser.classes import Classroom, is_at, is_in, lock_answer, press, press_class, stands_at
from tests.browser.site import Site, Watch
from tests.browser.test_lessons import solution_of

BUILDING = "build-a-sidecar"
"""Its second step asks for a text that reaches goals."""


def test_a_class_builds_each_with_a_text_of_their_own(classroom: Classroom):
    driver = classroom.teacher({"lesson": BUILDING})
    ada, grace = classroom.student("Ada"), classroom.student("Grace")
    press(driver, "Next step")
    press(driver, "Ask the question")
    for page in (driver, ada, grace):
        is_at(page, 1, "asked")
    expect(ada.locator(".goals [data-is=right]")).not_to_have_count(ada.locator(".goals li").count())
    # Nothing is held back while they build, and whoever writes roams.
    ada.get_by_role("button", name="Change the text").click()
    steps.write(ada, solution_of(BUILDING, 1))
    is_in(ada, "roam")
    ada.locator(".run-button").click()
    ada.get_by_role("tab", name="Lesson").click()
    expect(ada.locator(".goals [data-is=right]")).to_have_count(ada.locator(".goals li").count())
    for page in (ada, grace):
        lock_answer(page)
    expect(driver.locator("#room-strip [data-part=answered]")).to_have_text("2 of 2 answered")
    press(driver, "Lock the answers")
    press(driver, "Let the clock run")
    press(driver, "Reveal the answer")

    expect(ada.locator("#side-lesson .lesson-result")).to_have_text("Right.")
    is_at(grace, 1, "revealed")
    expect(grace.locator("#side-lesson .lesson-result")).to_contain_text("Not so")
    expect(driver.locator("#side-lesson .histogram-count")).to_have_text(["1", "1"])
    # Nobody else's page has the text.
    assert steps.text_of(grace) != steps.text_of(ada)


def test_a_poll_for_a_moment_is_answered_on_the_axis_or_in_seconds(classroom: Classroom):
    driver = classroom.teacher({"example": "sidecars-in-a-job"})
    ada, grace = classroom.student("Ada"), classroom.student("Grace")
    steps.finished(driver)
    steps.seek(driver, 20)
    press_class(driver)
    driver.get_by_text("Ask the class something").click()
    form = driver.locator("#room-class [data-part=poll]")
    form.get_by_label("Question").fill("When does the last image come?")
    form.get_by_label("moment").check()
    expect(form.get_by_label("Options, one a line")).to_be_hidden()
    form.get_by_role("button", name="Ask").click()

    # Whoever asks picks nothing.
    expect(driver.locator("#room-poll .moment")).to_be_hidden()
    expect(driver.locator("#room-poll [data-part=said]")).to_have_text("The class is answering.")
    expect(ada.locator("#room-poll")).to_contain_text("When does the last image come?")
    ada.locator("#room-poll").get_by_role("button", name="Lock my answer").click()
    expect(ada.locator("#room-poll [data-part=said]")).to_contain_text("Pick a moment first")
    ada.locator("#room-poll").get_by_role("button", name="Pick on the axis").click()
    # The axis reaches beyond what the room has shown.
    handle = ada.get_by_role("slider", name="Your moment on the time axis")
    expect(handle).to_be_focused()
    for key in ("End", "ArrowLeft", "Enter"):
        ada.keyboard.press(key)
    assert float(handle.get_attribute("aria-valuenow") or "0") > 40
    expect(ada.locator("#transport [data-part=head]")).to_have_text("0:20.0")
    grace.locator("#room-poll input[type=number]").fill("20.9")
    for page in (ada, grace):
        page.locator("#room-poll").get_by_role("button", name="Lock my answer").click()
        expect(page.locator("#room-poll [data-part=said]")).to_have_text("Your answer is in.")
        is_in(page, "follow")
    expect(driver.locator("#room-poll .histogram")).to_be_visible()
    expect(grace.locator("#room-poll .histogram")).to_be_hidden()
    driver.get_by_role("button", name="Show what the class answered").click()
    expect(grace.locator("#room-poll .histogram-total")).to_have_text("2 answers")
    expect(grace.locator("#room-poll .moment")).to_be_visible()
    # Who comes too late sees what was answered, and no field for it.
    late = classroom.student("Edsger")
    expect(late.locator("#room-poll .histogram-total")).to_have_text("2 answers")
    expect(late.locator("#room-poll .moment")).to_be_hidden()


def test_the_axis_of_a_poll_does_not_say_how_long_the_run_is(classroom: Classroom, site: Site):
    author = classroom.person()
    steps.run(author, site.url)
    steps.finished(author)
    driver = classroom.teacher({"scenario": author.url.rpartition("/")[2]})
    student = classroom.student("Ada")
    steps.finished(driver)
    press_class(driver)
    before = {page: steps.ticks(page) for page in (driver, student)}
    driver.get_by_text("Ask the class something").click()
    form = driver.locator("#room-class [data-part=poll]")
    form.get_by_label("Question").fill("When does the app run?")
    form.get_by_label("moment").check()
    form.get_by_role("button", name="Ask").click()
    student.locator("#room-poll").get_by_role("button", name="Pick on the axis").click()
    handle = student.get_by_role("slider", name="Your moment on the time axis")
    expect(handle).to_be_focused()
    student.keyboard.press("End")
    # The run settles by itself, long before the minute is over.
    expect(handle).to_have_attribute("aria-valuenow", "60")
    assert float(driver.locator("#transport [data-part=head]").inner_text().removeprefix("0:")) < 50
    student.keyboard.press("Enter")
    student.locator("#room-poll").get_by_role("button", name="Lock my answer").click()
    expect(student.locator("#room-poll [data-part=said]")).to_have_text("Your answer is in.")

    # The teacher's chart asks for nothing, and the student's is that of the run again.
    assert {page: steps.ticks(page) for page in (driver, student)} == before


def test_a_room_without_a_network_says_so_and_comes_back(classroom: Classroom, site: Site, watch: Watch):
    watch.expected = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "WebSocket connection")
    driver = classroom.teacher({"lesson": classes.LESSON})
    student = classroom.student("Ada")
    expect(student.locator("html")).to_have_attribute("data-offline", "ready")
    note = student.locator("#room-strip [data-part=note]")
    student.context.set_offline(True)
    expect(student.locator("#room-strip")).to_have_attribute("data-link", "lost")
    expect(note).to_contain_text("Disconnected, trying again")
    press(driver, "Next step")
    is_at(driver, 1, "read")
    is_at(student, 0, "read")

    # Loaded anew there, it comes from the browser, and knows of no room yet.
    with site.silent_web():
        answer = student.reload()
        assert answer is not None
        assert answer.from_service_worker
        expect(student.locator("html")).to_have_attribute("data-room", "ready")
        expect(note).to_contain_text("Disconnected, trying again")
        is_in(student, "outside")
    student.context.set_offline(False)
    expect(student.locator("#room-strip")).to_have_attribute("data-link", "open")
    expect(note).to_be_hidden()
    is_in(student, "follow")
    is_at(student, 1, "read")
    stands_at(student, "0:00.800")
