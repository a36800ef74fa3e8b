from django.apps import AppConfig


class SubscriptionsConfig(AppConfig):
    name = "tallybook.subscriptions"
    label = "subscriptions"
