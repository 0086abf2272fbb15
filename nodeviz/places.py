"""Where does nodeviz keep what it makes? The database, the secret and Redis' socket, under `var/` of the checkout."""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent

MAX_SOCKET_PATH_BYTES = 100
"""The kernel's limit for the path of a unix socket is 108 on Linux and 104 on macOS."""


def private_folder(path: Path) -> Path:
    """Made if it is not there, for this user alone. Raises ImproperlyConfigured if it belongs to somebody else."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.stat().st_uid != os.getuid():
            raise ImproperlyConfigured(f"{path} belongs to another user.")
        path.chmod(0o700)
    except OSError as error:
        raise ImproperlyConfigured(f"{path} cannot be made or used: {error.strerror}.") from error
    return path


def redis_socket(var: Path) -> Path:
    """Of the embedded Redis. In the temporary folder, under a name that `var` decides, where the path would be too long for a socket."""
    path = var / "redis" / "redis.sock"
    if len(os.fsencode(path)) <= MAX_SOCKET_PATH_BYTES:
        return path
    name = hashlib.sha256(os.fsencode(var)).hexdigest()[:12]
    return Path(tempfile.gettempdir(), f"nodeviz-{os.getuid()}-{name}", "redis.sock")


def kept_secret(path: Path) -> str:
    """The secret in this file, made at the first call. Two processes that come at once agree on it."""
    if not path.exists():
        # Made with mode 600.
        number, draft = tempfile.mkstemp(prefix=path.name, dir=path.parent)
        with os.fdopen(number, "w") as file:
            file.write(secrets.token_urlsafe(50))
        try:
            os.link(draft, path)  # Fails where another process was first.
        except FileExistsError:
            pass
        finally:
            os.unlink(draft)
    return path.read_text().strip()
