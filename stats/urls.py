from django.urls import path

from stats import views

urlpatterns = [
    path("channels/", views.channel_list, name="channel-list"),
]
