"""Below `/system/`."""

from django.urls import path

from upkeep import views

urlpatterns = [path("restored/", views.restored, name="restored")]
