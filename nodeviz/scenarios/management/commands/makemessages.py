"""Which texts are there to translate? Django's command for both domains, with the calls of static/js/text/translate.js and the simulator's explanations."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.commands import makemessages

import simulator

CALLS = ("--keyword=t", "--keyword=tn:1,2", "--keyword=later")

NOT_OURS = ("node_modules", "static/vendor", "frontend", "tests", "benchmarks", "simulator", "docs", "var", "venv", ".venv")

EXPLANATIONS = "explanations_of_the_simulator.py"
"""Made for the time of the command: the simulator itself knows no languages."""


class Command(makemessages.Command):
    help = "Writes what is to be translated into locale/, for the pages (django.po) and for their scripts (djangojs.po)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Once for each domain."""
        options["ignore_patterns"] = [*options["ignore_patterns"], *NOT_OURS]
        Path(settings.LOCALE_PATHS[0]).mkdir(exist_ok=True)
        explanations = Path(EXPLANATIONS)
        explanations.write_text("".join(f"gettext({text!r})\n" for text in texts_of_explanations()), encoding="utf-8")
        try:
            super().handle(*args, **options | {"domain": "django"})
        finally:
            explanations.unlink()
        self.xgettext_options = [*makemessages.Command.xgettext_options, *CALLS]
        super().handle(*args, **options | {"domain": "djangojs", "extensions": []})


def texts_of_explanations() -> Iterable[str]:
    """Each once."""
    found = simulator.EXPLANATIONS.values()
    return sorted({text for explanation in found for text in (explanation.says, explanation.change) if text})
