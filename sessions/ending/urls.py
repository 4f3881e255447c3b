from django.urls import path

from sessions.ending import deleting_views

urlpatterns = [
    path("channels/<int:pk>/delete/", deleting_views.channel_delete, name="channel-delete"),
    path("extensions/<int:pk>/delete/", deleting_views.extension_delete, name="extension-delete"),
    path("extensions/<int:pk>/deactivate/", deleting_views.extension_deactivate, name="extension-deactivate"),
    path("queues/<int:pk>/delete/", deleting_views.queue_delete, name="queue-delete"),
]
