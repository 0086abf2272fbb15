"""Which address is a socket?"""

from django.urls import re_path

from nodeviz.runs.consumers import RunConsumer

websocket_urlpatterns = [
    re_path(r"^ws/runs/(?P<scenario_id>[A-Za-z0-9_-]{1,64})/$", RunConsumer.as_asgi()),
]
