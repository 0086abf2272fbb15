"""Does a class work, through the real stack? A driver and students, each in a browser of their own: follow, roam, come back, answer, hand over, end."""

from __future__ import annotations

import json
import re

from playwright.sync_api import Page, expect

from tests.browser import classes, steps
from tests.browser.classes import Classroom, classroom_moved, is_at, is_in, lock_answer, press, press_class, selected, stands_at
from tests.browser.site import Watch

MOST_WELCOME_BYTES = 4_000
"""Catching up after a lost connection, however much has happened meanwhile."""


def test_an_hour_with_five_students(classroom: Classroom, driver: Page):
    students = [classroom.student(name) for name in ("Ada", "Grace", "Edsger", "Barbara", "Alan")]
    everybody = [driver, *students]
    expect(driver.locator("#room-strip [data-part=here]")).to_have_text("5 people here")

    # The order: all drag nothing and lock; the first is asked to think again.
    def put_in_order() -> None:
        students[0].locator(".question").get_by_role("button", name="proxy", exact=True).press("ArrowUp")
        for student in students:
            lock_answer(student)
        expect(driver.locator("#room-strip [data-part=answered]")).to_have_text("5 of 5 answered")

    classes.ask_and_reveal(driver, everybody, 0, put_in_order)
    for page in everybody:
        expect(page.locator("#side-lesson .histogram-total")).to_have_text("5 answers")
        stands_at(page, "0:12.000")
    expect(students[1].get_by_role("list", name="Flags on the chart").get_by_role("listitem").first).to_contain_text("you:")
    expect(students[1].locator(".ordering [data-is=wrong]").first).to_be_visible()
    # Who gave no answer sees the order, and neither right nor wrong.
    expect(driver.locator(".question .hint")).to_have_text("The order was:")
    expect(driver.locator(".ordering [data-is]")).to_have_count(0)

    # The lesson's flags belong to its run, not to what somebody makes of it.
    classes.intervene(students[0], "Drain the node")
    is_in(students[0], "roam")
    expect(students[0].get_by_role("list", name="Flags on the chart").get_by_role("listitem")).to_have_count(0)
    students[0].get_by_role("button", name="Back to the room").click()
    expect(students[0].get_by_role("list", name="Flags on the chart").get_by_role("listitem")).to_have_count(5)

    # The choice: one answers right, three wrong, one not at all.
    press(driver, "Go on")
    for page in everybody:
        is_at(page, 1, "read")

    def choose() -> None:
        for student, option in zip(students, (3, 1, 1, 2), strict=False):
            student.locator("#side-lesson .option input").nth(option - 1).check()
            lock_answer(student)
        expect(driver.locator("#side-lesson .histogram-count").all()[0]).to_have_text("2")
        expect(driver.locator("#room-strip [data-part=answered]")).to_have_text("4 of 5 answered")

    classes.ask_and_reveal(driver, everybody, 1, choose)
    expect(students[0].locator("#side-lesson .lesson-result")).to_have_text("Right.")
    expect(students[1].locator("#side-lesson .lesson-result")).to_contain_text("Not so")
    expect(students[4].locator("#side-lesson .lesson-result")).to_be_hidden()
    expect(students[4].locator("#side-lesson [data-part=said]")).to_have_text("You gave no answer.")
    for page in everybody:
        expect(page.locator("#side-lesson .histogram-count")).to_have_text(["2", "1", "1", "0"])

    # The moment, typed or picked on the chart.
    press(driver, "Go on")

    def pick() -> None:
        for number, student in enumerate(students):
            student.locator("#side-lesson .moment input").fill(str(8 + 4 * number))
            lock_answer(student)

    classes.ask_and_reveal(driver, everybody, 2, pick)
    for student in students:
        expect(student.get_by_role("list", name="Flags on the chart")).to_contain_text("5 people of the class picked instants from 0:08.0 to 0:24.0")

    press_class(driver)
    driver.get_by_role("button", name="End the class").click()
    driver.get_by_role("dialog").get_by_role("button", name="End the class").click()
    for page in everybody:
        is_in(page, "ended")
        expect(page.locator("#room-strip [data-part=note]")).to_contain_text("The class is over")
    for gone in (driver.locator("#room-class .class-poll"), driver.locator("#room-class").get_by_role("button", name="Hand over")):
        expect(gone.locator("visible=true")).to_have_count(0)
    steps.seek(students[0], 3)
    stands_at(students[0], "0:03.000")
    stands_at(students[1], "0:26.000")


