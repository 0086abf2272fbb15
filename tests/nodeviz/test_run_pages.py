"""What does a link show?"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from django.core.management import call_command
from django.test import AsyncClient, Client
from django.utils import timezone

import simulator
from nodeviz.runs.frames import pack
from nodeviz.runs.models import ArtefactFrame, Run, RunState
from nodeviz.runs.tasks import simulate_run
from nodeviz.scenarios import documents as docs
from nodeviz.scenarios import switch
from nodeviz.scenarios.book import within
from nodeviz.scenarios.bounds import Bucket
from nodeviz.scenarios.models import Scenario
from tests.nodeviz.conftest import POD

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis_client")]

MakeRun = Callable[..., Run]


def computed(run: Run) -> Run:
    simulate_run.apply(args=[run.pk], task_id="message-1", throw=True)
    return Run.objects.get(pk=run.pk)


def trace_of(run: Run, url: str = "") -> tuple[int, str, str]:
    """Status, type and body of the download."""

    async def get() -> tuple[int, str, str]:
        response = await AsyncClient().get(url or f"/s/{run.scenario_id}.jsonl")
        body = b"".join([part async for part in response]) if response.streaming else response.content
        return response.status_code, response["Content-Type"], body.decode()

    return async_to_sync(get)()


def test_the_page_knows_all_that_its_scripts_need(client: Client, make_run: MakeRun) -> None:
    run = make_run()
    response = client.get(f"/s/{run.scenario_id}")
    link = f"/s/{run.scenario_id}"

    assert (response.status_code, response["X-Robots-Tag"], response.context["run"]["status"]) == (200, "noindex", RunState.QUEUED)
    config = response.context["page_config"]
    assert config["palette"]["families"]
    assert {name: value for name, value in config.items() if name != "palette"} == {
        "scenario": run.scenario_id,
        "text": run.scenario.text,
        "file_name": "pods.yaml",
        "limits": {"bytes": docs.MAX_SCENARIO_BYTES, "files": docs.MAX_FILES},
        "ws_path": f"/ws/runs/{run.scenario_id}/",
        "run_url": "/run",
        "check_url": "/check",
        "intervene_url": "/intervene",
        "knobs_url": "/knobs",
        "yaml_url": f"{link}.yaml",
        "jsonl_url": f"{link}.jsonl",
        "csv_url": f"{link}.csv",
        "perfetto_url": f"{link}.perfetto.json",
        "plotly_url": f"{link}.plotly.json",
        "html_url": f"{link}.html",
        "page_url": link,
        "embed_url": f"/e/{run.scenario_id}",
        "private_url": "/p",
        "why_url": f"{link}/why",
        "shared": False,
        "expires": (timezone.now() + timedelta(days=30)).date().isoformat(),
        **{f"{name}_url": f"{link}/{name}" for name in ("share", "delete", "cancel")},
        **{f"{name}_url": f"/{name}" for name in ("intervene", "knobs", "try", "book")},
        "simulator_version": simulator.VERSION,
        **switch.page_config(),
    }


def test_the_reasons_come_with_the_lines_of_the_text_as_the_editor_shows_it(client: Client) -> None:
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: %s}\nspec:\n  restartPolicy: Never\n  containers: [{name: app, image: x}]\n"
    files = [{"name": f"{name}.yaml", "text": pod % name} for name in ("a", "b")]
    scenario = Scenario.objects.create(files=files, title="two files", simulator_version=simulator.VERSION)

    answer = client.get(f"/s/{scenario.pk}/why").json()

    assert answer["explanations"]["grace-period-over"]["says"]
    lines = {name: answer["places"][f"default/{name}"][":restartPolicy"][1] for name in ("a", "b")}
    shown = scenario.text.splitlines()
    assert lines["a"] < lines["b"]
    assert all("restartPolicy" in shown[line - 1] for line in lines.values())


def test_a_text_that_is_not_stored_is_explained_in_the_same_words(client: Client, make_scenario: Callable[..., Scenario]) -> None:
    scenario = make_scenario()

    answer = client.post("/book", json.dumps({"text": scenario.text, "name": "pods.yaml"}), content_type="application/json")

    assert answer.json() == client.get(f"/s/{scenario.pk}/why").json()


def test_the_book_has_the_fields_of_pods_and_of_templates_with_their_defaults(client: Client) -> None:
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {app: web}}\nspec: {containers: [{name: app, image: x, resources: {limits: {cpu: 1}}}]}\n"
    template = "{metadata: {labels: {app: job}}, spec: {restartPolicy: Never, containers: [{name: work, image: 'y:1'}]}}"
    job = f"---\napiVersion: batch/v1\nkind: Job\nmetadata: {{name: report, namespace: shop}}\nspec: {{template: {template}}}\n"
    scenario = Scenario.objects.create(files=[{"name": "a.yaml", "text": pod + job}], title="both", simulator_version=simulator.VERSION)

    answer = client.get(f"/s/{scenario.pk}/why").json()

    assert (list(answer["pods"]), answer["pods_left_out"], answer["node"]) == (["default/web", "Job/shop/report"], 0, "node-a")
    web, report = answer["pods"].values()
    assert (web["qosClass"], web["metadata"]) == ("Burstable", {"labels": {"app": "web"}, "annotations": {}})
    assert web["spec"]["containers"][0]["imagePullPolicy"] == "Always"
    assert web["spec"]["containers"][0]["resources"]["requests"] == {"cpu": "1"}
    assert report["metadata"]["labels"] == {"app": "job", "job-name": "report", "batch.kubernetes.io/job-name": "report"}


@pytest.mark.parametrize(
    ("limit_bytes", "kept", "left_out"),
    [
        pytest.param(1000, ["a", "b"], 0, id="all that fits"),
        pytest.param(30, ["a"], 1, id="the first ones, and how many are missing"),
        pytest.param(0, [], 2, id="none"),
    ],
)
def test_the_pods_in_the_book_are_bounded(limit_bytes: int, kept: list[str], left_out: int) -> None:
    pods = {name: {"spec": "x" * 10} for name in ("a", "b")}

    found, missing = within(pods, limit_bytes)
    assert (list(found), missing) == (kept, left_out)


def test_the_configuration_of_the_kubelet_shows_what_each_file_set(client: Client, make_run: MakeRun) -> None:
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: app, image: x}]}\n"
    header = "---\napiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n"
    run = make_run(f"{pod}{header}imageMinimumGCAge: 3m\n{header}metadata: {{name: 10-disk.conf}}\nevictionHard: {{nodefs.available: '40%'}}\n")
    page = client.get(f"/s/{run.scenario_id}").content.decode()

    assert '<tr><th scope="row">imageMinimumGCAge</th><td>3m0s</td><td>pods.yaml</td></tr>' in page
    assert '<tr><th scope="row">evictionHard: nodefs.available</th><td>40%</td><td>10-disk.conf</td></tr>' in page
    assert '<tr class="default"><th scope="row">maxPods</th><td>110</td><td>default</td></tr>' in page


def test_a_hostile_text_stays_text(client: Client, make_run: MakeRun) -> None:
    run = make_run("</script><script>alert(1)</script>")

    assert b"<script>alert(1)" not in client.get(f"/s/{run.scenario_id}").content


def test_the_page_of_a_fork_names_its_parent(client: Client, make_scenario: Callable[..., Scenario]) -> None:
    parent = make_scenario()
    fork = Scenario.objects.create(files=parent.files, title="fork", parent=parent, simulator_version=simulator.VERSION)

    assert client.get(f"/s/{fork.pk}").context["scenario"]["parent"] == parent.pk


@pytest.fixture
def old_run(make_run: MakeRun) -> Run:
    """What another simulator computed, which does not speak as the installed one does."""
    run = make_run(simulator_version="0.0.1", state=RunState.FINISHED, records=1, verdict={"headline": "As it was"}, finished=timezone.now())
    line = '{"t":0,"seq":0,"type":"note","text":"of long ago"}'
    ArtefactFrame.objects.create(run=run, first_seq=0, next_seq=1, packed=pack([line]))
    Scenario.objects.filter(pk=run.scenario_id).update(simulator_version="0.0.1")
    return run


def test_after_an_upgrade_a_link_shows_what_it_showed_and_says_who_computed_it(client: Client, old_run: Run) -> None:
    page = client.get(f"/s/{old_run.scenario_id}")
    text = page.content.decode()

    assert [run.simulator_version for run in old_run.scenario.runs.all()] == ["0.0.1"]
    assert ("As it was" in text, "Computed by simulator 0.0.1" in text, f"?simulator={simulator.VERSION}" in text) == (True, True, True)
    assert "of long ago" in trace_of(old_run)[2]


def test_computing_it_again_leaves_the_link_as_it_is(client: Client, old_run: Run) -> None:
    again = client.get(f"/s/{old_run.scenario_id}?simulator={simulator.VERSION}")
    run = computed(old_run.scenario.runs.get(simulator_version=simulator.VERSION))
    config = again.context["page_config"]
    lines = "".join(simulator.encode(record) + "\n" for record in simulator.simulate(run.scenario.loaded()))

    assert config["ws_path"] == f"/ws/runs/{run.scenario_id}/?simulator={simulator.VERSION}"
    assert trace_of(run, config["jsonl_url"])[2] == lines
    assert "What 0.0.1 computed" in client.get(f"/s/{old_run.scenario_id}?simulator={simulator.VERSION}").content.decode()
    assert "of long ago" in trace_of(old_run)[2]


def test_run_pressed_on_an_old_page_leads_to_the_new_run(client: Client, old_run: Run) -> None:
    answer = client.post("/run", {"text": POD, "parent": old_run.scenario_id}, headers={"Accept": "application/json"})

    assert answer.json()["url"] == f"/s/{old_run.scenario_id}?simulator={simulator.VERSION}"


def test_a_simulator_that_never_computed_it_is_not_found(client: Client, old_run: Run) -> None:
    assert client.get(f"/s/{old_run.scenario_id}?simulator=0.0.2").status_code == 404


def test_an_old_run_that_did_not_finish_is_computed_anew(client: Client, make_run: MakeRun) -> None:
    old = make_run(simulator_version="0.0.1", state=RunState.FAILED)
    client.get(f"/s/{old.scenario_id}")

    assert [run.simulator_version for run in old.scenario.runs.order_by("pk")] == ["0.0.1", simulator.VERSION]


@pytest.mark.parametrize(("shared", "options", "kept"), [(True, (), 1), (False, (), 0), (True, ("--irreplaceable",), 0)])
def test_what_nobody_can_compute_again_is_kept_for_a_shared_link(old_run: Run, shared: bool, options: tuple[str, ...], kept: int) -> None:
    if shared:
        Scenario.objects.share(old_run.scenario)
    Run.objects.filter(pk=old_run.pk).update(finished=timezone.now() - timedelta(days=400))
    call_command("prune", *options)

    assert Run.objects.filter(pk=old_run.pk).count() == kept


@pytest.mark.parametrize(
    ("contact", "address"),
    [
        pytest.param("mailto:abuse@example.org", "mailto:abuse@example.org?subject=nodeviz%20%2Fs%2F{}", id="mail"),
        pytest.param("https://example.org/abuse", "https://example.org/abuse", id="a page"),
        pytest.param("", None, id="nobody"),
    ],
)
def test_a_page_says_whom_to_tell(client: Client, make_run: MakeRun, settings: object, contact: str, address: str | None) -> None:
    settings.ABUSE_CONTACT = contact  # type: ignore[attr-defined]
    run = make_run()
    text = client.get(f"/s/{run.scenario_id}").content.decode()

    assert ("Report this page" in text) == (address is not None)
    assert address is None or f'href="{address.format(run.scenario_id)}"' in text


@pytest.mark.parametrize("state", [RunState.FAILED, RunState.RUNNING], ids=["failed", "its worker is silent"])
def test_a_run_is_sent_again_by_who_has_the_page_and_that_counts(make_run: MakeRun, monkeypatch: pytest.MonkeyPatch, state: RunState) -> None:
    run = make_run(state=state, lease_until=timezone.now() - timedelta(minutes=1), attempts=4)
    monkeypatch.setattr("nodeviz.scenarios.views.RUNS", Bucket(name="run-test", capacity=1, per_minute=1))
    client = Client(enforce_csrf_checks=True)
    form = {"text": run.scenario.text, "parent": run.scenario_id, "name": "pods.yaml"}
    stranger = client.post("/run", form)
    client.get(f"/s/{run.scenario_id}")
    token = {"csrfmiddlewaretoken": client.cookies["csrftoken"].value}
    sent, refused = (client.post("/run", {**form, **token}) for _ in range(2))

    assert [answer.status_code for answer in (stranger, sent, refused)] == [403, 303, 429]
    assert sent["Location"] == f"/s/{run.scenario_id}"
    run.refresh_from_db()
    assert (run.state, run.attempts, run.error) == (RunState.QUEUED, 0, "")


def test_a_link_outlives_its_trace(client: Client, make_run: MakeRun) -> None:
    run = computed(make_run())
    before = trace_of(run)
    Run.objects.filter(pk=run.pk).update(finished=timezone.now() - timedelta(days=400))
    call_command("prune")
    assert client.get(f"/s/{run.scenario_id}").status_code == 200
    again = computed(run.scenario.runs.get())

    assert trace_of(again) == before


def test_the_trace_as_a_file(make_run: MakeRun) -> None:
    run = computed(make_run())
    lines = [simulator.encode(record) + "\n" for record in simulator.simulate(run.scenario.loaded())]

    assert trace_of(run) == (200, "application/x-ndjson; charset=utf-8", "".join(lines))
