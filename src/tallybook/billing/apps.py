from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "tallybook.billing"
    label = "billing"
