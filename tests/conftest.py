"""What do all tests share? The material beside the checkout, a real Redis, a browser; and the rule that CI leaves nothing out."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from hypothesis import HealthCheck, settings

from tests import surroundings

settings.register_profile("ordinary", max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("long", settings.get_profile("ordinary"), max_examples=200)
settings.register_profile("explore", settings.get_profile("long"), max_examples=3000, derandomize=False)
settings.load_profile("ordinary")


def pytest_configure(config: pytest.Config) -> None:
    """`-m long` takes the tests over random examples as well, and more of these."""
    if config.option.markexpr == "long":
        config.option.markexpr = "long or hypothesis"
        settings.load_profile("long")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The shared material."""
    if not surroundings.SHARED.is_dir():
        surroundings.not_run("needs the shared material beside the checkout (or NODEVIZ_SHARED)")
    return surroundings.SHARED


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """A browser for Playwright."""
    found = surroundings.chromium()
    if found is None:
        surroundings.not_run("needs Chromium (apt install chromium)")
    return found


@pytest.fixture(scope="session")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """STATIC_ROOT of every installation: the first that starts collects and compresses the static files, which takes longer than all else that it does."""
    return tmp_path_factory.mktemp("static")


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A Redis of this test session alone, on a unix socket."""
    binary = surroundings.redis_binary()
    if binary is None:
        surroundings.not_run("needs redis-server (apt install redis-server)")
    # Not pytest's temporary folder: its path may be too long for a socket.
    with tempfile.TemporaryDirectory(prefix="nodeviz-redis-") as folder:
        socket = Path(folder, "redis.sock")
        arguments = (binary, "--port", "0", "--unixsocket", str(socket), "--dir", folder, "--save", "", "--loglevel", "warning")
        with subprocess.Popen(arguments, stdout=subprocess.DEVNULL) as process:
            url = f"unix://{socket}"
            try:
                wait_for_redis(url)
                yield url
            finally:
                process.terminate()


def wait_for_redis(url: str) -> None:
    """Raises redis.ConnectionError if it does not answer within 10 s."""
    deadline_s = time.monotonic() + 10
    with redis.Redis.from_url(url) as client:
        while True:
            try:
                client.ping()
            except redis.ConnectionError:
                if time.monotonic() > deadline_s:
                    raise
                time.sleep(0.01)
            else:
                return


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a skipped test is a failed run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if surroundings.IN_CI and reporter and reporter.stats.get("skipped") and session.exitstatus == pytest.ExitCode.OK:
        reporter.write_line("CI leaves nothing out: a skipped test is a failure here.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
