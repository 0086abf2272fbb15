"""`python -m tests.fuzz [libFuzzer options] [CORPUS]`: the parser and everything behind it, until something breaks. For example `-max_total_time=600`.

Whatever the bytes are, `simulator.load` answers with a scenario or with a list of problems; a scenario gets advice, and its text can be edited.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["simulator.manifest", "simulator.advice"]):
    import simulator

MAX_BYTES = 8_192
"""Of one input: enough for any construct of YAML and for two pods."""


def look(data: bytes) -> None:
    """One input. Anything raised but ManifestError is a fault of ours."""
    try:
        loaded = simulator.load_with_sources({"any.yaml": data})
    except simulator.ManifestError as error:
        problems = error.problems
    else:
        look_on(loaded, data)
        return
    assert problems
    assert all(problem.message for problem in problems)


def look_on(loaded: simulator.Loaded, data: bytes) -> None:
    """What is done with a scenario before it runs."""
    for advice in simulator.lint(loaded.scenario, loaded.sources):
        simulator.advice_object(advice)
    simulator.field_places(loaded.sources)
    text = data.decode("utf-8-sig")
    for container in simulator.container_behaviors(loaded.scenario, loaded.sources)[:2]:
        try:
            changed = simulator.with_behavior(text, container.address, {"runs": [{"duration": "5s"}]})
        except simulator.ManifestError:
            continue
        simulator.load({"any.yaml": changed})


if __name__ == "__main__":
    atheris.Setup([sys.argv[0], f"-max_len={MAX_BYTES}", "-timeout=5", "-rss_limit_mb=1024", *sys.argv[1:]], look)
    atheris.Fuzz()
