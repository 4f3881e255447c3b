"""The message logs, below `/logs/`."""

from django.urls import path

from sessions.views import log_export, logs

urlpatterns = [
    path("", logs.log_list, name="log-list"),
    path("transfer/", logs.log_transfer, name="log-transfer"),
    path("export/", log_export.sessions_export, name="log-export"),
    path("export/messages/", log_export.messages_export, name="log-export-messages"),
    path("<int:pk>/", logs.log_detail, name="log-detail"),
    path("<int:pk>/transfer/", logs.log_transfer_one, name="log-transfer-one"),
]
