"""Where do images come from, and how fast? lifecycle.md, section 9; images.md."""

from __future__ import annotations

import pytest

from simulator.engine.agenda import Agenda
from simulator.engine.tasks import Steps, Task
from simulator.runtime.registry import Link, RegistryService, fair_rates, normalise
from simulator.scenario import Registry, RegistryError, RegistryImage, RegistryReason

DIGEST = "sha256:" + "ab" * 32


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        pytest.param("nginx", "docker.io/library/nginx:latest", id="a bare name"),
        pytest.param("nginx:1.27", "docker.io/library/nginx:1.27", id="a tag"),
        pytest.param("grafana/loki", "docker.io/grafana/loki:latest", id="somebody's repository"),
        pytest.param("docker.io/nginx", "docker.io/library/nginx:latest", id="the host written out"),
        pytest.param("quay.io/coreos/etcd:v3", "quay.io/coreos/etcd:v3", id="another registry"),
        pytest.param("localhost/app", "localhost/app:latest", id="localhost is a host"),
        pytest.param("registry:5000/app", "registry:5000/app:latest", id="a port makes a host, not a tag"),
        pytest.param("registry:5000/team/app:1", "registry:5000/team/app:1", id="a port and a tag"),
        pytest.param(f"nginx@{DIGEST}", f"docker.io/library/nginx@{DIGEST}", id="a digest"),
        pytest.param(f"nginx:1.27@{DIGEST}", f"docker.io/library/nginx@{DIGEST}", id="a digest decides, the tag beside it is decoration"),
    ],
)
def test_normalise(reference: str, expected: str) -> None:
    assert normalise(reference) == expected
    assert normalise(expected) == expected


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        pytest.param("Nginx", "must be lowercase", id="upper case"),
        pytest.param("nginx:", "invalid reference format", id="an empty tag"),
        pytest.param("nginx:a b", "invalid reference format", id="a blank in the tag"),
        pytest.param("nginx//x", "invalid reference format", id="two slashes"),
        pytest.param("nginx@sha256:12", "invalid reference format", id="a digest that is too short"),
        pytest.param("a" * 64, "cannot specify 64-byte hexadecimal strings", id="an image id instead of a name"),
    ],
)
def test_what_is_no_reference(reference: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        normalise(reference)


@pytest.mark.parametrize(
    ("caps", "capacity", "expected"),
    [
        pytest.param([100], 30, [30], id="one download gets the whole link"),
        pytest.param([100, 100], 30, [15, 15], id="two share it"),
        pytest.param([4, 100], 30, [4, 26], id="a slow connection leaves the rest to the other"),
        pytest.param([100, 4, 6], 30, [20, 4, 6], id="whatever their order"),
        pytest.param([4, 4], 30, [4, 4], id="all are slower than the link: nobody gets more than its own limit"),
        pytest.param([], 30, [], id="nobody downloads"),
    ],
)
def test_fair_rates(caps: list[float], capacity: float, expected: list[float]) -> None:
    assert fair_rates(caps, capacity) == expected


MB = 1_000_000


@pytest.mark.parametrize(
    ("downloads", "ends_s"),
    [
        pytest.param([(0, 20 * MB, None)], [2.0], id="20 MB at 10 MB/s"),
        pytest.param([(0, 20 * MB, None), (0, 20 * MB, None)], [4.0, 4.0], id="two at once take twice as long"),
        pytest.param([(0, 20 * MB, None), (1, 5 * MB, None)], [2.5, 2.0], id="a second one slows the first down while it lasts"),
        pytest.param([(0, 20 * MB, 4 * MB)], [5.0], id="the connection's own limit"),
        pytest.param([(0, 20 * MB, 4 * MB), (0, 30 * MB, None)], [5.0, 5.0], id="the other one uses what is left over"),
        pytest.param([(0, 0, None)], [0.0], id="an empty layer takes no time"),
    ],
)
def test_downloads_share_a_link_of_10_mb_a_second(downloads: list[tuple[int, int, int | None]], ends_s: list[float]) -> None:
    clock = Agenda()
    link, ended = Link(clock, 10 * MB), {}

    def fetch(index: int, at_s: int, size_bytes: int, cap: int | None) -> Steps:
        yield at_s * 1000
        yield from link.download(size_bytes, cap)
        ended[index] = clock.now_ms / 1000

    for index, download in enumerate(downloads):
        Task(clock, fetch(index, *download))
    while clock.step():
        pass

    assert [ended[index] for index in range(len(downloads))] == pytest.approx(ends_s, abs=0.003)


def registry(clock: Agenda, **image: object) -> RegistryService:
    return RegistryService(clock, Registry(default_size_bytes=7, images=(RegistryImage(image="app:1.0", size_bytes=5, **image),)))  # type: ignore[arg-type]


APP = "docker.io/library/app:1.0"


def test_an_image_is_found_under_every_spelling_and_an_unknown_one_has_the_default_size() -> None:
    service = registry(Agenda())

    assert service.image(APP).size_bytes == 5
    assert service.image("docker.io/library/other:1").size_bytes == 7


def test_an_error_lasts_until_its_end() -> None:
    clock = Agenda()
    service = registry(clock, error=RegistryError(reason=RegistryReason.NOT_FOUND, until_ms=90_000))

    assert service.error(APP) == f'failed to pull and unpack image "{APP}": failed to resolve image: {APP}: not found'
    clock.now_ms = 89_999
    assert service.error(APP) is not None
    clock.now_ms = 90_000
    assert service.error(APP) is None


def test_an_action_may_break_every_image_for_a_while() -> None:
    clock = Agenda()
    service = registry(clock)
    service.change("*", {"error": RegistryError(reason=RegistryReason.UNAVAILABLE), "for_ms": 30_000})

    assert "503" in str(service.error(APP))
    clock.now_ms = 30_000
    assert service.error(APP) is None


def test_an_action_may_slow_an_image_down_for_a_while() -> None:
    clock = Agenda()
    service = registry(clock, bandwidth_bytes_per_second=100)
    service.change("app:1.0", {"bandwidth_bytes_per_second": 10, "for_ms": 1_000})

    assert service.bandwidth(APP) == 10
    clock.step()
    assert (clock.now_ms, service.bandwidth(APP)) == (1_000, 100)
