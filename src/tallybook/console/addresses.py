"""Values that stand in addresses and forms, as somebody may have typed them."""

from uuid import UUID


def uuid_in(text: str) -> UUID:
    """The id that it spells; else one that nothing has, so that it is not found."""
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
