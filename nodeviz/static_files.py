"""How are static files served? Under names that carry a hash of their content, so that browsers may keep them for ever."""

from __future__ import annotations

import subprocess
from typing import Any

import brotli
from django.conf import settings
from django.core.files.base import ContentFile, File
from django.http import HttpRequest, HttpResponse
from whitenoise.compress import Compressor
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

VENDOR = "vendor/"
"""What others wrote comes minified."""


LARGEST_BLOCK = 22
"""Of brotli's input, as a power of two: one block for Plotly, which saves 2.8 kB of its 329."""


class DenseCompressor(Compressor):
    """As small as brotli makes it: compressed once, travelling often."""

    @staticmethod
    def compress_brotli(data: bytes) -> bytes:
        """In blocks as large as they can be of use."""
        packed: bytes = brotli.compress(data, lgblock=LARGEST_BLOCK)
        return packed


class HashedModulesStorage(CompressedManifestStaticFilesStorage):
    """Also leaves comments and white space out of our style sheets, and rewrites the imports inside ES modules.

    Otherwise a part that two scripts name would be loaded under two addresses, and exist twice.
    """

    support_js_module_import_aggregation = True

    max_post_process_passes = 20
    """Each pass settles the names one level further up the imports; Django's own 5 are fewer than our modules have."""

    def create_compressor(self, **kwargs: Any) -> Compressor:
        """What makes the compressed copy beside each file."""
        return DenseCompressor(**kwargs)

    def _save(self, name: str, content: File) -> str:
        return super()._save(name, minified(name, content))


def minified(name: str, content: File) -> File:
    """A style sheet of ours as it travels; anything else as it is (scripts come from the bundler), and everything where the bundler was not installed."""
    bundler = next((settings.BASE_DIR / "node_modules" / "@esbuild").glob("*/bin/esbuild"), None)
    if bundler is None or not name.endswith(".css") or name.startswith(VENDOR):
        return content
    content.seek(0)
    command = [bundler, "--loader=css", "--minify", "--charset=utf8", "--log-level=error"]
    return ContentFile(subprocess.run(command, input=content.read(), stdout=subprocess.PIPE, check=True).stdout)


class StaticFilesMiddleware(WhiteNoiseMiddleware):
    """Answers in one piece: a response that streams a file cannot be sent by an asynchronous server without a thread for each block."""

    @staticmethod
    def serve(static_file: StaticFile, request: HttpRequest) -> HttpResponse:
        """The file, compressed as the browser likes it, or 304, or the range that was asked for."""
        found = static_file.get_response(request.method, request.META)
        content = b""
        if found.file is not None:
            with found.file as file:
                content = file.read()
        response = HttpResponse(content, status=int(found.status))
        del response["Content-Type"]
        for name, value in found.headers:
            response[name] = value
        return response
