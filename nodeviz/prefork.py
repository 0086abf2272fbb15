"""When does a worker notice that one of its processes has ended? At once, so that what it computed goes on in another one."""

from __future__ import annotations

from typing import Any

from celery.concurrency import prefork
from celery.concurrency.asynpool import AsynPool

LOOK_AGAIN_S = 0.01
"""Between the end of a process' pipe and the moment at which it can be waited for there is less than this, unless the machine is busy."""


class PromptPool(AsynPool):
    """Celery's, but a process that ends is replaced, and its message handed back, as soon as it can be waited for."""

    def _event_process_exit(self, hub: Any, proc: Any) -> None:
        """Celery's sign that a process ends is its end of a pipe. The kernel closes it first and lets us wait for the process a moment later, so Celery, which
        looks once, mostly looks too early, and then not before its next round, up to five seconds later."""
        self._untrack_child_process(proc, hub)
        self._when_gone(hub, proc)

    def _when_gone(self, hub: Any, proc: Any) -> None:
        if proc._is_alive():
            hub.call_later(LOOK_AGAIN_S, self._when_gone, hub, proc)
        else:
            self.maintain_pool()


class TaskPool(prefork.TaskPool):
    """`CELERY_WORKER_POOL`. Django's part of Celery knows it for one of processes by the name of this module."""

    Pool = PromptPool
