"""Do the files of `deploy/` fit what they deploy? Those that nothing here can start: Docker's."""

from __future__ import annotations

import re
from typing import Any

import yaml

from nodeviz.places import BASE_DIR

DEPLOY = BASE_DIR / "deploy"


class Loader(yaml.SafeLoader):
    """Knows Compose's own tags."""


Loader.add_constructor("!override", lambda loader, node: loader.construct_sequence(node))


def compose(path: str) -> dict[str, Any]:
    return dict(yaml.load((BASE_DIR / path).read_text(), Loader))


def test_what_is_mounted_is_there_and_its_networks_are_the_trusted_ones() -> None:
    scaled = compose("deploy/docker-compose.scaled.yml")
    mounts = [volume.split(":") for volume in scaled["services"]["nginx"]["volumes"]]

    assert [source for source, _, _ in mounts if not (BASE_DIR / source).is_file()] == []
    assert scaled["networks"]["default"]["ipam"]["config"][0]["subnet"] in scaled["services"]["web"]["environment"]["FORWARDED_ALLOW_IPS"]
    assert scaled["services"]["web"].keys() - {"ports"} <= compose("docker-compose.yml")["services"]["web"].keys()


def test_the_two_lists_of_web_processes_are_treated_alike() -> None:
    """One names them, the other one asks Docker; the rest is the same."""
    names = ("nginx-upstreams.conf", "nginx-upstreams-compose.conf")
    plain = [re.sub(r"#.*|server \S+|resolve |resolver .*;|\s+", "", (DEPLOY / name).read_text()) for name in names]

    assert plain[0].replace("max_fails=1fail_timeout=2s;" * 2, "max_fails=1fail_timeout=2s;") == plain[1]


def test_every_folder_that_nginx_writes_to_is_one_that_the_container_may_write_to() -> None:
    written = re.findall(r"^\s*(?:pid|proxy_cache_path) (/\S+?)/[^/\s;]+[\s;]", (DEPLOY / "nginx.conf").read_text(), re.MULTILINE)

    assert sorted(written) == ["/run", "/var/cache"]
    assert set(written) <= set(compose("deploy/docker-compose.scaled.yml")["services"]["nginx"]["tmpfs"])
