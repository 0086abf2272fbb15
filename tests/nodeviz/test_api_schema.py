"""Does the API do what its document says, for requests that nobody thought of? schemathesis asks the real ASGI application, the same each time."""

from __future__ import annotations

import contextlib
import copy
import re
from collections.abc import Callable, Iterator

import pytest
import redis
import schemathesis
from celery.contrib.testing.worker import start_worker
from hypothesis import HealthCheck, Phase, settings
from schemathesis.config import SchemathesisConfig

from nodeviz.api import document
from nodeviz.asgi import application
from nodeviz.celery import app
from nodeviz.runs.models import Run
from nodeviz.runs.tasks import simulate_run
from nodeviz.scenarios.bounds import Bucket
from nodeviz.scenarios.models import ID_PATTERN

pytestmark = pytest.mark.django_db(transaction=True)

EXAMPLES = 8
"""Of one operation, besides those of the document and those that cover each parameter's bounds."""

CONFIG = """
seed = 1

[checks.positive_data_acceptance]
# A body of the right form may hold a text that is no pod.
expected-statuses = ["2xx", "304", "401", "403", "404", "409", "422"]
"""

api = schemathesis.openapi.from_dict(copy.deepcopy(document.document()), config=SchemathesisConfig.from_str(CONFIG))
api.app = application


@pytest.fixture
def finished_run(redis_client: redis.Redis, make_run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Run]:
    """To ask for; and a worker where one is waited for. Meanwhile an address may ask as often as it likes, so that not every answer is 429."""
    run = make_run()
    simulate_run.apply(args=[run.pk], throw=True)
    monkeypatch.setattr(document, "BUCKETS", {name: Bucket(name=name, capacity=10**6, per_minute=10**6) for name in document.BUCKETS})
    worker = start_worker(app, pool="threads", concurrency=2, perform_ping_check=False, shutdown_timeout=30)
    with worker if "/compare" in request.node.name else contextlib.nullcontext():
        yield run


@api.parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_operation_does_what_the_document_says(case: schemathesis.Case, finished_run: Run) -> None:
    if re.fullmatch(ID_PATTERN, str(case.path_parameters.get("id", ""))):
        # Otherwise every answer about a run would be 404.
        case.path_parameters["id"] = finished_run.scenario_id
    case.call_and_validate()
