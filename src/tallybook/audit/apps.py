from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "tallybook.audit"
    label = "audit"
