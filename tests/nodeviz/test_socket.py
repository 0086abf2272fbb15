"""What does a socket get? Through the real ASGI application and a real Redis; the run is written by the real journal, a frame at a time."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import timedelta
from typing import Any

import pytest
import redis
from asgiref.sync import sync_to_async
from django.db import OperationalError
from django.utils import timezone

from nodeviz.celery import HEARTBEAT_KEY
from nodeviz.runs import consumers, feed
from nodeviz.runs.consumers import JOINS_AT_ONCE
from nodeviz.runs.dispatch import give_up
from nodeviz.runs.journal import wake_readers
from nodeviz.runs.models import Run, RunState
from nodeviz.runs.stream import stream_key
from tests.nodeviz.sockets import RECORDS, VERDICT, MakeRun, Viewer, Wire, finish, finished, join, pen, socket, until, write

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis_client")]

# -- the whole, from anywhere ------------------------------------------------------------------------------------------------------

PLACES = [0, 1, 2, 3, 100, 510, 511, 512, 1010, 1011, 1298, 1299]


@pytest.mark.parametrize("from_seq", PLACES)
async def test_a_finished_run_from_any_record_on(make_run: MakeRun, from_seq: int) -> None:
    run = await sync_to_async(lambda: finished(make_run()))()
    async with socket(run) as viewer:
        greeting = await join(viewer, from_seq)
        records, states = await until(viewer, "finished")

    assert records == RECORDS[from_seq:]
    assert (greeting["status"], greeting["head"], states[-1][1]["verdict"]["headline"]) == ("finished", 1299, VERDICT.headline)


@pytest.mark.parametrize("ahead", [0, 1, 30, 511, 600, 1300])
@pytest.mark.parametrize("from_seq", [0, 1, 300, 511, 900, 1299])
async def test_a_live_run_joined_at_any_moment_and_record(make_run: MakeRun, ahead: int, from_seq: int) -> None:
    run = await sync_to_async(make_run)()
    holder = await pen(run)
    await write(holder, ahead)
    async with socket(run) as viewer:
        await join(viewer, from_seq)
        await finish(holder)
        records, _ = await until(viewer, "finished")

    assert records == RECORDS[from_seq:]


async def test_viewers_who_come_at_different_moments_get_the_same(make_run: MakeRun) -> None:
    run = await sync_to_async(make_run)()
    async with socket(run) as early, socket(run) as middle, socket(run) as late:
        await join(early)
        holder = await pen(run)
        await write(holder, 100)
        await join(middle)
        await write(holder, 700)
        await finish(holder)
        await join(late)
        everybody = [(await until(viewer, "finished"))[0] for viewer in (early, middle, late)]

    assert everybody == [RECORDS] * 3


async def test_a_viewer_who_comes_back_goes_on_where_he_was(make_run: MakeRun) -> None:
    run = await sync_to_async(make_run)()
    holder = await pen(run)
    async with socket(run) as viewer:
        await join(viewer)
        await write(holder, 200)
        seen = [*(await viewer.hear())[2], *(await viewer.hear())[2]]
    await write(holder, 500)
    async with socket(run) as viewer:
        await join(viewer, len(seen))
        await finish(holder)
        records, _ = await until(viewer, "finished")

    assert seen + records == RECORDS


async def test_a_second_join_starts_the_stream_anew(make_run: MakeRun) -> None:
    run = await sync_to_async(lambda: finished(make_run()))()
    async with socket(run) as viewer:
        await join(viewer, 1000)
        await until(viewer, "finished")
        await join(viewer, 700)
        records, _ = await until(viewer, "finished")

    assert records == RECORDS[700:]


async def test_a_viewer_further_behind_than_the_ring_reads_the_stream(make_run: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "RING_CHARACTERS", 1)
    monkeypatch.setattr(feed, "READ_FRAMES", 1)
    run = await sync_to_async(make_run)()
    async with socket(run) as viewer:
        await join(viewer)
        holder = await pen(run)
        await write(holder, 1200)
        await finish(holder)
        records, _ = await until(viewer, "finished")

    assert records == RECORDS


async def test_a_stream_that_lost_its_beginning_is_made_up_for_by_the_artefact(make_run: MakeRun, redis_client: redis.Redis) -> None:
    run = await sync_to_async(make_run)()
    holder = await pen(run)
    await write(holder, 600)
    await sync_to_async(redis_client.delete)(stream_key(run))
    await write(holder, 600)
    async with socket(run) as viewer:
        await join(viewer, 100)
        await finish(holder)
        records, _ = await until(viewer, "finished")

    assert records == RECORDS[100:]


async def test_a_stream_that_is_gone_before_its_reader_came_to_its_end_is_made_up_for_by_the_artefact(
    make_run: MakeRun, redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "READ_FRAMES", 1)
    run = await sync_to_async(make_run)()
    async with socket(run) as viewer:
        await join(viewer)
        holder = await pen(run)
        await write(holder, 1200)
        await finish(holder)
        redis_client.delete(stream_key(run))
        records, _ = await until(viewer, "finished")

    assert records == RECORDS


async def test_a_viewer_who_joins_beyond_the_end_gets_the_end(make_run: MakeRun) -> None:
    run = await sync_to_async(lambda: finished(make_run()))()
    async with socket(run) as viewer:
        await join(viewer, 5000)

        assert await until(viewer, "finished") == ([], [["finished", {"verdict": json.loads(json.dumps(run_verdict()))}]])


def run_verdict() -> dict[str, Any]:
    return {"headline": VERDICT.headline, "pods": []}


# -- states ------------------------------------------------------------------------------------------------------------------------


async def test_a_run_on_its_way(make_run: MakeRun) -> None:
    await sync_to_async(make_run)()
    run = await sync_to_async(make_run)()
    async with socket(run) as viewer:
        greeting = await join(viewer)
        holder = await pen(run)
        await sync_to_async(wake_readers)(run)
        _, running = await until(viewer, "running")
        await finish(holder)
        _, ended = await until(viewer, "finished")

    assert (greeting["status"], greeting["head"], greeting["queue"]) == ("queued", -1, 2)
    assert [running, [state for state, _ in ended]] == [[["running", {}]], ["finished"]]


async def test_a_failed_run_shows_its_records_and_why_it_failed(make_run: MakeRun) -> None:
    run = await sync_to_async(make_run)()
    holder = await pen(run)
    async with socket(run) as viewer:
        await join(viewer)
        await write(holder, 100)
        await sync_to_async(holder.journal.fail)("It broke.")
        records, states = await until(viewer, "failed")

    assert (records, states[-1]) == (RECORDS[:127], ["failed", {"error": "It broke."}])


async def test_a_run_that_is_stopped_ends_for_its_viewers(make_run: MakeRun) -> None:
    run = await sync_to_async(make_run)()
    async with socket(run) as viewer:
        await join(viewer)
        await sync_to_async(give_up)(run, "It was stopped.")

        assert await until(viewer, "failed") == ([], [["failed", {"error": "It was stopped."}]])


async def test_a_failed_run_that_is_tried_again_can_be_joined_beside_those_who_stayed(make_run: MakeRun) -> None:
    run = await sync_to_async(make_run)()
    async with socket(run) as stayed, socket(run) as came:
        await join(stayed)
        await sync_to_async(give_up)(run, "It was stopped.")
        await until(stayed, "failed")
        await sync_to_async(Run.objects.move)(run, RunState.QUEUED)
        await join(came)
        holder = await pen(run)
        await finish(holder)
        records, _ = await until(came, "finished")

    assert records == RECORDS


async def test_silence_is_no_loss(make_run: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    """The wake-up never came: Redis lost it. The reader looks at the row by itself."""
    monkeypatch.setattr(feed, "BLOCK_MS", 10)
    run = await sync_to_async(make_run)()
    async with socket(run) as viewer:
        await join(viewer)
        await sync_to_async(Run.objects.move)(run, RunState.FAILED, error="Nobody was told.")

        assert await until(viewer, "failed") == ([], [["failed", {"error": "Nobody was told."}]])


async def test_a_worker_that_is_silent_for_long_is_no_secret(make_run: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody could revive the run: the database is full, or there is no reaper. Half a chart does not pass for a whole one."""
    monkeypatch.setattr(feed, "BLOCK_MS", 10)
    run = await sync_to_async(make_run)()
    holder = await pen(run)
    async with socket(run) as viewer:
        await join(viewer)
        await write(holder, 100)
        await sync_to_async(Run.objects.filter(pk=run.pk).update)(lease_until=timezone.now() - timedelta(minutes=1))
        said: list[Any] = []
        while said[:2] != ["s", "running"] or not said[2]:
            said = await viewer.hear()
        await finish(holder)
        _, states = await until(viewer, "finished")

    assert said[2] == {"error": feed.SILENT}
    assert "error" not in states[-1][1]


