"""What the agents' page asks for beside sessions, below `/inbox/`."""

from django.urls import path

from sessions.live import views

urlpatterns = [
    path("calls/", views.calls, name="inbox-calls"),
    path("availability/", views.availability, name="inbox-availability"),
    path("viewing/", views.viewing, name="inbox-viewing"),
    path("<int:pk>/viewers/", views.viewers, name="inbox-viewers"),
]
