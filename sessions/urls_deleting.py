from django.urls import path

from sessions.views import deleting

urlpatterns = [
    path("channels/<int:pk>/delete/", deleting.channel_delete, name="channel-delete"),
    path("extensions/<int:pk>/delete/", deleting.extension_delete, name="extension-delete"),
    path("extensions/<int:pk>/deactivate/", deleting.extension_deactivate, name="extension-deactivate"),
    path("queues/<int:pk>/delete/", deleting.queue_delete, name="queue-delete"),
]
