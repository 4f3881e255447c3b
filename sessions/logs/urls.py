"""The message logs, below `/logs/`."""

from django.urls import path

from sessions.logs import export_views, views

urlpatterns = [
    path("", views.log_list, name="log-list"),
    path("transfer/", views.log_transfer, name="log-transfer"),
    path("export/", export_views.sessions_export, name="log-export"),
    path("export/messages/", export_views.messages_export, name="log-export-messages"),
    path("<int:pk>/", views.log_detail, name="log-detail"),
    path("<int:pk>/transfer/", views.log_transfer_one, name="log-transfer-one"),
]
