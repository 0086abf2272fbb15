"""Which date is a moment? `date +form`, in UTC and English."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_LAST_S = 253_402_300_799
"""The end of the year 9999; dates begin with 1970."""
_FIELD = re.compile(r"%([-_0^:]?)([a-zA-Z%])")
_COMPOSED = {"F": "%Y-%m-%d", "T": "%H:%M:%S", "R": "%H:%M", "D": "%m/%d/%y", "x": "%m/%d/%y", "X": "%H:%M:%S", "r": "%I:%M:%S %p", "c": "%a %b %e %H:%M:%S %Y"}


def date_text(form: str, epoch_s: float) -> str:
    """`date +form`. Raises ValueError for a moment that has no date."""
    if not 0 <= epoch_s <= _LAST_S:
        raise ValueError("date out of range")
    fields = _fields(datetime.fromtimestamp(int(epoch_s), UTC), epoch_s)

    def put(found: re.Match[str]) -> str:
        modifier, letter = found.groups()
        if letter in _COMPOSED:
            return date_text(_COMPOSED[letter], epoch_s)
        text = fields.get(letter, found.group())
        return (text.lstrip("0") or "0") if modifier == "-" else text.upper() if modifier == "^" else text

    return _FIELD.sub(put, form)


def _fields(moment: datetime, epoch_s: float) -> dict[str, str]:
    """Every letter's text. `strftime` would ask the machine for its language."""
    iso = moment.isocalendar()
    day_of_year = moment.timetuple().tm_yday
    hour = moment.hour % 12 or 12
    half = "AM" if moment.hour < 12 else "PM"
    sunday_week = (day_of_year + 6 - iso.weekday % 7) // 7
    monday_week = (day_of_year + 6 - moment.weekday()) // 7
    month, weekday = _MONTHS[moment.month - 1], _DAYS[moment.weekday()]
    return {
        "a": weekday[:3], "A": weekday, "b": month[:3], "B": month, "h": month[:3], "C": f"{moment.year // 100:02d}", "d": f"{moment.day:02d}",
        "e": f"{moment.day:2d}", "G": str(iso.year), "H": f"{moment.hour:02d}", "I": f"{hour:02d}", "j": f"{day_of_year:03d}", "k": f"{moment.hour:2d}",
        "l": f"{hour:2d}", "m": f"{moment.month:02d}", "M": f"{moment.minute:02d}", "n": "\n", "N": f"{int(epoch_s % 1 * 1000) * 1_000_000:09d}", "p": half,
        "P": half.lower(), "s": str(int(epoch_s)), "S": f"{moment.second:02d}", "t": "\t", "u": str(iso.weekday), "U": f"{sunday_week:02d}",
        "V": f"{iso.week:02d}", "w": str(iso.weekday % 7), "W": f"{monday_week:02d}", "y": f"{moment.year % 100:02d}", "Y": str(moment.year), "z": "+0000",
        "Z": "UTC", "%": "%",
    }  # fmt: skip
