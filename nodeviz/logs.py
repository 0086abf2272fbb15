"""How much does the log say of what is nobody's fault?"""

from __future__ import annotations

import logging


class OneLine(logging.Filter):
    """Takes the traceback away: the message says it all, and whoever scans the network would fill the log."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Every record passes."""
        record.exc_info = record.exc_text = None
        return True
