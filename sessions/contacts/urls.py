"""The company's address book, below `/contacts/`."""

from django.urls import path

from sessions.contacts import import_views, settings_views, views

urlpatterns = [
    path("", views.contact_list, name="contact-list"),
    path("add/", views.contact_add, name="contact-add"),
    path("export/", import_views.contact_export, name="contact-export"),
    path("import/", import_views.contacts_import, name="contact-import"),
    path("import/example/", import_views.import_example, name="contact-import-example"),
    path("settings/", settings_views.contact_settings, name="contact-settings"),
    path("fields/add/", settings_views.field_add, name="contact-field-add"),
    path("fields/<int:pk>/", settings_views.field_edit, name="contact-field-edit"),
    path("fields/<int:pk>/move/", settings_views.field_move, name="contact-field-move"),
    path("fields/<int:pk>/remove/", settings_views.field_remove, name="contact-field-remove"),
    path("fields/<int:pk>/bring-back/", settings_views.field_bring_back, name="contact-field-bring-back"),
    path("links/add/", settings_views.link_add, name="contact-link-add"),
    path("links/<int:pk>/", settings_views.link_edit, name="contact-link-edit"),
    path("links/<int:pk>/move/", settings_views.link_move, name="contact-link-move"),
    path("links/<int:pk>/delete/", settings_views.link_delete, name="contact-link-delete"),
    path("<int:pk>/", views.contact_page, name="contact-page"),
    path("<int:pk>/edit/", views.contact_edit, name="contact-edit"),
    path("<int:pk>/delete/", views.contact_delete, name="contact-delete"),
]
