from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "tallybook.console"
    label = "console"
