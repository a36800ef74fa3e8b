from django.apps import AppConfig


class UsageConfig(AppConfig):
    name = "tallybook.usage"
    label = "usage"
