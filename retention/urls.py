from django.urls import path

from retention import person_views, views

urlpatterns = [
    path("retention/", views.retention, name="retention"),
    path("retention/channels/<int:pk>/", views.of_channel, name="retention-channel"),
    path("retention/person/", views.find_person, name="retention-person"),
    path("retention/erasures/<int:pk>/withdraw/", person_views.withdraw, name="erasure-withdraw"),
    path("contacts/<int:pk>/person/", person_views.person, name="person"),
    path("contacts/<int:pk>/person/archive/", person_views.hand_out, name="person-hand-out"),
    path("contacts/<int:pk>/person/erase/", person_views.erase, name="person-erase"),
    path("contacts/<int:pk>/person/hold/", person_views.hold, name="person-hold"),
    path("contacts/<int:pk>/person/lift/", person_views.lift, name="person-lift"),
]