def test_what_the_driver_does_moves_everyone_who_follows(classroom: Classroom):
    driver = classroom.teacher({"example": "sidecars-in-a-job"})
    students = [classroom.student(name) for name in ("Ada", "Grace")]
    steps.finished(driver)

    steps.seek(driver, 17.5)
    for student in students:
        stands_at(student, "0:17.500")
    driver.get_by_label("60×").check(force=True)
    for student in students:
        expect(student.get_by_label("60×")).to_be_checked()
    driver.locator("#gantt").focus()
    for _ in range(3):
        driver.keyboard.press("ArrowDown")
    for student in students:
        expect(selected(student)).to_have_text("network-proxy")
    driver.get_by_label("API", exact=True).check(force=True)
    for student in students:
        expect(student.get_by_label("API", exact=True)).to_be_checked()
    driver.get_by_label("10×").check(force=True)
    driver.locator("#gantt").focus()
    driver.keyboard.press("Space")
    for page in (driver, *students):
        expect(page.get_by_role("button", name="Pause")).to_be_visible()
        is_in(page, "drive" if page is driver else "follow")
    driver.keyboard.press("Space")
    expect(driver.get_by_role("button", name="Play", exact=True)).to_be_visible()
    reading = driver.locator("#transport [data-part=now]").inner_text()
    for student in students:
        stands_at(student, reading)


def test_the_driver_s_intervention_is_one_run_for_all(classroom: Classroom):
    driver = classroom.teacher({"example": "sidecars-in-a-job"})
    student = classroom.student("Ada")
    steps.finished(driver)
    steps.seek(driver, 25)
    stands_at(student, "0:25.000")
    classes.intervene(driver, "Drain the node")

    expect(driver.locator("textarea[name=text]")).to_have_value(re.compile("drain:"))
    expect(student.locator("textarea[name=text]")).to_have_value(steps.text_of(driver))
    stands_at(student, "0:25.000")
    for page in (driver, student):
        is_in(page, "drive" if page is driver else "follow")
        assert page.url == f"{classroom.site.url}/r/{classroom.code}"

    # Whoever comes later is shown it, too.
    late = classroom.student("Grace")
    expect(late.locator("textarea[name=text]")).to_have_value(steps.text_of(driver))
    stands_at(late, "0:25.000")


def test_a_follower_sees_nothing_that_the_room_has_not_seen(classroom: Classroom, driver: Page):
    student = classroom.student("Ada")
    press(driver, "Next step")
    is_at(student, 1, "read")
    stands_at(student, "0:00.800")

    assert classes.shown_until(student) == "0:00.8"
    steps.seek(student, 0.3)
    is_in(student, "roam")
    steps.seek(student, 100)
    stands_at(student, "0:00.800")


TOUCHES = {
    "moves the clock": lambda page: steps.seek(page, 5),
    "selects a row": lambda page: (page.locator("#gantt").focus(), page.keyboard.press("ArrowDown")),
    "looks through another lens": lambda page: page.get_by_label("Kubelet", exact=True).check(force=True),
    "plays": lambda page: (page.locator("#gantt").focus(), page.keyboard.press("Space")),
    "writes": lambda page: steps.write(page, steps.POD),
    "says so": lambda page: page.locator("#room-strip").get_by_label("Roam").check(force=True),
}


def test_whoever_touches_something_roams_and_comes_back_with_one_key(classroom: Classroom):
    driver = classroom.teacher({"example": "sidecars-in-a-job"})
    student = classroom.student("Ada")
    steps.finished(driver)
    text = steps.text_of(student)
    steps.seek(driver, 19)
    stands_at(student, "0:19.000")
    for nth, touch in enumerate(TOUCHES.values()):
        touch(student)
        is_in(student, "roam")
        expect(student.locator("#room-strip [data-part=note]")).to_contain_text("You roam")
        # The whole run is theirs to look at.
        steps.finished(student)
        # The room goes on; the roamer's page does not.
        before = student.locator("#transport [data-part=head]").inner_text(), steps.text_of(student)
        steps.seek(driver, 20 + nth)
        classroom_moved(driver)
        assert (student.locator("#transport [data-part=head]").inner_text(), steps.text_of(student)) == before
        student.locator("#gantt").focus()
        student.keyboard.press("b")
        is_in(student, "follow")
        stands_at(student, f"0:{20 + nth}.000")
        expect(selected(student)).to_have_count(0)
        expect(student.get_by_label("Node", exact=True)).to_be_checked()
        expect(student.locator("textarea[name=text]")).to_have_value(text)


