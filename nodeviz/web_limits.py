"""How much may one connection send, how slowly may it send or read, and how much memory may one computation take?

What a proxy in front does better is in SECURITY.md; these hold without one, too.
"""

from __future__ import annotations

MAX_BODY_BYTES = 8 << 20
"""Of a request. Wider than what a scenario may be, so that the answer can show the text again; what is announced as more is not read at all."""

MAX_HEAD_BYTES = 32 << 10
"""The address and all headers. Browsers send 2 KiB; cookies of other pages on this host may come along."""

MAX_DISCARDED_BYTES = 64 << 20
"""Of a body that is too large: read and thrown away, so that the browser hears the answer and not a broken connection. Then it is broken all the same."""

HEAD_WITHIN_S = 15.0
"""From the connection, or from a request's first byte, to the end of its headers."""

BODY_WITHIN_S = 60.0
"""From the end of the headers to the end of the body: 8 MiB at 140 KiB/s."""

READ_WITHIN_S = 30.0
"""A reader who takes nothing of an answer for so long is left. The same for sockets (`runs/consumers.py`)."""

LAST_REQUEST_WITHIN_S = 0.3
"""On a connection that was made a moment before its server ended."""
