"""What does the environment ask for? Variables read once, by `settings.py`; nonsense is refused in a sentence that names the variable and the value.

Pure: each function takes the mapping it reads.
"""

from __future__ import annotations

import difflib
import ipaddress
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit, urlunsplit

from django.core.exceptions import ImproperlyConfigured

Environment = Mapping[str, str]

YES = frozenset({"1", "true", "yes", "on"})
NO = frozenset({"0", "false", "no", "off"})

MIN_SECRET_CHARACTERS = 50
"""Django's own measure (security.W009)."""

SECRETS = ("SECRET_KEY", "DATABASE_URL", "DATABASE_PASSWORD", "REDIS_URL", "REDIS_PASSWORD", "METRICS_TOKEN")
"""May stand in a file that NAME_FILE names: a file is in no list of processes, no crash report and no `docker inspect`."""

VARIABLES = frozenset(
    """ABUSE_CONTACT ACCESS_LOG ALLOWED_HOSTS CSRF_TRUSTED_ORIGINS DATABASE_CONNECTIONS DEBUG FORWARDED_ALLOW_IPS HOST HSTS_PRELOAD HTTPS
    LOG_FORMAT LOG_LEVEL MAX_ROOMS MAX_ROOMS_EACH METRICS_ALLOW MIN_FREE_MB PORT PSEUDO_LANGUAGE PYTHON ROOM_HOURS STATIC_ROOT
    UNSHARED_DAYS VAR_DIR WORKERS WORKER_MEMORY_MIB""".split()  # noqa: SIM905
) | {name + suffix for name in SECRETS for suffix in ("", "_FILE")}
"""All that anything here reads. docs/operations.md has the same; a test compares the two, and both with the code."""

MIN_TOKEN_CHARACTERS = 16

MISSPELT = 0.87
"""So alike (difflib's ratio) are a name and its misspelling; no two names of VARIABLES are."""

HOST_NAME = re.compile(r"\.?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]*[a-z0-9])?", re.IGNORECASE)


def refuse(name: str, value: str, expected: str) -> ImproperlyConfigured:
    """The sentence for a value that means nothing."""
    return ImproperlyConfigured(f"The environment variable {name} is {value!r}; expected {expected}.")


def with_files(env: Environment) -> dict[str, str]:
    """The same, with what the files of `NAME_FILE` hold in the place of NAME. Raises ImproperlyConfigured; what a file holds is in no message."""
    found = dict(env)
    for name in SECRETS:
        path = env.get(f"{name}_FILE", "").strip()
        if not path:
            continue
        if env.get(name, "").strip():
            raise ImproperlyConfigured(f"The environment variables {name} and {name}_FILE are both set; expected one of them.")
        try:
            value = Path(path).read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is no text"
            raise ImproperlyConfigured(f"The file {path} of the environment variable {name}_FILE cannot be read: {why}.") from error
        if not value:
            raise ImproperlyConfigured(f"The file {path} of the environment variable {name}_FILE is empty.")
        found[name] = value
    return found


def misspellings(names: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Names that mean nothing here, each with the one of ours that was probably meant. Short ones are left alone: too many programs have a PORT."""
    ours = sorted(name for name in VARIABLES if len(name) > 6)
    found = []
    for name in sorted(set(names) - VARIABLES):
        if meant := difflib.get_close_matches(name.removeprefix("NODEVIZ_"), ours, n=1, cutoff=MISSPELT):
            found.append((name, meant[0]))
    return tuple(found)


def one_of(env: Environment, name: str, *, default: str, allowed: tuple[str, ...]) -> str:
    """A word from a short list."""
    value = env.get(name, "").strip().lower() or default
    if value not in allowed:
        raise refuse(name, env[name], " or ".join(allowed))
    return value


def networks(env: Environment, name: str, *, default: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """Addresses and networks, separated by commas or blanks."""
    found = []
    for part in re.split(r"[\s,]+", env.get(name, "").strip() or default):
        try:
            found.append(ipaddress.ip_network(part))
        except ValueError:
            raise refuse(name, part, "addresses or networks such as 10.0.0.0/8 separated by commas") from None
    return found


def token(env: Environment, name: str) -> str:
    """A password for scripts; empty where nobody gave one. Its value is in no message."""
    value = env.get(name, "").strip()
    if value and (len(value) < MIN_TOKEN_CHARACTERS or not value.isascii() or not value.isprintable()):
        raise ImproperlyConfigured(f"The environment variable {name} is too weak; expected at least {MIN_TOKEN_CHARACTERS} printable ASCII characters.")
    return value


def contact(env: Environment, name: str) -> str:
    """Where people can turn to, as an address for a link; empty where nobody said."""
    value = env.get(name, "").strip()
    if not value:
        return ""
    if re.fullmatch(r"[^@\s<>\"?&]+@[^@\s<>\"?&]+\.[^@\s<>\"?&]+", value):
        return f"mailto:{value}"
    if urlsplit(value).scheme == "https" and urlsplit(value).netloc:
        return value
    raise refuse(name, value, "an e-mail address, or an address that begins with https://")


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
    if not (value.isascii() and value.isdigit() and len(value) < 20 and least <= int(value) <= most):
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
    complete = bool(parts.path) if parts.scheme == "unix" else bool(parts.hostname) and _has_port_or_none(parts)
    if parts.scheme not in ("redis", "rediss", "unix") or not complete:
        raise refuse("REDIS_URL", _without_password(value), "redis://host:6379/0, rediss://host:6379/0 or unix:///path/to/redis.sock")
    password = env.get("REDIS_PASSWORD", "")
    if password and parts.password is None:
        user, _, host = parts.netloc.rpartition("@")
        return urlunsplit(parts._replace(netloc=f"{user.removesuffix(':')}:{quote(password, safe='')}@{host}"))
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
        "ENGINE": "nodeviz.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or "") or env.get("DATABASE_PASSWORD", ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": _port_of(value),
        "OPTIONS": {
            "connect_timeout": "5",
            **dict(parse_qsl(parts.query)),
            "connections": whole_number(env, "DATABASE_CONNECTIONS", default=20, least=1, most=1_000),
        },
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


def _has_port_or_none(parts: SplitResult) -> bool:
    try:
        return parts.port != 0
    except ValueError:
        return False


def _without_password(url: str) -> str:
    """Also of one that holds an @, and of one that is an option."""
    without_options = re.sub(r"\?.*", "?***", url)
    return re.sub(r"(://[^:/@]*):.*@", r"\1:***@", without_options)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return ":" not in host or host.startswith("[")
