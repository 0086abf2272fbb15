"""What do the browser's tests of rooms share? A teacher and students, each in a browser of their own, and what they do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page, WebSocket, expect

from tests.browser import steps
from tests.browser.site import WITHIN_MS, Site, Watch

LESSON = "sidecar-start-order"
"""Its first three steps ask for an order, a choice and a moment."""


@dataclass
class Classroom:
    """One room of a site, and the pages of those who are in it."""

    browser: Browser
    site: Site
    watch: Watch
    code: str = ""
    driver_url: str = ""
    contexts: list[BrowserContext] = field(default_factory=list)

    def person(self, **options: Any) -> Page:
        """Somebody with a browser in which nothing is stored."""
        context = self.browser.new_context(**{"viewport": {"width": 1400, "height": 900}, "reduced_motion": "reduce", **options})
        context.set_default_timeout(WITHIN_MS)
        self.watch.over(context)
        self.contexts.append(context)
        return context.new_page()

    def teacher(self, what: dict[str, str], **options: Any) -> Page:
        """Opens the room, from {"lesson": …} or {"example": …}, and drives it."""
        page = self.person(**options)
        asks = page.context.request
        asks.get(f"{self.site.url}/lessons/{LESSON}")
        token = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "csrftoken")
        opened = asks.post(f"{self.site.url}/rooms", form=what, headers={"Accept": "application/json", "X-CSRFToken": token}).json()
        self.code, self.driver_url = opened["code"], self.site.url + opened["driver_url"]
        page.goto(self.driver_url)
        is_in(page, "drive")
        return page

    def student(self, nickname: str, **options: Any) -> Page:
        """Types the code and a name."""
        page = self.person(**options)
        page.goto(f"{self.site.url}/join")
        page.get_by_label("Code").fill(f"{self.code[:3].lower()} {self.code[3:].lower()}")
        page.get_by_role("button", name="Join").click()
        come_in(page, nickname)
        return page

    def close(self) -> None:
        """Everybody leaves."""
        for context in self.contexts:
            context.close()


def come_in(page: Page, nickname: str) -> None:
    """Under this name."""
    page.get_by_label("Your name in this class").fill(nickname)
    page.get_by_role("button", name="Come in").click()
    is_in(page, "follow")


def is_in(page: Page, mode: str) -> None:
    """The page is in the room: "drive", "follow", "roam" or "ended"."""
    expect(page.locator("html")).to_have_attribute("data-mode", mode)


def is_at(page: Page, step: int, phase: str) -> None:
    """The page shows this step of the lesson, counted from 0, in this phase."""
    expect(page.locator("html")).to_have_attribute("data-step", str(step))
    expect(page.locator("html")).to_have_attribute("data-phase", phase)


def stands_at(page: Page, reading: str) -> None:
    """The clock, as it is written."""
    expect(page.locator("#transport [data-part=now]")).to_have_text(reading)


def selected(page: Page) -> Locator:
    """The row that is selected."""
    return page.locator(".label.selected .label-name")


def press(page: Page, name: str) -> None:
    """A button of the strip."""
    page.locator("#room-strip").get_by_role("button", name=name, exact=True).click()


def lock_answer(page: Page) -> None:
    """Of the lesson's question."""
    page.locator("#side-lesson").get_by_role("button", name="Lock my answer").click()
    expect(page.locator("#side-lesson [data-part=said]")).to_contain_text("Your answer is in")


def ask_and_reveal(driver: Page, everybody: list[Page], step: int, answer: Callable[[], object]) -> None:
    """A question from its asking to its end; `answer` is what the class does meanwhile."""
    press(driver, "Ask the question")
    for page in everybody:
        is_at(page, step, "asked")
    answer()
    press(driver, "Lock the answers")
    for page in everybody:
        is_at(page, step, "locked")
    press(driver, "Let the clock run")
    press(driver, "Reveal the answer")
    for page in everybody:
        is_at(page, step, "revealed")


def intervene(page: Page, name: str) -> None:
    """On the selected row, or the node."""
    page.locator("#gantt").focus()
    page.keyboard.press("i")
    page.get_by_role("menuitem", name=name, exact=True).click()


def frames_of(page: Page) -> list[str]:
    """What the room says to a page from now on, message by message, as it was sent."""
    heard: list[str] = []
    page.on("websocket", lambda socket: listen(socket, heard))
    return heard


def listen(socket: WebSocket, heard: list[str]) -> None:
    """Keep what comes on a room's socket."""
    if "/ws/rooms/" in socket.url:
        socket.on("framereceived", lambda frame: heard.append(frame if isinstance(frame, str) else frame.decode()))


def shown_until(page: Page) -> str:
    """How far the page's run goes."""
    return page.locator("#transport [data-part=head]").inner_text()


def press_class(page: Page) -> None:
    """Open the teacher's panel."""
    page.locator("#room-strip [data-part=people]").click()
    expect(page.locator("#room-class")).to_be_visible()


def classroom_moved(driver: Page) -> None:
    """The room has answered the driver's last command."""
    steps.settled(driver)
    driver.evaluate("() => new Promise(heard => setTimeout(heard, 300))")


@contextmanager
def lost(*pages: Page) -> Iterator[None]:
    """Meanwhile each page says that it is disconnected. The pages themselves watch: one that is back before it is looked at has said so, too."""
    for page in pages:
        page.locator("#room-strip [data-part=note]").evaluate(
            """note => new MutationObserver(() => { if (note.textContent.startsWith("Disconnected, trying again")) note.dataset.was = "lost"; })
                .observe(note, {childList: true, characterData: true, subtree: true})"""
        )
    yield
    for page in pages:
        expect(page.locator("#room-strip [data-part=note]")).to_have_attribute("data-was", "lost")
