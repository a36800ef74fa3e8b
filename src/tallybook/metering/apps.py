from django.apps import AppConfig


class MeteringConfig(AppConfig):
    name = "tallybook.metering"
    label = "metering"
