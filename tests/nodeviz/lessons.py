"""A small lesson that is as it should be, for tests that spoil one thing of it."""

from __future__ import annotations

from pathlib import Path

HEAD = """\
title: Two containers
objective: Say who starts first.
story: |
  A helper and a program share a pod.
  Somebody has to begin.
minutes: 5
tags: [sidecars]
order: 1
"""

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  restartPolicy: Never
  initContainers:
    - {name: proxy, image: "proxy:1.0", restartPolicy: Always}
  containers:
    - {name: app, image: "app:1.0"}
---
apiVersion: nodeviz.dev/v1alpha1
kind: Scenario
spec:
  until: 30s
  jitter: false
  node: {images: [{image: "proxy:1.0", size: 1Mi}, {image: "app:1.0", size: 1Mi}]}
  behaviors:
    app: {runs: [{duration: 5s, exitCode: 3}]}
"""

FIXED_POD = POD.replace(", exitCode: 3", "")

CHOOSE = """\
---
title: The end of the work
scenario: pod.yaml
stop: 1s
ask:
  kind: choose
  question: What does the API show in the end?
  options: [A pod that has failed, A pod that goes on, Nothing at all]
  answer: 1
proof:
  - {layer: runtime, object: app, call: exit event, exit_code: 3}
  - {layer: status, object: pod, field: phase, to: Failed}
absent:
  - {layer: status, object: pod, field: phase, to: Succeeded}
---
The program works for a while.

<!-- reveal -->
It ends with 3, and nobody starts it again.
"""

ORDER = """\
---
title: Who is first
scenario: pod.yaml
ask:
  kind: order
  question: Who starts first?
  items:
    - {label: the program, of: {layer: runtime, object: app, call: StartContainer returned}}
    - {label: the helper, of: {layer: runtime, object: proxy, call: StartContainer returned}}
---
Look at the manifest.

<!-- reveal -->
The helper.
"""

MOMENT = """\
---
title: How long
scenario: pod.yaml
stop: 1s
ask:
  kind: moment
  question: When is the work over?
  of: {layer: runtime, object: app, call: exit event}
  tolerance: 500ms
---
The program needs a while.

<!-- reveal -->
Then.
"""

BUILD = """\
---
title: Make it better
scenario: pod.yaml
ask:
  kind: build
  question: Let the pod succeed.
  goals:
    - {text: The pod succeeds, of: {layer: status, object: pod, field: phase, to: Succeeded}, before: 20s}
    - {text: Nothing fails, absent: {layer: status, object: pod, field: phase, to: Failed}}
  solution: fixed.yaml
---
Change the text.

<!-- reveal -->
Exit code 0.
"""

GOOD = {"lesson.yaml": HEAD, "01-the-end.md": CHOOSE, "02-who-is-first.md": ORDER, "03-how-long.md": MOMENT, "04-better.md": BUILD}
SCENARIOS = {"pod.yaml": POD, "fixed.yaml": FIXED_POD}


def planted(folder: Path, **spoiled: tuple[str, str]) -> Path:
    """The good lesson in a folder, in which each named file (`end` for 01-the-end.md, `head`, `pod` …) has one text replaced by another. Each must be there."""
    names = {
        "head": "lesson.yaml",
        "end": "01-the-end.md",
        "first": "02-who-is-first.md",
        "long": "03-how-long.md",
        "better": "04-better.md",
        "pod": "pod.yaml",
    }
    files = {**GOOD, **SCENARIOS}
    for short, (old, new) in spoiled.items():
        name = names[short]
        assert old in files[name]
        files[name] = files[name].replace(old, new, 1)
    lesson = folder / "lessons" / "two-containers"
    lesson.mkdir(parents=True)
    for name, text in files.items():
        (lesson / name).write_text(text)
    return lesson
