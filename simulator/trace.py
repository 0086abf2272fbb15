"""How is a record written? One JSON object a line, keys in a fixed order, nothing that depends on the machine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def encode(record: Mapping[str, Any]) -> str:
    """One line of the trace, without the newline."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
