from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "tallybook.console"
    label = "console"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in  # noqa: PLC0415 - when all apps are there

        from tallybook.console.seeing import note_sign_in  # noqa: PLC0415 - likewise

        user_logged_in.connect(note_sign_in)
