"""Which address is a class'?"""

from django.urls import path

from nodeviz.classroom import room_views

urlpatterns = [
    path("rooms", room_views.rooms, name="rooms"),
    path("join", room_views.join, name="join"),
    path("r/<slug:code>", room_views.room, name="room"),
    path("r/<slug:code>/answers.csv", room_views.answers, name="room-answers"),
]
