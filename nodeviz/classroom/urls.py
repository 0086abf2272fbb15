"""Which address is an example's, a lesson's or a class'?"""

from django.urls import path

from nodeviz.classroom import gallery_page, lesson_views, room_views

urlpatterns = [
    path("gallery", gallery_page.gallery_page, name="gallery"),
    path("lessons", lesson_views.lesson_list, name="lessons"),
    path("lessons/<slug:name>", lesson_views.page, name="lesson"),
    path("lessons/<slug:name>.html", lesson_views.file, name="lesson-file"),
    path("lessons/<slug:name>/handout", lesson_views.handout, name="lesson-handout"),
    path("rooms", room_views.rooms, name="rooms"),
    path("join", room_views.join, name="join"),
    path("r/<slug:code>", room_views.room, name="room"),
    path("r/<slug:code>/answers.csv", room_views.answers, name="room-answers"),
]
