"""Where do secrets and sockets lie, and who may read them?"""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from nodeviz.places import MAX_SOCKET_PATH_BYTES, kept_secret, private_folder, redis_socket


def mode(path: Path) -> int:
    """Its permissions."""
    return stat.S_IMODE(path.stat().st_mode)


def test_a_private_folder_is_for_this_user_alone(tmp_path):
    folder = tmp_path / "var" / "redis"
    folder.mkdir(parents=True, mode=0o755)

    private_folder(folder)

    assert mode(folder) == 0o700


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "var").write_text("a file")

    with pytest.raises(ImproperlyConfigured, match=r"var/redis cannot be made or used: Not a directory"):
        private_folder(tmp_path / "var" / "redis")


def test_the_secret_is_kept_and_nobody_else_reads_it(tmp_path):
    first = kept_secret(tmp_path / "secret_key")

    assert (kept_secret(tmp_path / "secret_key"), mode(tmp_path / "secret_key"), len(first) >= 50) == (first, 0o600, True)


def test_processes_that_come_at_once_agree_on_the_secret(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: kept_secret(tmp_path / "secret_key"), range(8)))

    assert len(found) == 1


def test_the_socket_lies_in_var():
    assert redis_socket(Path("/srv/nodeviz/var")) == Path("/srv/nodeviz/var/redis/redis.sock")


def test_a_checkout_in_a_deep_folder_has_its_socket_elsewhere():
    deep, other = Path("/srv", "x" * 120, "var"), Path("/srv", "y" * 120, "var")

    sockets = {redis_socket(deep), redis_socket(deep), redis_socket(other)}

    assert [len(str(path)) <= MAX_SOCKET_PATH_BYTES for path in sockets] == [True, True]
