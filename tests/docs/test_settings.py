"""Every setting of an installation stands in the table of installing.md, as the code has it."""

import pytest
from tests.docs.pages import read, rows, section

from tallybook.config.installation import PREFIX, Installation

TABLE = {cells[0]: cells for cells in rows(section(read("installing.md"), "Settings"))}
NAMES = {name: f"`{PREFIX}{name.upper()}`" for name in Installation.model_fields}


def test_the_table_has_all_settings_and_no_others() -> None:
    assert len(TABLE) == len(NAMES)
    assert set(TABLE) == set(NAMES.values())


@pytest.mark.parametrize("name", NAMES)
def test_a_setting_is_told_with_type_default_and_help(name: str) -> None:
    _, kind, _, default, help_ = TABLE[NAMES[name]]
    field = Installation.model_fields[name]
    assert kind
    assert help_ == field.description
    if field.default is None:
        assert default in {"none", "generated"}
    elif field.default_factory is None:
        assert default == f"`{field.default}`"


@pytest.mark.parametrize("name", NAMES)
def test_limits_and_units_are_told(name: str) -> None:
    _, kind, unit, _, _ = TABLE[NAMES[name]]
    for limit in Installation.model_fields[name].metadata:
        for bound in ("ge", "le"):
            assert str(getattr(limit, bound, "")) in kind
    assert name.endswith("_seconds") == (unit == "seconds")
