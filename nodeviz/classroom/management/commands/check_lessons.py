"""Are all lessons true, and does none give its answers away?"""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from nodeviz.classroom.lesson_check import folders, played
from nodeviz.classroom.lesson_fields import Refused


class Command(BaseCommand):
    help = "Loads, simulates and checks lessons, and lists every problem. With names: only these."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which, and from where."""
        parser.add_argument("names", nargs="*", metavar="NAME", help="a folder of lessons/")
        parser.add_argument("--lessons", type=Path, default=settings.BASE_DIR / "lessons", metavar="FOLDER", help="where they are")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError with the number of problems."""
        found = [path for path in folders(options["lessons"]) if not options["names"] or path.name in options["names"]]
        missing = sorted(set(options["names"]) - {path.name for path in found})
        if missing:
            raise CommandError(f"there is no lesson {', '.join(missing)}")
        count = 0
        for folder in found:
            try:
                lesson = played(folder).lesson
            except Refused as error:
                count += len(error.problems)
                for problem in error.problems:
                    self.stderr.write(str(problem))
            else:
                self.stdout.write(f"{lesson.name}: {len(lesson.steps)} steps, {lesson.asked} questions, {lesson.minutes} minutes")
        if count:
            raise CommandError(f"{count} problems" if count > 1 else "1 problem")
