from django.urls import path

from imports import views

urlpatterns = [
    path("<int:pk>/", views.page, name="import"),
    path("<int:pk>/cancel/", views.cancel, name="import-cancel"),
    path("<int:pk>/faulty-rows/", views.faults, name="import-faults"),
    path("<int:pk>/links/", views.links, name="import-links"),
]
