"""Do the examples of docs/api.md do what stands under them? A shell runs them, in order, against a whole installation. And is its page like all others?"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.site import Site
from tests.surroundings import CHECKOUT, not_run

GUIDE = CHECKOUT / "docs" / "api.md"
PART = "== part"


def examples() -> list[tuple[str, str]]:
    """Commands, and what they print."""
    blocks = re.findall(r"^```(sh|text)\n(.*?)^```$", GUIDE.read_text(), flags=re.MULTILINE | re.DOTALL)
    assert [kind for kind, _ in blocks] == ["sh", "text"] * (len(blocks) // 2)
    return [(command, printed) for (_, command), (_, printed) in zip(blocks[::2], blocks[1::2], strict=True)]


def pattern(printed: str) -> str:
    """`…` stands for anything on a line."""
    return ".*".join(re.escape(part) for part in printed.strip().split("…"))


@pytest.fixture(scope="module")
def answers(site: Site, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What each example printed."""
    for tool in ("curl", "jq"):
        if shutil.which(tool) is None:
            not_run(f"needs {tool} (apt install {tool})")
    folder: Path = tmp_path_factory.mktemp("guide")
    script = f"\necho '{PART}'\n".join(command.replace("http://localhost:8000", site.url) for command, _ in examples())
    shell = subprocess.run(["sh", "-eu", "-c", script], cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert shell.returncode == 0, shell.stderr
    return shell.stdout.split(f"{PART}\n")


@pytest.mark.parametrize("number", range(len(examples())), ids=[command.strip().split("\n")[-1][:60] for command, _ in examples()])
def test_an_example_prints_what_stands_under_it(answers: list[str], number: int) -> None:
    expected = pattern(examples()[number][1])

    assert re.fullmatch(expected, answers[number].strip()), answers[number]


def test_the_page_of_the_api_works_by_keyboard_and_loads_nothing_from_elsewhere(page: Page, site: Site) -> None:
    """What it loads, and what the console says, is looked at for every page (conftest.py)."""
    page.goto(site.url)
    page.get_by_role("link", name="the API").click()
    page.get_by_role("navigation", name="Contents").get_by_role("link", name="/scenarios/{id}/records").focus()
    page.keyboard.press("Enter")

    assert page.url.endswith("#records")
    summary = page.locator("#records summary").last
    summary.focus()
    page.keyboard.press("Enter")
    assert page.locator("#records").get_by_text("503 Service Unavailable").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
