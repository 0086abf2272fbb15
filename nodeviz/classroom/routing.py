"""Which address is a room's socket?"""

from django.urls import re_path

from nodeviz.classroom.consumers import RoomConsumer

websocket_urlpatterns = [
    re_path(r"^ws/rooms/(?P<code>[A-Za-z0-9]{6})/$", RoomConsumer.as_asgi()),
]
