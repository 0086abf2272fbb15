"""How are static files collected for tests that want them soon? As for an installation, but scripts are not compressed, which takes nearly all of the time."""

from nodeviz.settings import *  # noqa: F403

WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("js", "json", "png", "svg", "woff2")
