"""What do the environment variables mean, and which values are refused in a sentence?"""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from nodeviz import env

STRONG = "kq7Zr2Wn9XvB4mTs6Jh1Lc8Pd3Fg5Ay0Ue-RiOoNbVwQxEzMtK"


def read_database(environment):
    """Where nobody said which."""
    return env.database(environment, default_path="/var/default.sqlite3")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("true", True, id="true"),
        pytest.param("1", True, id="one"),
        pytest.param("On", True, id="in any case"),
        pytest.param("no", False, id="no"),
        pytest.param("", True, id="empty means the default"),
    ],
)
def test_a_flag(text, expected):
    assert env.flag({"DEBUG": text}, "DEBUG", default=True) is expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param("redis://:pw@host:6379/1", "redis://:pw@host:6379/1", id="the same over the network"),
        pytest.param("unix:///run/redis.sock", "redis+socket:///run/redis.sock", id="a socket has another scheme"),
        pytest.param("unix:///run/redis.sock?db=2", "redis+socket:///run/redis.sock?virtual_host=2", id="and another word for the database"),
        pytest.param("rediss://host/0", "rediss://host/0?ssl_cert_reqs=required", id="TLS checks the certificate"),
    ],
)
def test_a_redis_in_celerys_words(url, expected):
    assert env.celery_url(url) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param("", {"NAME": "/var/default.sqlite3"}, id="SQLite by default"),
        pytest.param("sqlite:////data/my.sqlite3", {"NAME": "/data/my.sqlite3"}, id="another file"),
        pytest.param(
            "postgres://me:a%40b@db:5433/pods?sslmode=require",
            {"NAME": "pods", "USER": "me", "PASSWORD": "a@b", "HOST": "db", "PORT": "5433", "OPTIONS": {"sslmode": "require", "connect_timeout": "5"}},
            id="PostgreSQL, with an escaped password and an option",
        ),
        pytest.param("postgresql:///pods", {"NAME": "pods", "HOST": "", "PORT": ""}, id="PostgreSQL by its socket"),
        pytest.param(
            "postgres:///pods?host=/run/postgresql", {"NAME": "pods", "OPTIONS": {"host": "/run/postgresql", "connect_timeout": "5"}}, id="in a folder"
        ),
    ],
)
def test_the_database(url, expected):
    described = read_database({"DATABASE_URL": url})

    assert described.items() >= expected.items()


@pytest.mark.parametrize(
    ("read", "environment", "sentence"),
    [
        pytest.param(lambda e: env.flag(e, "DEBUG", default=False), {"DEBUG": "maybe"}, "DEBUG is 'maybe'; expected true or false", id="a flag"),
        pytest.param(env.port, {"PORT": "80a"}, "PORT is '80a'; expected a whole number from 1 to 65535", id="a port that is no number"),
        pytest.param(env.port, {"PORT": "70000"}, "PORT is '70000'", id="a port that is too high"),
        pytest.param(env.secret_key, {"SECRET_KEY": "secret"}, "SECRET_KEY is too weak", id="a short secret"),
        pytest.param(env.secret_key, {"SECRET_KEY": "ab" * 40}, "SECRET_KEY is too weak", id="a monotonous secret"),
        pytest.param(lambda e: env.hosts(e, "X"), {"X": "https://example.org"}, "without scheme, port or path", id="a host with a scheme"),
        pytest.param(lambda e: env.hosts(e, "X"), {"X": "a.org,*"}, "X is '*'", id="every host"),
        pytest.param(lambda e: env.origins(e, "X"), {"X": "example.org"}, "origins such as https://example.org", id="an origin without a scheme"),
        pytest.param(lambda e: env.origins(e, "X"), {"X": "https://example.org/a"}, "origins such as https://example.org", id="an origin with a path"),
        pytest.param(env.redis_url, {"REDIS_URL": "localhost:6379"}, "expected redis://host:6379/0", id="a Redis without a scheme"),
        pytest.param(env.redis_url, {"REDIS_URL": "unix://"}, "unix:///path/to/redis.sock", id="a socket without a path"),
        pytest.param(read_database, {"DATABASE_URL": "mysql://db/pods"}, "expected postgres://user:password", id="another database"),
        pytest.param(read_database, {"DATABASE_URL": "postgres://db"}, "expected postgres://user:password", id="one without a name"),
        pytest.param(read_database, {"DATABASE_URL": "postgres://db:x/pods"}, "expected a port", id="a port that is a word"),
    ],
)
def test_nonsense_is_refused_in_a_sentence(read, environment, sentence):
    with pytest.raises(ImproperlyConfigured) as refused:
        read(environment)

    assert sentence in str(refused.value)


def test_a_refusal_does_not_repeat_the_password():
    with pytest.raises(ImproperlyConfigured) as refused:
        read_database({"DATABASE_URL": "mysql://me:hunter2@db/pods"})

    assert "hunter2" not in str(refused.value)


def test_a_strong_secret_is_taken():
    assert env.secret_key({"SECRET_KEY": STRONG}) == STRONG


@pytest.mark.parametrize("host", ["example.org", ".example.org", "localhost", "192.168.1.7", "[::1]", "my-laptop"])
def test_hosts_that_are_taken(host):
    assert env.hosts({"ALLOWED_HOSTS": f" {host} ,"}, "ALLOWED_HOSTS") == [host]