def test_a_fork_stays_listed_and_is_shown_to_the_teacher_only_on_request(classroom: Classroom):
    driver = classroom.teacher({"example": "sidecars-in-a-job"})
    student = classroom.student("Ada")
    steps.finished(driver)
    own = steps.text_of(student)
    classes.intervene(student, "Drain the node")
    expect(student.locator("textarea[name=text]")).not_to_have_value(own)
    is_in(student, "roam")
    fork = steps.text_of(student)
    student.get_by_role("button", name="Back to the room").click()
    expect(student.locator("textarea[name=text]")).to_have_value(own)

    student.reload()
    is_in(student, "follow")
    student.locator("#room-forks summary").click()
    expect(student.locator("#room-forks li")).to_have_count(1)
    press_class(driver)
    expect(driver.locator("#room-class li")).to_contain_text("Ada")
    expect(driver.locator("#room-class").get_by_role("button", name="fork", exact=True)).to_have_count(0)
    student.get_by_role("button", name="Show to the teacher").click()
    driver.locator("#room-class").get_by_role("button", name="fork", exact=True).click()
    expect(driver.locator("textarea[name=text]")).to_have_value(fork)
    student.locator("#room-forks").get_by_role("button", name="Fork 1").click()
    expect(student.locator("textarea[name=text]")).to_have_value(fork)
    is_in(student, "roam")


def test_the_wheel_is_handed_over_and_taken_back(classroom: Classroom):
    driver = classroom.teacher({"example": "sidecars-in-a-job"})
    ada, grace = classroom.student("Ada"), classroom.student("Grace")
    steps.finished(driver)
    press_class(driver)
    steps.seek(driver, 9)
    stands_at(ada, "0:09.000")
    steps.seek(ada, 3)
    expect(driver.locator(".class-people li", has_text="Ada")).to_contain_text("roams")
    driver.get_by_role("button", name="Hand over the wheel to Ada").click()
    expect(driver.locator(".class-people li", has_text="Ada")).not_to_contain_text("roams")
    is_in(ada, "drive")
    is_in(driver, "follow")
    expect(grace.locator("#room-strip [data-part=driver]")).to_have_text("Ada drives")
    expect(ada.locator("#announcements")).to_contain_text("You drive now")

    steps.seek(ada, 30)
    for page in (driver, grace):
        stands_at(page, "0:30.000")
    press(driver, "Take the wheel back")
    is_in(ada, "follow")
    steps.seek(driver, 10)
    for page in (ada, grace):
        stands_at(page, "0:10.000")

    # Who leaves with the wheel leaves a class that stands still.
    driver.get_by_role("button", name="Hand over the wheel to Grace").click()
    is_in(grace, "drive")
    expect(driver.locator("#room-strip [data-part=note]")).to_be_hidden()
    grace.close()
    expect(driver.locator("#room-strip [data-part=note]")).to_contain_text("Grace, who drives, is away")
    press(driver, "Take the wheel back")
    is_in(driver, "drive")
    expect(driver.locator("#room-strip [data-part=note]")).to_be_hidden()


def test_questions_and_lost_signals_reach_the_teacher_alone(classroom: Classroom, driver: Page):
    ada, grace = classroom.student("Ada"), classroom.student("Grace")
    press(ada, "I'm lost")
    press(ada, "Ask")
    ada.get_by_label("Your question").fill("What is a sidecar?")
    ada.get_by_role("button", name="Send").click()
    expect(ada.locator("#room-strip [data-part=note]")).to_have_text("Your question is with the teacher.")
    expect(driver.locator("#room-strip [data-part=waiting]")).to_have_text("2")
    press_class(driver)
    expect(driver.locator(".class-people [data-state=lost]")).to_contain_text("Ada")
    question = driver.locator(".class-questions li")
    expect(question).to_contain_text("What is a sidecar?")

    assert "What is a sidecar?" not in grace.content()
    ada.reload()
    expect(ada.locator("#room-strip").get_by_role("button", name="I'm lost")).to_have_attribute("aria-pressed", "true")
    question.get_by_role("button", name="Done").click()
    expect(question).to_have_count(0)
    press(ada, "I'm lost")
    expect(driver.locator("#room-strip [data-part=waiting]")).to_have_text("")


