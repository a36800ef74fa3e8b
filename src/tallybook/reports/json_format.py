"""The report as one JSON object: schema, link, period, generatedAt, rows."""

import json
from typing import IO

from tallybook.reports.choice import Choice
from tallybook.reports.copying import copy_rows
from tallybook.reports.kinds import SCHEMA, Kind, parameters
from tallybook.subscriptions.revisions import last_changed_at
from tallybook.usage.months import month_text

# COPY's text format would double the backslashes of JSON. Its csv format leaves a value alone that has neither quote nor
# delimiter in it, and JSON text has no control characters.
_FORM = "FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02'"


def write_json(kind: Kind, choice: Choice, target: IO[bytes], link: str | None = None) -> int:
    """The object, one row a line. `generatedAt` is when the ledger last changed for these months. Returns the rows' number."""
    changed_at = last_changed_at(choice.subscription.id, choice.first_month, choice.last_month)
    head = {
        "schema": SCHEMA,
        "link": link,
        "period": {"from": month_text(choice.first_month), "to": month_text(choice.last_month)},
        "generatedAt": changed_at.strftime("%Y-%m-%dT%H:%M:%SZ") if changed_at else None,
    }
    target.write(json.dumps(head, ensure_ascii=False)[:-1].encode() + b', "rows": [\n')
    query = f"SELECT row_to_json(r) FROM ({kind.rows_query()}) r"
    count = copy_rows(query, parameters(choice), _FORM, target, separator=b",\n")
    target.write(b"\n]}\n" if count else b"]}\n")
    return count
