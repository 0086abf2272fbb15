"""Does a room look right where a class looks at it: on the wall, on a phone, in both themes?"""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser import classes
from tests.browser.classes import Classroom, is_at, is_in, lock_answer, press, press_class
from tests.browser.test_accessibility import faults


def test_the_projector_shows_step_chart_and_code_in_large_type(classroom: Classroom, driver: Page):
    driver.locator("#gantt").focus()
    driver.keyboard.press("p")
    for hidden in (".topbar", "#room-strip", "#transport", "#drawer", ".run-editor"):
        expect(driver.locator(hidden)).to_be_hidden()
    expect(driver.locator(".projector-bar")).to_contain_text(f"{classroom.code[:3]} {classroom.code[3:]}")
    # A clicker drives.
    driver.keyboard.press("PageDown")
    is_at(driver, 0, "asked")
    expect(driver.locator(".projector-bar [data-part=answered]")).to_have_text("0 of 0 answered")
    sizes = driver.evaluate(
        """() => { const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT); const small = [];
            for (let node = walk.nextNode(); node; node = walk.nextNode()) {
                const {parentElement: element} = node; const box = document.createRange(); box.selectNodeContents(node);
                if (!node.textContent.trim() || !box.getClientRects().length || element.closest('.visually-hidden, .skip')) continue;
                const zoom = element.closest('.gantt') ? 2.2 : 1;
                if (parseFloat(getComputedStyle(element).fontSize) * zoom < 24) small.push(node.textContent); }
            return small; }"""
    )
    assert sizes == []
    driver.keyboard.press("Escape")
    expect(driver.locator("#room-strip")).to_be_visible()


def test_on_the_projector_of_a_small_laptop_the_options_carry_their_counts(classroom: Classroom):
    driver = classroom.teacher({"lesson": classes.LESSON}, viewport={"width": 1366, "height": 768})
    student = classroom.student("Ada")
    press(driver, "Next step")
    press(driver, "Ask the question")
    driver.locator("#gantt").focus()
    driver.keyboard.press("p")
    is_at(student, 1, "asked")
    student.locator("#side-lesson .option input").nth(2).check()
    lock_answer(student)

    expect(driver.locator(".projector-bar [data-part=answered]")).to_have_text("1 of 1 answered")
    expect(driver.locator(".option-count")).to_have_text(["0", "0", "1", "0"])
    for count in driver.locator(".option-count").all():
        expect(count).to_be_in_viewport()
    expect(driver.locator("#side-lesson .room-histogram")).to_be_hidden()


def test_axe_finds_no_fault(classroom: Classroom, driver: Page):
    entering = classroom.person()
    entering.goto(f"{classroom.site.url}/join")
    assert faults(entering) == []
    entering.goto(f"{classroom.site.url}/r/{classroom.code}")
    expect(entering.get_by_label("Your name in this class")).to_be_focused()
    assert faults(entering) == []
    student = classroom.student("Ada")
    press(student, "I'm lost")
    assert faults(student) == []
    press(driver, "Ask the question")
    is_at(student, 0, "asked")
    lock_answer(student)
    press_class(driver)
    expect(driver.locator(".class-people [data-state=lost]")).to_be_visible()
    assert faults(driver) == []
    press(driver, "Lock the answers")
    press(driver, "Let the clock run")
    press(driver, "Reveal the answer")
    is_at(student, 0, "revealed")
    student.locator("#gantt").focus()
    student.keyboard.press("ArrowDown")
    is_in(student, "roam")
    assert faults(student) == []
    driver.locator("#room-strip [data-part=code]").click()
    assert faults(driver) == []
    driver.keyboard.press("Escape")
    driver.keyboard.press("p")
    expect(driver.locator(".projector-bar")).to_be_visible()
    assert faults(driver) == []


def test_a_phone(classroom: Classroom, driver: Page):
    student = classroom.student("Ada", viewport={"width": 390, "height": 844}, has_touch=True)
    press(driver, "Ask the question")
    is_at(student, 0, "asked")
    lock_answer(student)
    expect(student.locator("#order-hint")).to_be_hidden()

    assert student.evaluate("document.documentElement.scrollWidth") <= 390
    assert faults(student) == []
    # The chart while the clock runs, and then the answer.
    press(driver, "Lock the answers")
    press(driver, "Let the clock run")
    expect(student.locator(".gantt-plot")).to_be_in_viewport(ratio=0.4)
    press(driver, "Reveal the answer")
    is_at(student, 0, "revealed")
    expect(student.locator("#side-lesson .question legend")).to_be_in_viewport()
