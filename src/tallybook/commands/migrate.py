from tallybook.commands.environment import migrate_database


def migrate() -> None:
    """Make or update the schema, as the role that owns it."""
    migrate_database()
    print("The schema is up to date.")
