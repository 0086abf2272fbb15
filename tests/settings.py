"""How is nodeviz set up for its tests? Like an installation, but static files need not be collected, and nothing is left behind.

TEST_DATABASE_URL: run them on PostgreSQL.
"""

import os
import tempfile

_folder = tempfile.TemporaryDirectory(prefix="nodeviz-tests-")

# What the developer has set for a real installation must not decide what the tests find.
for _name in (
    "ALLOWED_HOSTS",
    "CSRF_TRUSTED_ORIGINS",
    "DATABASE_URL",
    "DEBUG",
    "HSTS_PRELOAD",
    "HTTPS",
    "PSEUDO_LANGUAGE",
    "REDIS_URL",
    "SECRET_KEY",
    "WORKERS",
):
    os.environ.pop(_name, None)
os.environ["VAR_DIR"] = _folder.name
if "TEST_DATABASE_URL" in os.environ:
    os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]

from nodeviz.settings import *  # noqa: E402, F403

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
