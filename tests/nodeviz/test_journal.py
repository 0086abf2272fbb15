"""What does a run leave in its stream and in its artefact, whoever writes it and however often?"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from itertools import islice

import pytest
import redis

import simulator
from nodeviz.runs import journal as journal_module
from nodeviz.runs import stream
from nodeviz.runs.dispatch import give_up
from nodeviz.runs.frames import cut, unpack
from nodeviz.runs.journal import CannotCompute, Fenced, Journal, Record, wake_readers
from nodeviz.runs.models import Run, RunState
from nodeviz.runs.stream import FRAME_FIELD, epoch_key, stream_key

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis_client")]

RECORDS: list[Record] = [{"seq": seq, "t": seq / 10, "layer": "kubelet", "call": "SyncPod enter"} for seq in range(1200)]
VERDICT = simulator.verdict(RECORDS)
MakeRun = Callable[..., Run]


def written(redis_client: redis.Redis, run: Run) -> list[tuple[bytes, bytes]]:
    """The frames in the stream, with their ids."""
    return [(entry, fields[FRAME_FIELD]) for entry, fields in redis_client.xrange(stream_key(run)) if FRAME_FIELD in fields]


def lines(packed: list[bytes]) -> list[str]:
    return [line for frame in packed for line in unpack(frame)]


def claim(run: Run, task_id: str = "first") -> Run:
    claimed = Run.objects.claim(run.pk, task_id=task_id)
    assert claimed
    return claimed


def write(run: Run, records: list[Record]) -> Journal:
    journal = Journal(run)
    for _ in journal.keep(records):
        pass
    return journal


@pytest.fixture
def undisturbed(redis_client: redis.Redis, make_run: MakeRun) -> list[tuple[bytes, bytes]]:
    """The stream that one worker writes without an incident."""
    run = claim(make_run())
    write(run, RECORDS)
    return written(redis_client, run)


def test_the_stream_is_the_trace_in_frames(undisturbed: list[tuple[bytes, bytes]]) -> None:
    assert lines([frame for _, frame in undisturbed]) == [simulator.encode(record) for record in RECORDS]


def test_ids_count_records(undisturbed: list[tuple[bytes, bytes]]) -> None:
    assert [entry for entry, _ in undisturbed[:4]] == [b"1-0", b"3-0", b"7-0", b"15-0"]


def test_artefact_and_stream_hold_the_same(redis_client: redis.Redis, make_run: MakeRun) -> None:
    run = claim(make_run())
    write(run, RECORDS).finish(VERDICT)

    assert lines([bytes(frame.packed) for frame in run.artefact.order_by("first_seq")]) == lines([frame for _, frame in written(redis_client, run)])


def test_the_end_is_in_the_row(make_run: MakeRun) -> None:
    run = claim(make_run())
    write(run, RECORDS).finish(VERDICT)
    run.refresh_from_db()

    assert (run.state, run.records, run.virtual_end_ms, run.verdict["headline"]) == (RunState.FINISHED, 1200, 119_900, VERDICT.headline)


@pytest.mark.parametrize("count", [0, 1, 2, 7, 100, 511, 512, 1200])
def test_a_second_worker_completes_the_stream_of_the_first(
    count: int, undisturbed: list[tuple[bytes, bytes]], redis_client: redis.Redis, make_run: MakeRun
) -> None:
    run = claim(make_run())
    # The first worker is cut off in the middle of a frame, and after any whole one.
    first = Journal(run).keep(iter(RECORDS))
    for _ in islice(first, count):
        pass
    write(claim(run), RECORDS)

    assert written(redis_client, run) == undisturbed


def test_a_worker_that_was_given_up_cannot_write(undisturbed: list[tuple[bytes, bytes]], redis_client: redis.Redis, make_run: MakeRun) -> None:
    zombie = claim(make_run())
    records = Journal(zombie).keep(iter(RECORDS))
    next(records)
    successor = Journal(claim(Run.objects.get(pk=zombie.pk))).keep(iter(RECORDS))
    next(successor)

    with pytest.raises(Fenced):
        list(records)
    list(successor)
    assert written(redis_client, zombie) == undisturbed


def test_a_worker_that_was_given_up_cannot_close_the_run(make_run: MakeRun) -> None:
    zombie = claim(make_run())
    journal = write(zombie, RECORDS)
    Run.objects.claim(zombie.pk, task_id="first")

    with pytest.raises(Fenced):
        journal.finish(VERDICT)
    assert Run.objects.get(pk=zombie.pk).state == RunState.RUNNING
    assert not zombie.artefact.exists()


def write_some(run: Run, count: int) -> Iterator[Record]:
    """A worker that stops after so many records; whoever takes the iterator lets it go on."""
    records = Journal(run).keep(iter(RECORDS))
    for _ in islice(records, count):
        pass
    return records


def test_a_redis_that_was_emptied_is_told_everything_again(undisturbed: list[tuple[bytes, bytes]], redis_client: redis.Redis, make_run: MakeRun) -> None:
    run = claim(make_run())
    records = write_some(run, 100)
    redis_client.flushall()
    wake_readers(run)
    list(records)

    assert written(redis_client, run) == undisturbed


def test_a_redis_that_lost_the_last_second_is_told_it_again(undisturbed: list[tuple[bytes, bytes]], redis_client: redis.Redis, make_run: MakeRun) -> None:
    run = claim(make_run())
    records = write_some(run, 100)
    redis_client.xdel(stream_key(run), "63-0", "127-0")
    # Without the entries Redis still knows the last id that there was; one that starts from its file does not.
    redis_client.restore(stream_key(run), 0, without_last_id(redis_client, stream_key(run)), replace=True)
    list(records)

    assert written(redis_client, run) == undisturbed


def without_last_id(redis_client: redis.Redis, key: str) -> bytes:
    """The stream as a copy that never had more."""
    for entry, fields in redis_client.xrange(key):
        redis_client.xadd("copy", fields, id=entry)
    return bytes(redis_client.dump("copy"))


def test_a_stream_is_made_up_for_when_redis_is_back(
    undisturbed: list[tuple[bytes, bytes]], redis_client: redis.Redis, make_run: MakeRun, settings: object, tmp_path: object
) -> None:
    run = claim(make_run())
    pen = Journal(run)
    records = pen.keep(iter(RECORDS))
    list(islice(records, 100))
    redis_url, settings.REDIS_URL = settings.REDIS_URL, f"unix://{tmp_path}/nobody.sock"  # type: ignore[attr-defined]
    stream.client.cache_clear()
    assert len(list(islice(records, 500))) == 500
    settings.REDIS_URL = redis_url  # type: ignore[attr-defined]
    stream.client.cache_clear()
    pen._ask_again_s = 0
    list(records)

    assert written(redis_client, run) == undisturbed


def test_a_reply_that_was_lost_is_no_second_frame(undisturbed: list[tuple[bytes, bytes]], redis_client: redis.Redis, make_run: MakeRun) -> None:
    """The connection broke between the frame and its reply, so the same call is made again."""
    run = claim(make_run())
    pen = write(run, RECORDS[:3])
    for frame in pen._frames:
        pen._append(frame)
    write(claim(run), RECORDS)

    assert written(redis_client, run) == undisturbed


def test_a_worker_that_was_given_up_writes_nothing_wrong_even_when_redis_forgot_that(
    undisturbed: list[tuple[bytes, bytes]], redis_client: redis.Redis, make_run: MakeRun
) -> None:
    zombie = claim(make_run())
    late = write_some(zombie, 50)
    successor = write_some(claim(Run.objects.get(pk=zombie.pk)), 100)
    redis_client.flushall()
    list(islice(late, 400))
    list(successor)

    with pytest.raises(Fenced):
        list(late)
    assert written(redis_client, zombie) == undisturbed


def test_a_failure_keeps_what_was_written(make_run: MakeRun) -> None:
    run = claim(make_run())
    journal = Journal(run)

    def broken() -> Iterator[Record]:
        yield from RECORDS[:100]
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        list(journal.keep(broken()))
    journal.fail("It broke.")
    run.refresh_from_db()

    # The frame that was not full when it broke is lost with it.
    assert (run.state, run.error, run.records) == (RunState.FAILED, "It broke.", 63)


def test_waking_readers_leaves_room_for_the_next_frame(undisturbed: list[tuple[bytes, bytes]], redis_client: redis.Redis, make_run: MakeRun) -> None:
    run = make_run()
    wake_readers(run)
    run = claim(run)
    wake_readers(run)
    write(run, RECORDS[:3])
    wake_readers(run)
    wake_readers(run)
    write(run, RECORDS)

    assert written(redis_client, run) == undisturbed
    assert [entry for entry, fields in redis_client.xrange(stream_key(run)) if FRAME_FIELD not in fields] == [b"0-1", b"0-2", b"3-1", b"3-2"]


def test_streams_go_away_by_themselves(redis_client: redis.Redis, make_run: MakeRun) -> None:
    run = claim(make_run())
    journal = write(run, RECORDS)
    assert 500 < redis_client.ttl(stream_key(run)) <= 600
    journal.finish(VERDICT)

    assert 0 < redis_client.ttl(stream_key(run)) <= 10
    assert 500 < redis_client.ttl(epoch_key(run)) <= 600


def test_a_worker_that_has_not_heard_of_the_end_does_not_make_the_stream_stay(redis_client: redis.Redis, make_run: MakeRun) -> None:
    late = Journal(claim(make_run())).keep(RECORDS)
    list(islice(late, 50))
    run = Run.objects.get()
    give_up(run, "It was stopped.")

    with pytest.raises(Fenced):
        list(late)
    assert 0 < redis_client.ttl(stream_key(run)) <= 10


def test_a_trace_that_does_not_shrink_ends_the_run_in_words(make_run: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is 64 MiB; here it is smaller."""
    monkeypatch.setattr(journal_module, "MAX_TRACE_BYTES", 10_000)
    noisy = [{**record, "message": secrets.token_hex(100)} for record in RECORDS]
    journal = Journal(claim(make_run()))
    with pytest.raises(CannotCompute, match=r"Stopped at record 63 and 6\.3 s of virtual time: .* too much room"):
        list(journal.keep(noisy))
    journal.fail("It was too long.")

    assert Run.objects.get().records == 63


def test_frames_are_cut_at_the_same_places_however_often() -> None:
    assert [frame[0]["seq"] for frame in cut(RECORDS)] == [0, 1, 3, 7, 15, 31, 63, 127, 255, 511, 1011]
