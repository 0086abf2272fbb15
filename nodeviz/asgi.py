"""What answers a request, and what a websocket? The ASGI application that uvicorn serves."""

from __future__ import annotations

import gc
import os

from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.asgi import get_asgi_application

from nodeviz.bounded_http import without_large_bodies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nodeviz.settings")

# First: it loads the applications, whose modules the routes import.
http_application = get_asgi_application()

from django.conf import settings  # noqa: E402

from nodeviz import metrics  # noqa: E402
from nodeviz.logs import program  # noqa: E402
from nodeviz.routing import websocket_urlpatterns  # noqa: E402
from nodeviz.watched import Watched  # noqa: E402

if program() == "web":
    metrics.keep_flushing()

routed = ProtocolTypeRouter(
    {
        "http": without_large_bodies(http_application),
        # A page of another origin cannot open a socket in a visitor's name.
        "websocket": AllowedHostsOriginValidator(URLRouter(websocket_urlpatterns)),
    }
)

application = Watched(routed, writes_access_log=settings.ACCESS_LOG)

# What was loaded stays for as long as the process: the search for garbage need not walk through it again and again. And it searches less often than it would
# for a small script, because messages for hundreds of sockets make many short-lived objects and hardly a cycle: a tenth of the processor time for a crowd.
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 20, 20)

if ready := os.environ.pop("NODEVIZ_READY_FD", ""):
    # Whoever replaces a server by this one waits for it.
    os.write(int(ready), b"1")
    os.close(int(ready))
