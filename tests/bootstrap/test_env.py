"""What do the environment variables mean, and which values are refused in a sentence?"""

from __future__ import annotations

import re

import pytest
from django.core.exceptions import ImproperlyConfigured

from nodeviz import env
from tests.surroundings import CHECKOUT

STRONG = "kq7Zr2Wn9XvB4mTs6Jh1Lc8Pd3Fg5Ay0Ue-RiOoNbVwQxEzMtK"


BOUNDS = {"connect_timeout": "5", "connections": 20}


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
            {
                "NAME": "pods",
                "USER": "me",
                "PASSWORD": "a@b",
                "HOST": "db",
                "PORT": "5433",
                "OPTIONS": {"sslmode": "require", **BOUNDS},
            },
            id="PostgreSQL, with an escaped password and an option",
        ),
        pytest.param("postgresql:///pods", {"NAME": "pods", "HOST": "", "PORT": ""}, id="PostgreSQL by its socket"),
        pytest.param(
            "postgres:///pods?host=/run/postgresql",
            {"NAME": "pods", "OPTIONS": {"host": "/run/postgresql", **BOUNDS}},
            id="in a folder",
        ),
    ],
)
def test_the_database(url, expected):
    described = read_database({"DATABASE_URL": url})

    assert described.items() >= expected.items()


@pytest.mark.parametrize(
    ("environment", "most"),
    [
        pytest.param({}, 20, id="twenty by default"),
        pytest.param({"DATABASE_CONNECTIONS": "7"}, 7, id="as many as somebody says"),
        pytest.param({"DATABASE_URL": "postgres:///pods?connections=9"}, 20, id="whatever the address says"),
    ],
)
def test_how_many_connections_a_process_holds(environment, most):
    assert read_database({"DATABASE_URL": "postgres:///pods", **environment})["OPTIONS"]["connections"] == most


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
        pytest.param(env.port, {"PORT": "8" * 5000}, "PORT is '888", id="a port without end"),
        pytest.param(env.redis_url, {"REDIS_URL": "redis://host:x/0"}, "expected redis://host:6379/0", id="a Redis behind a port that is none"),
        pytest.param(env.redis_url, {"REDIS_URL": "redis://host:70000/0"}, "expected redis://host:6379/0", id="a Redis behind a port that is too high"),
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


@pytest.mark.parametrize(
    ("read", "name", "url"),
    [
        pytest.param(read_database, "DATABASE_URL", "mysql://me:hunter2@db/pods", id="of a database"),
        pytest.param(read_database, "DATABASE_URL", "mysql://me:p@hunter2@db/pods", id="with an @ in it"),
        pytest.param(read_database, "DATABASE_URL", "mysql://db/pods?user=me&password=hunter2", id="as an option"),
        pytest.param(read_database, "DATABASE_URL", "postgres://me:hunter2@db:x/pods", id="before a port that is none"),
        pytest.param(env.redis_url, "REDIS_URL", "http://:hunter2@host", id="of a Redis"),
    ],
)
def test_a_refusal_does_not_repeat_the_password(read, name, url):
    with pytest.raises(ImproperlyConfigured) as refused:
        read({name: url})

    assert "hunter2" not in str(refused.value)


def test_a_strong_secret_is_taken():
    assert env.secret_key({"SECRET_KEY": STRONG}) == STRONG


@pytest.mark.parametrize("host", ["example.org", ".example.org", "localhost", "192.168.1.7", "[::1]", "my-laptop"])
def test_hosts_that_are_taken(host):
    assert env.hosts({"ALLOWED_HOSTS": f" {host} ,"}, "ALLOWED_HOSTS") == [host]


def test_a_secret_may_stand_in_a_file(tmp_path):
    (tmp_path / "key").write_text(STRONG + "\n")

    assert env.secret_key(env.with_files({"SECRET_KEY_FILE": str(tmp_path / "key")})) == STRONG


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        pytest.param({"SECRET_KEY_FILE": "/nowhere/key"}, "The file /nowhere/key of the environment variable SECRET_KEY_FILE cannot be read", id="none there"),
        pytest.param({"REDIS_URL_FILE": "/dev/null"}, "The file /dev/null of the environment variable REDIS_URL_FILE is empty.", id="an empty one"),
        pytest.param({"REDIS_URL_FILE": "/dev/null", "REDIS_URL": "redis://h"}, "REDIS_URL and REDIS_URL_FILE are both set", id="both"),
    ],
)
def test_a_file_that_says_nothing_is_refused(environment, sentence):
    with pytest.raises(ImproperlyConfigured, match=sentence.replace("/", "/")):
        env.with_files(environment)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        pytest.param({"REDIS_URL": "redis://h:1/0", "REDIS_PASSWORD": "a/b@c"}, "redis://:a%2Fb%40c@h:1/0", id="beside the address"),
        pytest.param({"REDIS_URL": "redis://me@h:1/0", "REDIS_PASSWORD": "pw"}, "redis://me:pw@h:1/0", id="of a user"),
        pytest.param({"REDIS_URL": "redis://:old@h:1/0", "REDIS_PASSWORD": "pw"}, "redis://:old@h:1/0", id="the address has one"),
    ],
)
def test_redis_password(environment, expected):
    assert env.redis_url(environment) == expected


