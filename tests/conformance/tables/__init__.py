"""Which functions are checked row by row, without any simulated time? One module a table; `TABLES` has them by the name that the case gives."""

from __future__ import annotations

from tests.conformance.tables import backoff, grace, kubectl, phase, resources, sync_actions, validation
from tests.conformance.tables.rows import Row

TABLES: dict[str, Row] = {
    "sync_actions": sync_actions.check,
    "phase": phase.check,
    "kubectl": kubectl.check,
    "kill_grace": grace.check,
    "backoff_check": backoff.check,
    "effective_requests": resources.check_effective_requests,
    "qos_oom": resources.check_qos_oom,
    "validation": validation.check,
}
