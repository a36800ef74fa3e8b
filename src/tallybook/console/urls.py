from django.urls import include, path

from tallybook.console import sign_in, views

_usage = [
    path("", views.usage_details, name="usage"),
    path("export/", views.export_form, name="export"),
    path("export/count/", views.export_count, name="export-count"),
    path("export/download", views.export_download, name="export-download"),
]

urlpatterns = [
    # Allauth looks these two up by their bare names.
    path("sign-in/", sign_in.sign_in, name="account_login"),
    path("sign-out/", sign_in.sign_out, name="account_logout"),
    path(
        "",
        include(
            (
                [
                    path("", views.home, name="home"),
                    path("favicon.ico", views.favicon, name="favicon"),
                    path("subscriptions/<uuid:subscription_id>/usage/", include(_usage)),
                ],
                "console",
            )
        ),
    ),
]
