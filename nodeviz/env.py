"""What does the environment ask for? Variables read once, by `settings.py`; nonsense is refused in a sentence that names the variable and the value.

Pure: each function takes the mapping it reads.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

Environment = Mapping[str, str]

YES = frozenset({"1", "true", "yes", "on"})
NO = frozenset({"0", "false", "no", "off"})

MIN_SECRET_CHARACTERS = 50
"""Django's own measure (security.W009)."""

HOST_NAME = re.compile(r"\.?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]*[a-z0-9])?", re.IGNORECASE)


def refuse(name: str, value: str, expected: str) -> ImproperlyConfigured:
    """The sentence for a value that means nothing."""
    return ImproperlyConfigured(f"The environment variable {name} is {value!r}; expected {expected}.")


def flag(env: Environment, name: str, *, default: bool) -> bool:
    """Yes or no; unset or empty means the default."""
    value = env.get(name, "").strip()
    if not value:
        return default
    if value.lower() in YES:
        return True
    if value.lower() in NO:
        return False
    raise refuse(name, value, "true or false")


def whole_number(env: Environment, name: str, *, default: int, least: int, most: int) -> int:
    """A decimal number within its limits."""
    value = env.get(name, "").strip()
    if not value:
        return default
    if not (value.isascii() and value.isdigit() and least <= int(value) <= most):
        raise refuse(name, value, f"a whole number from {least} to {most}")
    return int(value)


def port(env: Environment) -> int:
    """Where the web server listens."""
    return whole_number(env, "PORT", default=8000, least=1, most=65535)


def secret_key(env: Environment) -> str | None:
    """None where nobody gave one. Its value is in no message."""
    value = env.get("SECRET_KEY", "")
    if not value:
        return None
    if len(value) < MIN_SECRET_CHARACTERS or len(set(value)) < 5:
        raise ImproperlyConfigured(f"The environment variable SECRET_KEY is too weak; expected at least {MIN_SECRET_CHARACTERS} random characters.")
    return value


def hosts(env: Environment, name: str) -> list[str]:
    """Host names without a port, separated by commas; `.example.org` means every name below it too."""
    found = [part.strip() for part in env.get(name, "").split(",") if part.strip()]
    for host in found:
        if not (HOST_NAME.fullmatch(host) or _is_address(host)):
            raise refuse(name, host, "host names or addresses separated by commas, without scheme, port or path")
    return found


def origins(env: Environment, name: str) -> list[str]:
    """`https://example.org`, separated by commas."""
    found = [part.strip() for part in env.get(name, "").split(",") if part.strip()]
    for origin in found:
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.path or parts.query or parts.fragment:
            raise refuse(name, origin, "origins such as https://example.org separated by commas")
    return found


def redis_url(env: Environment) -> str | None:
    """None where nobody gave one."""
    value = env.get("REDIS_URL", "").strip()
    if not value:
        return None
    parts = urlsplit(value)
    complete = bool(parts.path) if parts.scheme == "unix" else bool(parts.hostname)
    if parts.scheme not in ("redis", "rediss", "unix") or not complete:
        raise refuse("REDIS_URL", _without_password(value), "redis://host:6379/0, rediss://host:6379/0 or unix:///path/to/redis.sock")
    return value


def celery_url(url: str) -> str:
    """The same Redis in the words of Celery's transport."""
    if url.startswith("unix://"):
        return "redis+socket://" + url.removeprefix("unix://").replace("?db=", "?virtual_host=")
    if url.startswith("rediss://") and "ssl_cert_reqs" not in url:
        return url + ("&" if "?" in url else "?") + "ssl_cert_reqs=required"
    return url


def database(env: Environment, *, default_path: str) -> dict[str, Any]:
    """Django's description of the database: PostgreSQL by DATABASE_URL, else SQLite in a file."""
    value = env.get("DATABASE_URL", "").strip()
    if not value:
        return _sqlite(default_path)
    parts = urlsplit(value)
    name = unquote(parts.path.removeprefix("/"))
    if parts.scheme == "sqlite" and name and not parts.netloc:
        return _sqlite(name)
    if parts.scheme not in ("postgres", "postgresql") or not name:
        raise refuse("DATABASE_URL", _without_password(value), "postgres://user:password@host:5432/name or sqlite:////path/to/file")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": _port_of(value),
        "OPTIONS": {"connect_timeout": "5", **dict(parse_qsl(parts.query))},
    }


def _sqlite(path: str) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            # Readers go on while the worker writes; NORMAL is safe against a crash of the program in this mode.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
            # A transaction that begins by reading cannot wait for the lock later; this one waits at its beginning.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
        },
    }


def _port_of(url: str) -> str:
    try:
        number = urlsplit(url).port
    except ValueError:
        raise refuse("DATABASE_URL", _without_password(url), "a port from 1 to 65535 behind the host") from None
    return str(number) if number else ""


def _without_password(url: str) -> str:
    return re.sub(r"(://[^:/@]*):[^@]*@", r"\1:***@", url)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return ":" not in host or host.startswith("[")
