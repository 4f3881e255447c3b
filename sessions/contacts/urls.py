"""The company's address book, below `/contacts/`."""

from django.urls import path

from imports import views as import_views
from sessions.contacts import views

urlpatterns = [
    path("", views.contact_list, name="contact-list"),
    path("add/", views.contact_add, name="contact-add"),
    path("export/", views.contact_export, name="contact-export"),
    path("import/", import_views.upload, {"kind": "contacts"}, name="contact-import"),
    path("import/example/", import_views.example, {"kind": "contacts"}, name="contact-import-example"),
    path("<int:pk>/", views.contact_page, name="contact-page"),
    path("<int:pk>/edit/", views.contact_edit, name="contact-edit"),
    path("<int:pk>/delete/", views.contact_delete, name="contact-delete"),
]
