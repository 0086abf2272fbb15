"""Which languages can a reader choose? English, and whatever has been put into `locale/` (CONTRIBUTING.md says how)."""

from __future__ import annotations

from pathlib import Path

from django.conf.locale import LANG_INFO

ENGLISH = ("en", "English")


def installed(folder: Path) -> list[tuple[str, str]]:
    """(code, name in the language itself) of every translation in `folder`, a folder each as gettext names them (`de`, `pt_BR`); English first."""
    codes = sorted(path.parent.name.replace("_", "-").lower() for path in folder.glob("*/LC_MESSAGES"))
    return [ENGLISH, *((code, LANG_INFO.get(code, {}).get("name_local", code)) for code in codes if code != "en")]
