# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Django application with django-scim2 and a database in memory: server.py PORT TOKEN"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any
from wsgiref.simple_server import make_server

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.urls import include, path

PORT, TOKEN = int(sys.argv[1]), sys.argv[2]
APPS = ("contenttypes", "auth", "people")

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    AUTH_USER_MODEL="people.User",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "django_scim", "people"],
    MIDDLEWARE=["__main__.bearer", "django_scim.middleware.SCIMAuthCheckMiddleware"],
    MIGRATION_MODULES=dict.fromkeys(APPS),  # tables are created directly from the models
    ROOT_URLCONF="__main__",
    SCIM_SERVICE_PROVIDER={
        "AUTHENTICATION_SCHEMES": [{"type": "oauthbearertoken", "name": "Bearer", "description": "A bearer token"}],
        "GROUP_MODEL": "people.models.Group",
        "NETLOC": f"127.0.0.1:{PORT}",
        "SCHEME": "http",
    },
    SECRET_KEY=TOKEN,
    USE_TZ=True,
)
urlpatterns = [path("scim/v2/", include("django_scim.urls"))]


def bearer(get_response: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Log in every request that has the token; django-scim2 checks nothing else."""
    from django.contrib.auth import get_user_model
    from django.contrib.auth.models import AnonymousUser

    def middleware(request: Any) -> Any:
        known = request.headers.get("Authorization") == f"Bearer {TOKEN}"
        request.user = get_user_model()() if known else AnonymousUser()
        return get_response(request)

    return middleware


django.setup()
call_command("migrate", run_syncdb=True, verbosity=0)
make_server("127.0.0.1", PORT, get_wsgi_application()).serve_forever()
