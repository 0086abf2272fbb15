"""Which texts may not be stored? Lists them, adds one by its fingerprint, or lets one in again."""

from __future__ import annotations

import re
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from nodeviz.scenarios.models import BlockedText


class Command(BaseCommand):
    help = "Lists the texts that may not be stored, by their fingerprints."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--add", metavar="FINGERPRINT", help="block this one")
        parser.add_argument("--reason", default="", help="kept with it")
        parser.add_argument("--remove", metavar="FINGERPRINT", help="let this one be stored again")

    def handle(self, *args: Any, **options: Any) -> None:
        if mark := options["add"]:
            if not re.fullmatch("[0-9a-f]{64}", mark):
                raise CommandError("a fingerprint is 64 characters, as `manage.py link` prints it")
            BlockedText.objects.get_or_create(fingerprint=mark, defaults={"reason": options["reason"][:200]})
        if options["remove"] and not BlockedText.objects.filter(pk=options["remove"]).delete()[0]:
            raise CommandError(f"{options['remove']} is not blocked")
        for text in BlockedText.objects.order_by("created"):
            self.stdout.write(f"{text.fingerprint}  {text.created:%Y-%m-%d}  {text.reason}".rstrip())
