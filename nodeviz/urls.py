"""Which address is what? Each application lists its own; `/healthz` and `/readyz` are in health.py."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("nodeviz.scenarios.urls")),
    path("", include("nodeviz.runs.urls")),
    path("", include("nodeviz.classroom.urls")),
    path("", include("nodeviz.api.urls")),
    path("", include("nodeviz.service_worker")),
]
