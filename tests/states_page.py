"""Writes docs/states.md from the tables of simulator/states.py: `python -m tests.states_page`."""

from __future__ import annotations

from pathlib import Path

from simulator.states import MOVES

PAGE = Path(__file__).parent.parent / "docs" / "states.md"


def page() -> str:
    """The page's text: one diagram and one table for each kind of state."""
    parts = ["# States\n\nGenerated from `simulator/states.py` by `python -m tests.states_page`; a move that is not here is refused by the recorder.\n"]
    for states, moves in MOVES.items():
        doc = (states.__doc__ or "").strip().splitlines()[0]
        parts.append(f"\n## {states.__name__}\n\n{doc}\n\n```mermaid\nstateDiagram-v2\n")
        for state, following in moves.items():
            for to in sorted(following):
                parts.append(f"    {'[*]' if state is None else state} --> {to}\n")
        parts.append("```\n\n| from | to |\n| --- | --- |\n")
        for state, following in moves.items():
            parts.append(f"| {'(new)' if state is None else state} | {', '.join(sorted(following)) or '(end)'} |\n")
    return "".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page())
