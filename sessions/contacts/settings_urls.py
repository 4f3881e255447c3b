"""What administrators decide about contacts, below `/contact-settings/`."""

from django.urls import path

from sessions.contacts import settings_views as views

urlpatterns = [
    path("", views.contact_settings, name="contact-settings"),
    path("fields/add/", views.field_add, name="contact-field-add"),
    path("fields/<int:pk>/", views.field_edit, name="contact-field-edit"),
    path("fields/<int:pk>/move/", views.field_move, name="contact-field-move"),
    path("fields/<int:pk>/remove/", views.field_remove, name="contact-field-remove"),
    path("fields/<int:pk>/bring-back/", views.field_bring_back, name="contact-field-bring-back"),
    path("links/add/", views.link_add, name="contact-link-add"),
    path("links/<int:pk>/", views.link_edit, name="contact-link-edit"),
    path("links/<int:pk>/move/", views.link_move, name="contact-link-move"),
    path("links/<int:pk>/delete/", views.link_delete, name="contact-link-delete"),
]
