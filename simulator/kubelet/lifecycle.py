"""What happens around a container's life: the postStart and preStop hooks (pkg/kubelet/lifecycle/handlers.go, 1.36)."""

from __future__ import annotations

from simulator.behavior import Result
from simulator.engine.recorder import Recorder
from simulator.engine.tasks import Steps
from simulator.pod import HandlerKind, HookType
from simulator.runtime.containers import RuntimeContainer
from simulator.versions import Version


class HandlerRunner:
    """Runs hooks and records them."""

    def __init__(self, recorder: Recorder, version: Version) -> None:
        self._recorder = recorder
        self._version = version

    def run(self, made: RuntimeContainer, hook: HookType) -> Steps:
        """Run a hook to its end; returns whether it succeeded."""
        handler = made.container.post_start if hook is HookType.POST_START else made.container.pre_stop
        if handler is None or made.processes is None:
            return True
        self.record(made, hook, "started")
        if handler.kind is HandlerKind.SLEEP:
            # Not cut short by the container's end. With the gate off a stored sleep hook returns at once.
            yield handler.seconds * 1000 if self._version.on("PodLifecycleSleepAction") else 0
            result = Result.SUCCESS
        else:
            result = yield from made.processes.hook(hook, handler)
        succeeded = result is Result.SUCCESS
        self.record(made, hook, "finished" if succeeded else "failed")
        return succeeded

    def record(self, made: RuntimeContainer, hook: HookType, call: str) -> None:
        """A record of layer `hook`."""
        made.last_record = self._recorder.record(
            "hook",
            pod=made.pod.key,
            object=made.container.name,
            container_type=str(made.container.container_type),
            attempt=made.attempt,
            hook=str(hook),
            call=call,
            because=made.last_record,
        )
