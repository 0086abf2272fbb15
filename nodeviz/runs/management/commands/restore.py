"""How does a backup come back? It is read to its end first; then what is not there yet is stored. Nothing is overwritten."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from nodeviz.runs.backup import FORMAT, NotABackup, read
from nodeviz.runs.restoring import Restorer


class Command(BaseCommand):
    help = "Stores what a backup has and this installation has not."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="what `manage.py backup` wrote")
        parser.add_argument("--check", action="store_true", help="only look whether the file is whole")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["file"])
        try:
            counts = self.checked(path)
            if options["check"]:
                self.stdout.write(f"whole: {counts}")
                return
            restorer = Restorer()
            with path.open("rb") as file:
                restorer.take(read(file))
        except NotABackup as error:
            raise CommandError(f"{path}: {error}") from error
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}") from error
        done = restorer.counts
        self.stdout.write(f"{done['links']} links and {done['runs']} runs are restored; {done['already there']} were there, {done['taken down']} are blocked")
        if restorer.conflicts:
            raise CommandError(f"left as they are here, with another text than in the backup: {' '.join(restorer.conflicts)}")

    def checked(self, path: Path) -> str:
        """The head of a whole backup, in words. Raises NotABackup and OSError."""
        head: dict[str, Any] = {}
        with path.open("rb") as file:
            for kind, values in read(file):
                if kind == FORMAT:
                    head = values
        return f"made {head['made']} under simulator {head['simulator']}, {head['links']} links, {'with' if head['runs'] else 'without'} runs"
