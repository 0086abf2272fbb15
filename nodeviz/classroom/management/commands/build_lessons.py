"""Make what browsers load of the lessons. Called at set-up (`bootstrap.sh`) and when the image is built."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from nodeviz.classroom.lesson_pack import build
from nodeviz.classroom.lessons import LESSONS, PACKS


class Command(BaseCommand):
    help = "Writes static/vendor/lessons/NAME.json for each lesson that has changed, and lists every problem of those that are refused."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """From where, and where to."""
        parser.add_argument("--lessons", type=Path, default=LESSONS, metavar="FOLDER")
        parser.add_argument("--packs", type=Path, default=PACKS, metavar="FOLDER")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError if a lesson is refused; the others are there all the same."""
        written, refused = build(options["lessons"], options["packs"], settings.BASE_DIR)
        if written:
            self.stdout.write(f"Computed the lessons {', '.join(written)}")
        for error in refused:
            for problem in error.problems:
                self.stderr.write(str(problem))
        if refused:
            raise CommandError("some lessons are refused and will not be listed" if len(refused) > 1 else "a lesson is refused and will not be listed")