def test_a_question_off_the_cuff(classroom: Classroom, driver: Page):
    student = classroom.student("Ada")
    press_class(driver)
    driver.get_by_text("Ask the class something").click()
    form = driver.locator("#room-class [data-part=poll]")
    form.get_by_label("Question").fill("Which language?")
    form.get_by_label("Options, one a line").fill("Go\n")
    form.get_by_role("button", name="Ask").click()
    expect(form.get_by_role("alert")).to_contain_text("Write 2 to 8 options")
    form.get_by_label("Options, one a line").fill("Go\nRust\n")
    form.get_by_role("button", name="Ask").click()

    # Whoever has the wheel, the poll is the teacher's.
    driver.get_by_role("button", name="Hand over the wheel to Ada").click()
    is_in(student, "drive")
    expect(student.locator("#room-poll").get_by_role("button", name="Lock the answers")).to_be_hidden()
    student.locator("#room-poll").get_by_label("Rust").check()
    student.locator("#room-poll").get_by_role("button", name="Lock my answer").click()
    expect(driver.locator("#room-poll .histogram-count")).to_have_text(["0", "1"])
    expect(student.locator("#room-poll .histogram")).to_be_hidden()
    driver.get_by_role("button", name="Show what the class answered").click()
    expect(student.locator("#room-poll .histogram-count")).to_have_text(["0", "1"])
    driver.locator("#room-poll").get_by_role("button", name="Close").click()
    expect(student.locator("#room-poll")).to_be_hidden()

    # What the room refuses stays in the form, and the next question begins with no word of the one before.
    driver.get_by_text("Ask the class something").click()
    form.get_by_label("Question").fill("Again?")
    form.get_by_label("Options, one a line").fill("\u200b\nNo\n")
    form.get_by_role("button", name="Ask").click()
    expect(form.get_by_role("alert")).to_contain_text("An option has 1 to 120 characters")
    expect(form.get_by_label("Question")).to_have_value("Again?")
    form.get_by_label("Options, one a line").fill("Yes\nNo\n")
    form.get_by_role("button", name="Ask").click()
    expect(student.locator("#room-poll")).to_contain_text("Again?")
    expect(student.locator("#room-poll [data-part=said]")).to_have_text("")
    expect(form.get_by_label("Question")).to_have_value("")


def test_a_killed_web_process_and_a_reload_change_nothing(classroom: Classroom, driver: Page, watch: Watch):
    watch.expected = steps.LOST
    ada, grace = classroom.student("Ada"), classroom.student("Grace")
    press(driver, "Next step")
    press(driver, "Ask the question")
    is_at(ada, 1, "asked")
    ada.locator("#side-lesson .option input").nth(2).check()
    lock_answer(ada)
    # Before that there is nothing of the step's run to touch.
    stands_at(grace, "0:00.800")
    steps.seek(grace, 0.2)
    is_in(grace, "roam")
    press_class(driver)
    heard = classes.frames_of(ada)
    with classes.lost(driver, ada, grace):
        classroom.site.kill_web()
    for page in (driver, ada, grace):
        expect(page.locator("#room-strip")).to_have_attribute("data-link", "open")

    # Who they are, what they answered, who drives and who roams: as before.
    for page, mode in ((driver, "drive"), (ada, "follow"), (grace, "roam")):
        is_in(page, mode)
    expect(driver.locator("#room-class")).to_be_visible()
    press(driver, "Lock the answers")
    is_at(ada, 1, "locked")
    welcome = next(text for text in heard if json.loads(text)[0] == "welcome")
    assert len(welcome.encode()) < MOST_WELCOME_BYTES
    for page, mode in ((driver, "drive"), (ada, "follow"), (grace, "follow")):
        page.reload()
        is_in(page, mode)
        is_at(page, 1, "locked")
        assert page.url == f"{classroom.site.url}/r/{classroom.code}"
    expect(ada.locator("#side-lesson .option input").nth(2)).to_be_checked()


def test_another_class_begins_anew(classroom: Classroom, driver: Page):
    student = classroom.student("Ada")
    classes.ask_and_reveal(driver, [driver, student], 0, lambda: None)
    press_class(driver)
    driver.get_by_role("button", name="Begin anew with another class").click()
    driver.get_by_role("dialog").get_by_role("button", name="Begin anew").click()
    expect(student.get_by_role("dialog")).to_contain_text("The teacher has begun anew")
    is_at(driver, 0, "read")
    classes.come_in(student, "Somebody else")

    # Nothing that the class before has seen is told to this one, or is still on the wall.
    is_at(student, 0, "read")
    for page in (driver, student):
        expect(page.locator("#transport [data-part=head]")).to_have_text("0:00.0")
        expect(page.locator("#side-lesson .question")).to_have_count(0)
    press(driver, "Next step")
    press(driver, "Step before")
    press(driver, "Ask the question")
    press(driver, "Lock the answers")
    is_at(student, 0, "locked")
    expect(student.locator("#transport [data-part=head]")).to_have_text("0:00.0")
    expect(driver.locator(".class-people li")).to_have_count(1)
    expect(driver.locator(".class-people li")).to_contain_text("Somebody else")


