from django.urls import URLPattern, URLResolver, include, path

from tallybook.console import program_pages
from tallybook.database.migrating import is_migrated
from tallybook.web import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include("tallybook.links.urls")),
    path("healthz", health.alive),
    path("readyz", health.ready, {"is_migrated": is_migrated}),
    path("docs/api", program_pages.api, name="api-docs"),
    path("", include("tallybook.console.urls")),
]

handler400 = "tallybook.web.errors.bad_request"
handler403 = "tallybook.web.errors.forbidden"
handler404 = "tallybook.web.errors.not_found"
handler500 = "tallybook.web.errors.broken"
# Allauth's, for too many attempts to sign in.
handler429 = "tallybook.web.errors.too_many"
