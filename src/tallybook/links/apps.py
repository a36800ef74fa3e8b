from django.apps import AppConfig


class LinksConfig(AppConfig):
    name = "tallybook.links"
    label = "links"