def test_a_name_is_taken_off_the_list_and_whoever_it_was_comes_in_under_another(classroom: Classroom, driver: Page):
    student = classroom.student("Nobody knows who that is")
    press_class(driver)
    driver.get_by_role("button", name="Remove Nobody knows").click()
    driver.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(student.get_by_role("dialog")).to_contain_text("taken this name off the list")
    expect(driver.locator(".class-people li")).to_have_count(0)
    classes.come_in(student, "Ada")

    expect(driver.locator(".class-people li")).to_have_count(1)
    expect(driver.locator(".class-people li")).to_contain_text("Ada")


def test_a_link_that_is_not_the_driver_s_makes_a_student(classroom: Classroom, driver: Page):
    page = classroom.person()
    page.goto(f"{classroom.site.url}/r/{classroom.code}#driver=AAAAAAAAAAAAAAAAAAAAAA")
    expect(page.get_by_role("dialog")).to_contain_text("not the driver's link")
    # Escape, pressed twice, leaves nobody on a page without a room behind it.
    for _ in range(3):
        page.keyboard.press("Escape")
    expect(page.get_by_role("dialog").get_by_role("link", name="Leave")).to_be_visible()
    classes.come_in(page, "Mallory")

    assert page.url.endswith(f"/r/{classroom.code}")


def test_a_wrong_driver_s_link_makes_nobody_else_of_a_student(classroom: Classroom, driver: Page):
    student = classroom.student("Ada")
    press(driver, "Ask the question")
    is_at(student, 0, "asked")
    lock_answer(student)
    student.goto("about:blank")
    student.goto(f"{classroom.site.url}/r/{classroom.code}#driver=AAAAAAAAAAAAAAAAAAAAAA")

    is_in(student, "follow")
    expect(student.locator("#room-strip [data-part=note]")).to_contain_text("You are in it as Ada")
    expect(student.locator("#side-lesson [data-part=said]")).to_contain_text("Your answer is in")
    expect(driver.locator("#room-strip [data-part=here]")).to_have_text("1 person here")


def test_the_driver_s_link_is_found_again_in_the_dialog_of_the_code(classroom: Classroom, driver: Page):
    driver.evaluate("() => { navigator.clipboard.writeText = async text => { window.copied = text; }; }")
    driver.locator("#room-strip [data-part=code]").click()
    driver.get_by_role("button", name="Copy the driver's link").click()

    assert driver.evaluate("window.copied") == classroom.driver_url
    # This one listens for its own computer alone.
    expect(driver.locator("#room-code [data-part=here-only]")).to_contain_text("HOST=0.0.0.0")
    expect(driver.locator("#room-code [data-part=qr]")).to_be_hidden()
    assert "#" not in driver.url


def test_the_answers_are_saved_without_names(classroom: Classroom, driver: Page):
    student = classroom.student("Ada")
    press(driver, "Ask the question")
    is_at(student, 0, "asked")
    # Whoever roams hears that the answer is in, too, and of the next question.
    student.locator("#room-strip").get_by_label("Roam").check(force=True)
    is_in(student, "roam")
    lock_answer(student)
    press(driver, "Next step")
    press(driver, "Ask the question")
    expect(student.locator("#room-strip [data-part=note]")).to_contain_text("A question is open: press B")
    press_class(driver)
    # Before the class is ended it is offered once more.
    driver.get_by_role("button", name="End the class").click()
    with driver.expect_download() as saving:
        driver.get_by_role("dialog").get_by_role("button", name="Save the answers").click()
    table = saving.value.path().read_text()
    driver.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    with driver.expect_download() as again:
        driver.get_by_role("button", name="Save the answers").click()
    assert len(again.value.path().read_text()) == len(table)

    assert "In which order do the five processes begin?" in table
    assert "Ada" not in table


def test_when_the_class_is_over_the_teacher_s_browser_still_gets_the_answers(classroom: Classroom, driver: Page, watch: Watch):
    student = classroom.student("Ada")
    press(driver, "Ask the question")
    is_at(student, 0, "asked")
    lock_answer(student)
    press_class(driver)
    driver.get_by_role("button", name="End the class").click()
    driver.get_by_role("dialog").get_by_role("button", name="End the class").click()
    watch.expected = ("404",)
    for page in (driver, student):
        expect(page.locator("html")).to_have_attribute("data-mode", "ended")
        page.reload()
        expect(page.get_by_role("heading", name="This class is over")).to_be_visible()
    expect(student.get_by_role("button", name="Save the answers")).to_be_hidden()
    with driver.expect_download() as saving:
        driver.get_by_role("button", name="Save the answers").click()

    assert "In which order do the five processes begin?" in saving.value.path().read_text()
