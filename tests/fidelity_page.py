"""Keeps docs/fidelity.md true: every `Simplified:` of the simulator, collected.

`python -m tests.fidelity_page` rewrites the list between the page's two marks; the tables of measurements above it are written by hand, with their date.
"""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "fidelity.md"
BEGIN, END = "<!-- simplified: begin -->\n", "<!-- simplified: end -->\n"


def simplifications() -> list[tuple[str, str]]:
    """(module, what is simplified and why), in the order of the tree."""
    found: list[tuple[str, str]] = []
    for path in sorted((ROOT / "simulator").rglob("*.py")):
        for paragraph in _paragraphs(path.read_text()):
            found.append((str(path.relative_to(ROOT)), paragraph))
    return found


def _paragraphs(source: str) -> list[str]:
    """What follows each `Simplified:` up to the end of its docstring's paragraph, or of its comment."""
    lines = source.splitlines()
    texts: list[str] = []
    for number, line in enumerate(lines):
        if "Simplified:" not in line:
            continue
        is_comment = "# " in line[: line.index("Simplified:")]
        parts = [line[line.index("Simplified:") + len("Simplified:") :]]
        ended = '"""' in parts[0]
        for following in lines[number + 1 :]:
            if ended or not following.strip() or "Simplified:" in following or (is_comment and not following.strip().startswith("#")):
                break
            ended = '"""' in following
            parts.append(following.strip().removeprefix("#"))
        text = " ".join(part.strip() for part in parts).split('"""')[0].strip()
        texts.append(" ".join(text.split()))
    return texts


def listed() -> str:
    """The part of the page between its marks."""
    return "".join(f"* `{module}`: {text}\n" for module, text in simplifications())


def current() -> str:
    """The whole page with a fresh list."""
    before, _, rest = PAGE.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + listed() + END + after


if __name__ == "__main__":
    PAGE.write_text(current())
