"""Why one cell cannot be read."""


class CellRefused(ValueError):
    """A cell that cannot be read. `field` is the name of a `UsageRow` field, `reason` a sentence."""

    def __init__(self, field: str, value: str, reason: str) -> None:
        super().__init__(field, value, reason)
        self.field = field
        self.value = value
        self.reason = reason
