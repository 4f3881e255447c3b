"""Below `/system/`."""

from django.urls import path

from health import alarm_views, views

urlpatterns = [
    path("status/", views.system, name="system"),
    path("alarms/", alarm_views.alarms, name="alarms"),
    path("alarms/for-all/", alarm_views.for_all, name="alarms-for-all"),
    path("alarms/try/", alarm_views.try_out, name="alarms-try"),
    path("alarms/ringing/", views.ringing, name="alarms-ringing"),
]
