"""What is behind a link? For whoever was told about one: when it was made and opened, what it led to, and whether its text is blocked."""

from __future__ import annotations

import re
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from nodeviz.runs.models import ArtefactFrame
from nodeviz.scenarios.models import ID_PATTERN, BlockedText, Scenario, fingerprint

IN_ADDRESS = re.compile(rf"(?:^|/[se]/|/ws/runs/)({ID_PATTERN})(?=[/.?#]|$)")


class Command(BaseCommand):
    help = "Says what is behind a link; --text prints the text, too."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("link", help="the address of a page, a frame or a download, or the id alone")
        parser.add_argument("--text", action="store_true", help="print the text")

    def handle(self, *args: Any, **options: Any) -> None:
        scenario = linked(options["link"])
        mark = fingerprint(scenario.text)
        rows = {
            "link": scenario.get_absolute_url(),
            "title": scenario.title,
            "created": scenario.created.isoformat(timespec="seconds"),
            "shared": scenario.shared.isoformat(timespec="seconds") if scenario.shared else "no",
            "opened": scenario.last_opened.isoformat(timespec="seconds") if scenario.last_opened else "never",
            "made from": scenario.parent_id or "nothing",
            "changed into": " ".join(scenario.forks.values_list("pk", flat=True)) or "nothing",
            "runs": ", ".join(f"{run.simulator_version} {run.state} ({run.records} records)" for run in scenario.runs.order_by("pk")) or "none",
            "frames": ArtefactFrame.objects.filter(run__scenario=scenario).count(),
            "text": f"{len(scenario.text.encode())} bytes",
            "fingerprint": f"{mark} (blocked)" if BlockedText.objects.filter(pk=mark).exists() else mark,
        }
        for name, value in rows.items():
            self.stdout.write(f"{name:12} {value}")
        if options["text"]:
            self.stdout.write(f"\n{scenario.text}")


def linked(link: str) -> Scenario:
    """By what somebody sent. Raises CommandError."""
    found = IN_ADDRESS.search(link.strip())
    scenario = Scenario.objects.linked(found[1]) if found else None
    if scenario is None:
        raise CommandError(f"there is nothing under {link}")
    return scenario
