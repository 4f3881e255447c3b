"""The company's address book, below `/contacts/`."""

from django.urls import path

from sessions.views import address_book, contact_import

urlpatterns = [
    path("", address_book.contact_list, name="contact-list"),
    path("add/", address_book.contact_add, name="contact-add"),
    path("export/", contact_import.contact_export, name="contact-export"),
    path("import/", contact_import.contacts_import, name="contact-import"),
    path("import/example/", contact_import.import_example, name="contact-import-example"),
    path("<int:pk>/", address_book.contact_page, name="contact-page"),
    path("<int:pk>/edit/", address_book.contact_edit, name="contact-edit"),
    path("<int:pk>/delete/", address_book.contact_delete, name="contact-delete"),
]
