"""When two rows are about one object (DESIGN: Identity).

An object is known, within its customer, by product, organisation, type and the source's id; where the source gives no id, by
the case-folded name and details instead. The month that an adjustment is for belongs to the identity, so that late usage
stands beside the usage of the open month.
"""

from datetime import date
from hashlib import blake2b
from typing import NamedTuple

KEY_BYTES = 16


class ObjectIdentity(NamedTuple):
    """The parts of an object's identity within its customer. Texts are folded, except the source's own id."""

    product_id: int
    organisation_id: str | None
    object_type_folded: str
    object_id: str | None
    object_name_folded: str
    object_details_folded: str | None
    adjustment_for: date | None

    def key(self) -> str:
        """The identity as 32 hexadecimal digits, which PostgreSQL reads as a uuid."""
        product, organisation, kind, own_id, name, details, adjustment = self
        known_by = f"id\0{own_id}" if own_id else f"name\0{name}\0{details or ''}"
        # NUL cannot occur in text that PostgreSQL stores, so no two identities are spelt alike.
        spelt = f"{product}\0{organisation or ''}\0{kind}\0{adjustment or ''}\0{known_by}"
        return blake2b(spelt.encode(), digest_size=KEY_BYTES).hexdigest()
