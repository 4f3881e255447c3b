"""Devices that take notifications, below `/inbox/push/`."""

from django.urls import path

from sessions.push import views

urlpatterns = [
    path("", views.register, name="push-register"),
    path("looks/", views.looks, name="push-looks"),
    path("taken/<str:token>/", views.taken, name="push-taken"),
    path("<int:pk>/try/", views.try_out, name="push-try"),
    path("<int:pk>/remove/", views.remove, name="push-remove"),
]
