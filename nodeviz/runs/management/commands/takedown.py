"""How is a link taken down? It goes with its runs, traces, streams and frames, and its text is not stored again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from nodeviz.runs.forgetting import delete_link
from nodeviz.runs.management.commands.link import linked
from nodeviz.scenarios.models import BlockedText, Scenario, fingerprint, hold_blocked_texts


class Command(BaseCommand):
    help = "Deletes a link with everything that it led to, and blocks its text."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("link", help="the address of a page, a frame or a download, or the id alone")
        parser.add_argument("--reason", default="", help="kept with the fingerprint, for you alone")
        parser.add_argument("--forks", action="store_true", help="also everything that was made from it")
        parser.add_argument("--copies", action="store_true", help="also every other link to the same text")
        parser.add_argument("--no-block", action="store_true", help="let the text be stored again")

    def handle(self, *args: Any, **options: Any) -> None:
        scenario = linked(options["link"])
        with transaction.atomic():
            hold_blocked_texts(to_take_down=True)
            condemned = {scenario.pk: fingerprint(scenario.text)}
            if options["forks"]:
                condemned |= {fork.pk: fingerprint(fork.text) for fork in forks_of(scenario)}
            marks = set(condemned.values())
            if not options["no_block"]:
                for mark in sorted(marks):
                    BlockedText.objects.get_or_create(fingerprint=mark, defaults={"reason": options["reason"][:200]})
            for scenario_id in condemned:
                delete_link(scenario_id)
        copies = []
        if options["copies"]:
            # After the block, so that no copy is made behind our back; and outside, because reading all texts takes its time.
            copies = [other.pk for other in Scenario.objects.iterator(chunk_size=100) if fingerprint(other.text) in marks]
            for scenario_id in copies:
                delete_link(scenario_id)
        for scenario_id in (*condemned, *copies):
            self.stdout.write(f"{scenario_id} is deleted")
        if not options["no_block"]:
            for mark in sorted(marks):
                self.stdout.write(f"{mark} is blocked")


def forks_of(scenario: Scenario) -> Iterator[Scenario]:
    """And theirs: who presses Run again and again makes a thousand generations in half an hour."""
    waiting = [scenario.pk]
    while waiting:
        for fork in Scenario.objects.filter(parent=waiting.pop()):
            waiting.append(fork.pk)
            yield fork
