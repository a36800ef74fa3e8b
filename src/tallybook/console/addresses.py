"""Values that stand in addresses and forms, as somebody may have typed them."""

from uuid import UUID


def uuid_in(text: str) -> UUID:
    """The id that it spells; else one that nothing has, so that it is not found."""
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)


def number_in(text: str, *, most: int) -> int | None:
    """The whole number that it spells, from 0 on; None where it is none, or a larger one."""
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(most))):
        return None
    number = int(text)
    return number if number <= most else None