def test_the_database_s_password_may_stand_beside_its_address():
    assert read_database({"DATABASE_URL": "postgres://me@db/pods", "DATABASE_PASSWORD": "p@w"})["PASSWORD"] == "p@w"


@pytest.mark.parametrize(
    ("read", "environment"),
    [
        pytest.param(lambda e: env.one_of(e, "LOG_FORMAT", default="plain", allowed=("plain", "json")), {"LOG_FORMAT": "xml"}, id="a form that there is not"),
        pytest.param(lambda e: env.networks(e, "METRICS_ALLOW", default="::1"), {"METRICS_ALLOW": "10.0.0.1/8"}, id="a network with bits of a host"),
        pytest.param(lambda e: env.networks(e, "METRICS_ALLOW", default="::1"), {"METRICS_ALLOW": "everybody"}, id="no address"),
        pytest.param(lambda e: env.token(e, "METRICS_TOKEN"), {"METRICS_TOKEN": "short"}, id="a token that is guessed"),
        pytest.param(lambda e: env.contact(e, "ABUSE_CONTACT"), {"ABUSE_CONTACT": "javascript:alert(1)"}, id="a script"),
        pytest.param(lambda e: env.contact(e, "ABUSE_CONTACT"), {"ABUSE_CONTACT": "http://example.org"}, id="an address without TLS"),
    ],
)
def test_nonsense_about_operation_is_refused(read, environment):
    (name,) = environment
    with pytest.raises(ImproperlyConfigured, match=name):
        read(environment)


def test_whom_to_tell():
    found = [env.contact({"ABUSE_CONTACT": value}, "ABUSE_CONTACT") for value in ("abuse@example.org", "https://example.org/abuse", "")]

    assert found == ["mailto:abuse@example.org", "https://example.org/abuse", ""]


@pytest.mark.parametrize(
    ("name", "meant"),
    [("ALOWED_HOSTS", "ALLOWED_HOSTS"), ("SECRETKEY", "SECRET_KEY"), ("NODEVIZ_REDIS_URL", "REDIS_URL"), ("METRIC_TOKEN", "METRICS_TOKEN")],
)
def test_a_misspelt_name_is_noticed(name, meant):
    assert env.misspellings([name, "PATH", "HOME", "HOSTNAME", "REPORT", "LANG"]) == ((name, meant),)


def test_no_two_names_are_taken_for_each_other():
    assert env.misspellings(env.VARIABLES) == ()


def test_the_code_reads_what_the_table_of_variables_has_and_the_page_explains_it():
    texts = {path: path.read_text() for path in (CHECKOUT / "nodeviz").rglob("*.py")}
    called = r"""(?:ENV|env|os\.environ)(?:\.get\(|, |\[)["']([A-Z][A-Z_]+)["']"""
    read = {name for text in texts.values() for name in re.findall(called, text)} - {
        "NODEVIZ_READY_FD",
        "NODEVIZ_WORKER_PID",
        "PYTHONUNBUFFERED",
        "NO_COLOR",
        "DJANGO_SETTINGS_MODULE",
    }
    # uvicorn reads the one, the script that starts everything the other.
    elsewhere = {"FORWARDED_ALLOW_IPS", "PYTHON"} | {f"{name}_FILE" for name in env.SECRETS}
    page = (CHECKOUT / "docs" / "operations.md").read_text()
    table = page.partition("## Settings")[2].partition("\n## ")[0]
    explained = {name for row in re.findall(r"^\| (.+?) \|", table, flags=re.MULTILINE) for name in re.findall(r"`([A-Z_]+)`", row)}

    assert (read | elsewhere, explained) == (env.VARIABLES, env.VARIABLES)
