"""When two rows are about one object (DESIGN: Identity).

An object is known, within its customer, by product, organisation, type and the source's id; where the source gives no id, by
the case-folded name and details instead. The month that an adjustment is for belongs to the identity, so that late usage
stands beside the usage of the open month.
"""

from datetime import date
from hashlib import blake2b

KEY_BYTES = 16


def kind_prefix(product_id: str, organisation_id: str, object_type_folded: str) -> str:
    """What the identities of all objects of one kind begin with; the organisation is empty where there is none."""
    # NUL cannot occur in text that PostgreSQL stores, so no two identities are spelt alike.
    return f"{product_id}\0{organisation_id}\0{object_type_folded}\0"


def object_key(
    prefix: str, object_id: str | None, object_name_folded: str, object_details_folded: str, adjustment_for: date | None
) -> str:
    """The identity of an object within its customer, as the 32 hexadecimal digits of a uuid.

    Args:
        prefix: what `kind_prefix` gives.
        object_id: the source's own id, as written.
        object_name_folded: the name, folded.
        object_details_folded: the details, folded; empty where there are none.
        adjustment_for: the month that an adjustment is for.
    """
    known_by = f"id\0{object_id}" if object_id else f"name\0{object_name_folded}\0{object_details_folded}"
    spelt = f"{prefix}{adjustment_for or ''}\0{known_by}"
    return blake2b(spelt.encode(), digest_size=KEY_BYTES).hexdigest()
