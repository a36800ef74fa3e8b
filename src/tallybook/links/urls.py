from django.urls import path

from tallybook.links import views

urlpatterns = [
    path("openapi.json", views.openapi, name="openapi"),
    path("report-links/<uuid:link_id>", views.report_link, name="report-link"),
]
