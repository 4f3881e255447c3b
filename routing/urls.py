from django.urls import path

from imports import views as import_views
from routing import user_views, views

urlpatterns = [
    path("users/add/", user_views.user_add, name="user-add"),
    path("users/<int:pk>/", user_views.user_edit, name="user-edit"),
    path("extensions/", views.extension_list, name="extension-list"),
    path("extensions/add/", views.extension_add, name="extension-add"),
    path("extensions/import/", import_views.upload, {"kind": "extensions"}, name="extension-import"),
    path(
        "extensions/import/example/",
        import_views.example,
        {"kind": "extensions"},
        name="extension-import-example",
    ),
    path("extensions/export/", views.extension_export, name="extension-export"),
    path("extensions/<int:pk>/", views.extension_edit, name="extension-edit"),
    path("extensions/<int:pk>/activate/", views.extension_activate, name="extension-activate"),
    path("queues/", views.queue_list, name="queue-list"),
    path("queues/add/", views.queue_add, name="queue-add"),
    path("queues/<int:pk>/", views.queue_edit, name="queue-edit"),
]
