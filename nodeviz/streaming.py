"""How is an answer sent a piece at a time? Compressed as one gzip file, of which everything that was sent so far can be read; and without a thread.

Django's own middleware makes each piece a gzip file of its own; browsers read the first and leave the rest, without a word. And the thread that ran the view is
kept, with its connection to the database, until the last piece is sent: three hundred who follow a run would hold three hundred of each.
"""

from __future__ import annotations

import contextlib
import re
import zlib
from collections.abc import AsyncGenerator, AsyncIterator

from asgiref.sync import SyncToAsync, sync_to_async
from django.db import connections
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.cache import patch_vary_headers

ACCEPTS_GZIP = re.compile(r"\bgzip\b")
GZIP_WINDOW = 31
"""zlib's largest window, with gzip's header around it."""
COMPRESSION = 1
"""zlib's fastest: records shrink tenfold, and a better ratio would cost more than the simulation."""


def streamed(request: HttpRequest, pieces: AsyncGenerator[str], *, content_type: str) -> StreamingHttpResponse:
    """Each piece at once, compressed for who accepts that."""
    is_packed = bool(ACCEPTS_GZIP.search(request.headers.get("Accept-Encoding", "")))
    response = StreamingHttpResponse(_packed(pieces) if is_packed else _plain(pieces), content_type=content_type)
    if is_packed:
        # Named here, so that the middleware leaves it alone.
        response["Content-Encoding"] = "gzip"
    patch_vary_headers(response, ("Accept-Encoding",))
    return response


async def give_back_thread() -> None:
    """End the thread that ran the view of this request. Whatever needs one later in the answer gets a new one."""
    context = SyncToAsync.thread_sensitive_context.get(None)
    executor = SyncToAsync.context_to_thread_executor.get(context) if context else None
    if context and executor:
        await sync_to_async(connections.close_all)()
        SyncToAsync.context_to_thread_executor.pop(context, None)
        executor.shutdown(wait=False)


async def _plain(pieces: AsyncGenerator[str]) -> AsyncIterator[bytes]:
    await give_back_thread()
    async with contextlib.aclosing(pieces):
        async for piece in pieces:
            yield piece.encode()


async def _packed(pieces: AsyncGenerator[str]) -> AsyncIterator[bytes]:
    await give_back_thread()
    packer = zlib.compressobj(COMPRESSION, zlib.DEFLATED, GZIP_WINDOW)
    async with contextlib.aclosing(pieces):
        async for piece in pieces:
            yield packer.compress(piece.encode()) + packer.flush(zlib.Z_SYNC_FLUSH)
    yield packer.flush()