@pytest.mark.parametrize(
    ("waits_since_s", "lease_s", "has_worker", "error"),
    [
        pytest.param(60, 60, False, feed.UNTAKEN, id="there is no worker"),
        pytest.param(60, 60, True, None, id="workers are busy with others"),
        pytest.param(60, -60, True, feed.UNTAKEN, id="its message is lost, and there is no reaper"),
        pytest.param(0, 60, False, None, id="it was queued just now"),
    ],
)
async def test_a_run_that_nobody_takes_is_no_secret(
    make_run: MakeRun, redis_client: redis.Redis, waits_since_s: int, lease_s: int, has_worker: bool, error: str | None
) -> None:
    now = timezone.now()
    run = await sync_to_async(make_run)(lease_until=now + timedelta(seconds=lease_s))
    await sync_to_async(Run.objects.filter(pk=run.pk).update)(created=now - timedelta(seconds=waits_since_s))
    if has_worker:
        redis_client.zadd(HEARTBEAT_KEY, {"worker": time.time()})
    async with socket(run) as viewer:
        hello = await join(viewer)

    assert (hello["status"], hello["error"]) == ("queued", error)


async def test_a_database_that_is_away_ends_the_conversation_so_that_the_viewer_comes_again(make_run: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    run = await sync_to_async(lambda: finished(make_run()))()
    monkeypatch.setattr(feed, "_finished", feed._Finished())

    def away(run_id: int, seq: int) -> None:
        raise OperationalError("the server closed the connection unexpectedly")

    monkeypatch.setattr(feed, "_artefact_frames", away)
    async with socket(run) as viewer:
        await join(viewer)

        assert await viewer.closed() == 1011


# -- what must not come ------------------------------------------------------------------------------------------------------------


async def test_an_unknown_link_is_closed_with_its_own_code(db: None) -> None:
    async with socket("AAAAAAAAAAA") as viewer:
        assert await viewer.closed() == 4404


async def test_a_page_of_another_origin_is_refused(make_run: MakeRun) -> None:
    run = await sync_to_async(make_run)()

    assert await Viewer(run.scenario_id, origin=b"https://evil.example").open() == "websocket.close"


@pytest.mark.parametrize(
    "message",
    [
        pytest.param("", id="nothing"),
        pytest.param("join", id="no JSON"),
        pytest.param("[]", id="no object"),
        pytest.param('{"op": "cancel"}', id="an operation that there is not"),
        pytest.param('{"op": "join", "from": -1}', id="a record before the first"),
        pytest.param('{"op": "join", "from": "1"}', id="a number in quotes"),
        pytest.param('{"op": "join", "from": true}', id="a truth value"),
        pytest.param('{"op": "join", "from": 1e99}', id="no whole number"),
        pytest.param("[" * 150, id="brackets that never close"),
        pytest.param('{"op": "join", "from": ' + "1" * 500 + "}", id="a message that is too long"),
    ],
)
async def test_what_is_no_join_ends_the_conversation(make_run: MakeRun, message: str) -> None:
    run = await sync_to_async(make_run)()
    async with socket(run) as viewer:
        await viewer.say(message)

        assert await viewer.closed() == 4400


async def test_who_joins_again_and_again_is_sent_away(make_run: MakeRun) -> None:
    run = await sync_to_async(lambda: finished(make_run()))()
    async with socket(run) as viewer:
        for _ in range(3 * JOINS_AT_ONCE):
            await viewer.say('{"op": "join", "from": 0}')
        while (answer := await viewer.connection.receive_output(timeout=5))["type"] != "websocket.close":
            pass

        assert answer["code"] == 4429


async def test_who_opens_one_socket_after_the_other_is_sent_away(make_run: MakeRun, redis_client: redis.Redis) -> None:
    run = await sync_to_async(lambda: finished(make_run()))()
    bucket = "nodeviz:bucket:read:192.0.2.7"
    codes = []
    # The bucket fills while a busy machine takes its time, but not until that moment.
    for address, tokens in (("192.0.2.7", 1), ("192.0.2.7", 0), ("192.0.2.8", 0)):
        redis_client.hset(bucket, mapping={"tokens": tokens, "at": 2**52})
        viewer = Viewer(run.scenario_id)
        viewer.scope["client"] = (address, 1)
        assert await viewer.open() == "websocket.accept"
        await viewer.say('{"op": "join", "from": 1300}')
        codes.append((await viewer.connection.receive_output(timeout=5)).get("code", "open"))
        await viewer.leave()

    assert codes == ["open", 4429, "open"]


async def test_a_binary_message_ends_the_conversation(make_run: MakeRun) -> None:
    run = await sync_to_async(make_run)()
    async with socket(run) as viewer:
        await viewer.say(b"\x00\xff")

        assert await viewer.closed() == 4400


async def test_nothing_comes_before_a_join(make_run: MakeRun) -> None:
    run = await sync_to_async(lambda: finished(make_run()))()
    async with socket(run) as viewer:
        assert await viewer.connection.receive_nothing()


async def test_a_lost_redis_ends_the_conversation_so_that_the_viewer_comes_again(make_run: MakeRun, settings: object, tmp_path: object) -> None:
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock"  # type: ignore[attr-defined]
    run = await sync_to_async(make_run)()
    async with socket(run) as viewer:
        await viewer.say('{"op": "join", "from": 0}')

        assert await viewer.closed() == 1011


async def test_the_last_viewer_takes_the_feed_with_him(make_run: MakeRun) -> None:
    run = await sync_to_async(make_run)()
    async with socket(run) as first, socket(run) as second:
        await join(first)
        await join(second)
        assert feed.live_feeds() == 1

    assert feed.live_feeds() == 0


async def test_a_socket_that_takes_nothing_is_closed(make_run: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "STALLED_S", 0.05)
    run = await sync_to_async(lambda: finished(make_run()))()

    async def never() -> None:
        await asyncio.Event().wait()

    wire = Wire(run, never)
    await wire.until_closed()

    assert wire.closed == [4008]


@pytest.mark.parametrize(
    ("error", "logged"),
    [
        pytest.param(OSError, [], id="a socket that is gone is no news"),
        pytest.param(ArithmeticError, ["a sender ended"], id="a mistake of ours is"),
    ],
)
async def test_a_sender_that_breaks_leaves_nothing_behind(
    make_run: MakeRun, caplog: pytest.LogCaptureFixture, error: type[Exception], logged: list[str]
) -> None:
    run = await sync_to_async(lambda: finished(make_run()))()

    async def broken() -> None:
        wire.said.put_nowait({"type": "websocket.disconnect", "code": 1006})
        raise error

    wire = Wire(run, broken)
    await wire.until_closed()

    assert (wire.closed, feed.live_feeds(), [record.message for record in caplog.records]) == ([], 0, logged)
