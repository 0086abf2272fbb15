"""How is nodeviz set up? Everything that may differ between two installations comes from the environment; docs/operations.md lists the variables."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from kombu import Queue

from nodeviz import env
from nodeviz.languages import installed
from nodeviz.logs import everything_as_objects
from nodeviz.places import BASE_DIR, kept_secret, private_folder, redis_socket

ENV = env.with_files(os.environ)

VAR_DIR = private_folder(Path(ENV.get("VAR_DIR") or BASE_DIR / "var").resolve())

# -- security ----------------------------------------------------------------------------------------------------------------------

DEBUG = env.flag(ENV, "DEBUG", default=False)

# Behind a proxy that ends TLS and says so in X-Forwarded-Proto. Decides everything that must not hold for http://localhost.
HTTPS = env.flag(ENV, "HTTPS", default=False)

if HTTPS and not (ENV.get("SECRET_KEY") and ENV.get("ALLOWED_HOSTS")):
    raise ImproperlyConfigured("HTTPS is on, so the environment variables SECRET_KEY and ALLOWED_HOSTS must be set.")

# Browsers' own list of names that are never asked without TLS. It takes a year and includeSubDomains, as they are below, and leaving it takes months.
HSTS_PRELOAD = env.flag(ENV, "HSTS_PRELOAD", default=False)

if HSTS_PRELOAD and not HTTPS:
    raise ImproperlyConfigured("HSTS_PRELOAD is on, so the environment variable HTTPS must be true.")

SECRET_KEY = env.secret_key(ENV) or kept_secret(VAR_DIR / "secret_key")
ALLOWED_HOSTS = env.hosts(ENV, "ALLOWED_HOSTS") or ["localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = env.origins(ENV, "CSRF_TRUSTED_ORIGINS")

SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HSTS_PRELOAD
# Django would have every site on that list; whether it shall be there is the operator's decision.
SILENCED_SYSTEM_CHECKS = [] if HSTS_PRELOAD else ["security.W021"]
SECURE_REFERRER_POLICY = "same-origin"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SAMESITE = "Strict"
X_FRAME_OPTIONS = "DENY"

# As much as the views read of a request (nodeviz/scenarios/bounds.py), so that they can answer in their own words.
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 << 20
# A larger body would lie in a temporary file while it is read, and what is only tried (nodeviz/runs/tries.py) may reach no disk.
FILE_UPLOAD_MAX_MEMORY_SIZE = DATA_UPLOAD_MAX_MEMORY_SIZE
DATA_UPLOAD_MAX_NUMBER_FIELDS = 50

# -- the application ---------------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.staticfiles",
    "channels",
    "nodeviz.scenarios",
    "nodeviz.runs",
    "nodeviz.classroom",
    "nodeviz.api",
    "nodeviz.supervisor",
]

MIDDLEWARE = [
    "nodeviz.health.HealthMiddleware",
    "nodeviz.metrics_page.MetricsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "nodeviz.security.ContentSecurityPolicyMiddleware",
    "nodeviz.static_files.StaticFilesMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "nodeviz.reader_language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "nodeviz.database_away.DatabaseAwayMiddleware",
]

ROOT_URLCONF = "nodeviz.urls"
ASGI_APPLICATION = "nodeviz.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request", "nodeviz.reader_language.context"]},
    },
]

USE_TZ = True
TIME_ZONE = "UTC"

# -- languages ---------------------------------------------------------------------------------------------------------------------

USE_I18N = True
LANGUAGE_CODE = "en"
LOCALE_PATHS = [BASE_DIR / "locale"]
# A translation is offered as soon as its folder is there.
LANGUAGES = installed(LOCALE_PATHS[0])
# For translators and tests: every text that can be translated stands in brackets (nodeviz/pseudo_language.py).
PSEUDO_LANGUAGE = env.flag(ENV, "PSEUDO_LANGUAGE", default=False)

# -- data --------------------------------------------------------------------------------------------------------------------------

DATABASES = {"default": env.database(ENV, default_path=str(VAR_DIR / "nodeviz.sqlite3"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.redis_url(ENV) or f"unix://{redis_socket(VAR_DIR)}"

# A link that nobody shared or opened for so long is deleted with everything it led to.
UNSHARED_DAYS = env.whole_number(ENV, "UNSHARED_DAYS", default=30, least=1, most=36_500)

# A room of a class dies so long after its last command. At most a week: who prepares one on Friday teaches on Monday.
ROOM_HOURS = env.whole_number(ENV, "ROOM_HOURS", default=24, least=1, most=168)
# Of one address: a school behind one has a class for each of its rooms, and nobody keeps the others out.
MAX_ROOMS_EACH = env.whole_number(ENV, "MAX_ROOMS_EACH", default=25, least=1, most=10_000)
MAX_ROOMS = env.whole_number(ENV, "MAX_ROOMS", default=100, least=1, most=10_000)

# -- static files ------------------------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = Path(ENV.get("STATIC_ROOT") or VAR_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "nodeviz.static_files.HashedModulesStorage"},
}
WHITENOISE_ALLOW_ALL_ORIGINS = False
# Nobody asks for the others, and compressing a file twice takes twice as long.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# -- the worker --------------------------------------------------------------------------------------------------------------------

CELERY_BROKER_URL = env.celery_url(REDIS_URL)
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # A message that was not acknowledged for so long goes to another worker. Longer than the longest task, otherwise it would run twice.
    "visibility_timeout": 600,
    # Look for such messages every 10 s; the default is every 100 s.
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    # Named, because redis-py's defaults differ between its releases.
    "socket_timeout": 10,
    "socket_connect_timeout": 5,
    # A network that swallows everything is noticed after 25 s of silence, also by a worker that only waits.
    "socket_keepalive": True,
    "socket_keepalive_options": {socket.TCP_KEEPIDLE: 10, socket.TCP_KEEPINTVL: 5, socket.TCP_KEEPCNT: 3} if sys.platform == "linux" else {},
    "max_connections": 100,
    "global_keyprefix": "nodeviz:celery:",
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None

# A try, for which somebody waits with a finger on a slider, does not wait behind all the runs: a worker takes from the two in turn.
CELERY_TASK_QUEUES = [Queue("celery"), Queue("tries")]
CELERY_TASK_ROUTES = {"nodeviz.runs.tasks.simulate_try": {"queue": "tries"}}

# Only numbers travel, never code.
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_RESULT_SERIALIZER = "json"
CELERY_TASK_IGNORE_RESULT = True

# A message is done with when its task is, so a worker that dies loses none.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# What `--pool prefork` means then.
CELERY_WORKER_POOL = "nodeviz.prefork:TaskPool"

# The task ends itself earlier (nodeviz/runs/tasks.py); this is for one that hangs.
CELERY_TASK_TIME_LIMIT = 150
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
# Nobody commands workers from outside.
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_CONCURRENCY = env.whole_number(ENV, "WORKERS", default=min(4, os.cpu_count() or 1), least=1, most=64)
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# What one process of the pool may ever hold (nodeviz/celery.py); one that grew beyond half of it is replaced behind its task.
WORKER_MEMORY_MIB = env.whole_number(os.environ, "WORKER_MEMORY_MIB", default=2048, least=256, most=1_048_576)
CELERY_WORKER_MAX_MEMORY_PER_CHILD = WORKER_MEMORY_MIB * 1024 // 2

# -- for who looks after it --------------------------------------------------------------------------------------------------------

# `plain` for a person who watches, `json` for a machine that collects: an object a line (nodeviz/logs.py).
LOG_FORMAT = env.one_of(ENV, "LOG_FORMAT", default="plain", allowed=("plain", "json"))
LOG_LEVEL = env.one_of(ENV, "LOG_LEVEL", default="info", allowed=("debug", "info", "warning", "error")).upper()
# A line for each request. Off, because it costs time, and because a proxy writes one, too.
ACCESS_LOG = env.flag(ENV, "ACCESS_LOG", default=False)

# Who may read /metrics: who asks from there without a proxy between, or has the token.
METRICS_ALLOW = env.networks(ENV, "METRICS_ALLOW", default="127.0.0.0/8, ::1")
METRICS_TOKEN = env.token(ENV, "METRICS_TOKEN")

# /readyz says no before the disk of a SQLite database is full.
MIN_FREE_MB = env.whole_number(ENV, "MIN_FREE_MB", default=100, least=0, most=1_000_000)

# Whom people tell about a run that should not be there.
ABUSE_CONTACT = env.contact(ENV, "ABUSE_CONTACT")

if LOG_FORMAT == "json":
    everything_as_objects()

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"()": "nodeviz.logs.PlainLines"}, "json": {"()": "nodeviz.logs.JsonLines"}},
    "filters": {"one_line": {"()": "nodeviz.logs.OneLine"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        # Django and uvicorn would add handlers of their own.
        "django": {"level": LOG_LEVEL, "propagate": True, "handlers": []},
        # Whole queries, with the texts in them.
        "django.db.backends": {"level": "INFO"},
        "uvicorn": {"level": "WARNING", "propagate": True, "handlers": []},
        "django.security.DisallowedHost": {"filters": ["one_line"]},
    },
}
