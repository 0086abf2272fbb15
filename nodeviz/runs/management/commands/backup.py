"""How is everything that people shared put into one file? While nodeviz runs, as it is at one moment, from SQLite and PostgreSQL alike."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from nodeviz.runs.backup import write


class Command(BaseCommand):
    help = "Writes every shared link, and with --runs what was computed, into one file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="a file that is not there yet, or - for the output")
        parser.add_argument("--runs", action="store_true", help="also finished runs with their traces")
        parser.add_argument("--all", action="store_true", help="also links that nobody shared")

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = {"everything": options["all"], "with_runs": options["runs"]}
        if options["file"] == "-":
            write(sys.stdout.buffer, **chosen)
            return
        target = Path(options["file"])
        if target.exists():
            raise CommandError(f"{target} is there already, and a backup overwrites nothing")
        try:
            # Whole or not at all, and for this user alone: it has the texts of others.
            with tempfile.NamedTemporaryFile(prefix=f".{target.name}.", dir=target.parent, delete=False) as file:
                try:
                    counts = write(file, **chosen)
                    file.flush()
                    os.fsync(file.fileno())
                    os.link(file.name, target)
                finally:
                    os.unlink(file.name)
        except OSError as error:
            raise CommandError(f"{target} cannot be written: {error.strerror}") from error
        self.stdout.write(f"{counts['scenario']} links, {counts['run']} runs, {counts['blocked']} blocked texts: {target}, {target.stat().st_size} bytes")
