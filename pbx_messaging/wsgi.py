"""Pages and API on threads, behind a proxy."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pbx_messaging.settings")
_django = get_wsgi_application()

from pbx_messaging.doors.wsgi import guarded  # noqa: E402  only now are the apps loaded

application = guarded(_django)
