"""Who does something, and to what."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Self
from uuid import UUID


class ActorKind(StrEnum):
    """In which part somebody acts."""

    PERSON = "person"
    """Signed in to the console."""
    OPERATOR = "operator"
    """By a command on the server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts. The id goes into the chain for ever, name and address can be erased."""

    kind: ActorKind
    name: str
    id: UUID | None = None
    address: str | None = None

    @classmethod
    def person(cls, user_id: UUID, email: str, address: str) -> Self:
        """Somebody who is signed in, and the address that the request came from."""
        return cls(kind=ActorKind.PERSON, id=user_id, name=email, address=address)

    @classmethod
    def operator(cls, os_user: str) -> Self:
        """Whoever runs a command on the server, by the name of the system's account."""
        return cls(kind=ActorKind.OPERATOR, name=os_user)


class Subject(NamedTuple):
    """What something was done to. Kind and id go into the chain for ever, the name can be erased."""

    kind: str
    id: str
    name: str
