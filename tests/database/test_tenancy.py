"""Row-level security: what the catalogue of the database says, and what raw SQL can and cannot do."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from django.utils import timezone
from tests.bookkeeping import OCTOBER, OPERATOR, REGISTER_TABLES, SUBSCRIPTION_TABLES, usage
from tests.conftest import TestDatabase

from tallybook.billing.counting import count_months
from tallybook.billing.deciding import People, decide
from tallybook.billing.excluding import Terms, exclude
from tallybook.billing.rules import OBJECTS
from tallybook.billing.rules_in_force import Span, set_rule
from tallybook.database.scope import subscription_scope
from tallybook.links.drafts import Draft
from tallybook.links.links import create_link
from tallybook.links.models import LinkCall, LinkFile
from tallybook.links.periods import Period
from tallybook.metering.summary import Summary
from tallybook.metering.uploads import receive
from tallybook.subscriptions.customers import alias_customer, find_customers
from tallybook.subscriptions.invitations import invite
from tallybook.subscriptions.models import Role, Subscription, User
from tallybook.subscriptions.products import find_product
from tallybook.usage.history import count_objects

TENANT_TABLES = (*SUBSCRIPTION_TABLES, "subscription")
OWNER, RUNTIME = "tallybook_owner", "tallybook"
OWN = (
    "(subscription_id = ( SELECT (NULLIF(current_setting('tallybook.subscription'::text, true), ''::text))::uuid "
    'AS "nullif"))'
)
APPENDED_ONLY = ("audit_event", "audit_detail")
# Of `filled`: the two imports, and what is recorded of them and of seven other steps.
MANY_ROWS = {"usage_import": 2, "import_reach": 2} | dict.fromkeys(APPENDED_ONLY, 9)
NOT_CHANGED = (*APPENDED_ONLY, "link_call", "import_reach")
KEPT_FOR_EVER = (
    "customer",
    "organisation",
    "revision",
    "rule_setting",
    "source",
    "usage_import",
    "import_reach",
    "entry",
    "report_link",
    "link_key",
    *APPENDED_ONLY,
)
ENFORCED = {
    "audit_detail (subscription_id, number) audit_event (subscription_id, number)",
    "customer_alias (subscription_id, customer_id) customer (subscription_id, id)",
    "organisation (subscription_id, customer_id) customer (subscription_id, id)",
    *(
        f"{table} (subscription_id, customer_id) customer (subscription_id, id)"
        for table in ("rule_setting", "person_decision", "exclusion", "import_reach")
    ),
    "usage_import (subscription_id, source_number) source (subscription_id, number)",
    "import_reach (subscription_id, import_number) usage_import (subscription_id, number)",
    *(
        f"{table} (subscription_id, link_id) report_link (subscription_id, id)"
        for table in ("link_gate", "link_key", "link_call", "link_file")
    ),
}
NOT_ENFORCED = {
    f"{table} ({columns}) {target}"
    for table in ("entry", "usage_item")
    for columns, target in (
        ("subscription_id, customer_id", "customer (subscription_id, id)"),
        ("subscription_id, organisation_id", "organisation (subscription_id, id)"),
        ("product_id", "product (id)"),
    )
} | {
    "quantity (subscription_id, customer_id) customer (subscription_id, id)",
    *(f"{table} (subscription_id, import_number) usage_import (subscription_id, number)" for table in ("entry", "usage_item")),
}


def asked(url: str, statement: str, *parameters: object, scope: object = None) -> list[tuple[object, ...]]:
    """The rows of raw SQL in a session of its own, with or without the setting of a subscription."""
    with psycopg.connect(url) as session:
        if scope is not None:
            session.execute("SELECT set_config('tallybook.subscription', %s, false)", [str(scope)])
        cursor = session.execute(statement, parameters)
        return list(cursor.fetchall()) if cursor.description else [(cursor.rowcount,)]


@pytest.fixture
def filled(subscription: Subscription, take: Callable[..., Summary], owner: User) -> Subscription:
    """A subscription with a row in each of its tables; what was done to make it stands in the audit log."""
    take([usage(organisation="anchor.example")])
    take([usage(organisation="anchor.example", plan="Gold")])
    count_months(subscription, OCTOBER, OCTOBER)
    count_objects(subscription.id, OCTOBER, OCTOBER, until=0)
    with subscription_scope(subscription.id):
        alias_customer(subscription, "Anchor Ltd", f"Anker {uuid4()}", actor=OPERATOR)
        (customer,) = find_customers(subscription, ["Anchor Ltd"])
        set_rule(subscription, Span(find_product("VM Backup"), customer, OCTOBER), OBJECTS, actor=OPERATOR)
        people = People(customer=customer, organisation="", identities=("ann", "bell"))
        decide(subscription, people, OCTOBER, is_one_person=True, actor=OPERATOR)
        terms = Terms(first_month=OCTOBER, reason="Our own", owner="Kim")
        ann = People(customer=customer, organisation="", identities=("ann",))
        exclude(subscription, ann, terms, actor=OPERATOR)
        receive(subscription, "usage.csv", [b"Month"], actor=OPERATOR)
        invite(subscription, f"{uuid4()}@msp.example", Role.VIEWER, by=owner, actor=OPERATOR)
        link, key = create_link(subscription, Draft(name="PSA", period=Period("this-month"), allowed=None), actor=OPERATOR)
        facts = {"subscription_id": subscription.id, "link_id": link.saved.id, "address": "192.0.2.7"}
        LinkCall.objects.create(**facts, id=uuid4(), called_at=timezone.now(), status=200, outcome="granted")
        LinkFile.objects.create(
            **facts, key_id=key.key_id, token=uuid4(), size_bytes=1, row_count=0, sha256=b"", built_at=timezone.now()
        )
    return subscription


def test_every_table_with_a_subscription_is_known_here(database: TestDatabase) -> None:
    found = asked(
        database.runtime_url,
        "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'subscription_id'",
    )
    assert {name for (name,) in found} == {*SUBSCRIPTION_TABLES, *REGISTER_TABLES}
    assert len(found) == 27


@pytest.mark.parametrize("table", TENANT_TABLES)
def test_a_table_is_secured_for_runtime_and_open_to_its_owner(database: TestDatabase, table: str) -> None:
    ((enabled, forced, owner),) = asked(
        database.runtime_url,
        "SELECT relrowsecurity, relforcerowsecurity, relowner::regrole::text FROM pg_class WHERE oid = %s::regclass",
        table,
    )
    policies = {
        str(name).removeprefix(f"{table}_"): (permissive, roles, command, condition)
        for name, permissive, roles, command, condition in asked(
            database.runtime_url,
            "SELECT policyname, permissive, roles::text[], cmd, coalesce(qual, with_check) FROM pg_policies "
            "WHERE tablename = %s",
            table,
        )
    }
    assert (enabled, forced, owner) == (True, True, OWNER)
    assert policies.pop("owner") == ("PERMISSIVE", [OWNER], "ALL", "true")
    refused = {name for name, tables in (("update", NOT_CHANGED), ("delete", KEPT_FOR_EVER)) if table in tables}
    assert set(policies) == {"read", "insert", "update", "delete"} - refused
    if table not in ("membership", "subscription"):
        assert {condition for *_, condition in policies.values()} == {OWN}


@pytest.mark.parametrize("table", SUBSCRIPTION_TABLES)
def test_a_tables_key_leads_with_the_subscription(database: TestDatabase, table: str) -> None:
    found = asked(
        database.runtime_url,
        "SELECT a.attname, i.indisprimary FROM pg_index i "
        "JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] "
        "WHERE i.indrelid = %s::regclass AND i.indisunique",
        table,
    )
    assert ("subscription_id", True) in found
    assert {column for column, _ in found} == {"subscription_id"}


@pytest.mark.parametrize(("enforced", "expected"), [(True, ENFORCED), (False, NOT_ENFORCED)], ids=["enforced", "not enforced"])
def test_composite_references_stand(database: TestDatabase, enforced: bool, expected: set[str]) -> None:  # noqa: FBT001
    found = asked(
        database.runtime_url,
        "SELECT conrelid::regclass || ' ' || replace(replace(replace(pg_get_constraintdef(oid), 'FOREIGN KEY ', ''), "
        "'REFERENCES ', ''), '(', ' (') FROM pg_constraint WHERE contype = 'f' AND conenforced = %s "
        "AND (array_length(conkey, 1) > 1 OR NOT conenforced)",
        enforced,
    )
    told = {" ".join(str(text).removesuffix(" NOT ENFORCED").split()) for (text,) in found}
    assert told == expected
    assert len(found) == len(expected)


def test_the_runtime_role_owns_nothing_and_bypasses_nothing(database: TestDatabase) -> None:
    ((role, superuser, bypasses, creates),) = asked(
        database.runtime_url,
        "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole OR rolcreatedb FROM pg_roles WHERE rolname = current_user",
    )
    assert (role, superuser, bypasses, creates) == (RUNTIME, False, False, False)
    assert asked(database.runtime_url, "SELECT relname FROM pg_class WHERE relowner = current_user::regrole") == []
    assert asked(database.runtime_url, "SELECT pg_has_role(current_user, 'tallybook_owner', 'MEMBER')") == [(False,)]
    assert asked(database.runtime_url, "SELECT has_schema_privilege('public', 'CREATE')") == [(False,)]
    definers = "SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
    assert asked(database.runtime_url, definers) == []
    assert asked(database.runtime_url, "SELECT viewname FROM pg_views WHERE schemaname = 'public'") == []


@pytest.mark.parametrize("table", TENANT_TABLES)
def test_raw_sql_sees_its_own_subscription_only(database: TestDatabase, filled: Subscription, table: str) -> None:
    key = "id" if table == "subscription" else "subscription_id"
    count = f"SELECT count(*) FROM {table} WHERE {key} = %s"
    rows = [(MANY_ROWS.get(table, 1),)]
    assert asked(database.runtime_url, count, filled.id, scope=filled.id) == rows
    assert asked(database.runtime_url, count, filled.id) == [(0,)]
    assert asked(database.runtime_url, count, filled.id, scope=uuid4()) == [(0,)]
    assert asked(database.runtime_url, f"SELECT count(*) FROM {table}", scope="") == [(0,)]
    assert asked(database.owner_url, count, filled.id) == rows


@pytest.mark.parametrize("table", SUBSCRIPTION_TABLES)
def test_raw_sql_cannot_reach_or_make_rows_of_another_subscription(
    database: TestDatabase, filled: Subscription, other_subscription: Subscription, table: str
) -> None:
    foreign = other_subscription.id
    move = f"UPDATE {table} SET subscription_id = %s"
    if table in NOT_CHANGED:
        assert asked(database.runtime_url, move, foreign, scope=filled.id) == [(0,)]
    else:
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
            asked(database.runtime_url, move, foreign, scope=filled.id)
    copy = f"INSERT INTO {table} SELECT * FROM {table}"
    with psycopg.connect(database.runtime_url) as session:
        session.execute("SELECT set_config('tallybook.subscription', %s, false)", [str(filled.id)])
        session.execute(f"CREATE TEMPORARY TABLE copied AS SELECT * FROM {table}")
        session.execute("SELECT set_config('tallybook.subscription', %s, false)", [str(foreign)])
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
            session.execute(copy.replace(f"FROM {table}", "FROM copied"))
    touched = asked(database.runtime_url, f"UPDATE {table} SET subscription_id = subscription_id", scope=foreign)
    assert touched == [(0,)]


@pytest.mark.parametrize("table", TENANT_TABLES)
def test_raw_sql_deletes_nothing_of_another_subscription(database: TestDatabase, filled: Subscription, table: str) -> None:
    key = "id" if table == "subscription" else "subscription_id"
    assert asked(database.runtime_url, f"DELETE FROM {table} WHERE {key} = %s", filled.id) == [(0,)]
    assert asked(database.runtime_url, f"DELETE FROM {table}", scope=uuid4()) == [(0,)]
    if table in KEPT_FOR_EVER:
        assert asked(database.runtime_url, f"DELETE FROM {table}", scope=filled.id) == [(0,)]
    for statement in (f"TRUNCATE {table}", f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY", f"DROP TABLE {table}"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            asked(database.runtime_url, statement, scope=filled.id)


@pytest.mark.parametrize("table", REGISTER_TABLES)
def test_the_register_is_read_by_the_endpoint_and_written_by_its_subscription_only(
    database: TestDatabase, filled: Subscription, other_subscription: Subscription, table: str
) -> None:
    own = f"SELECT count(*) FROM {table} WHERE subscription_id = %s"
    assert asked(database.runtime_url, own, filled.id) == [(1,)]
    for statement in (f"UPDATE {table} SET subscription_id = subscription_id", f"DELETE FROM {table}"):
        assert asked(database.runtime_url, statement) == [(0,)]
        assert asked(database.runtime_url, statement, scope=other_subscription.id) == [(0,)]
    assert asked(database.runtime_url, f"DELETE FROM {table}", scope=filled.id) == [(0,)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
        asked(database.runtime_url, f"UPDATE {table} SET subscription_id = %s", other_subscription.id, scope=filled.id)
    assert asked(database.runtime_url, own, filled.id) == [(1,)]


def test_a_product_cannot_be_deleted_by_the_runtime_role(database: TestDatabase) -> None:
    names = "SELECT name FROM product ORDER BY id LIMIT 4"
    before = asked(database.runtime_url, names)
    for condition in ("true", "name = 'EndPoint Backup'", "id = 1"):
        assert asked(database.runtime_url, f"DELETE FROM product WHERE {condition}") == [(0,)]
    for statement in ("TRUNCATE product CASCADE", "ALTER TABLE product DISABLE ROW LEVEL SECURITY", "DROP TABLE product"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            asked(database.runtime_url, statement)
    assert asked(database.runtime_url, names) == before
    assert len(before) == 4


def test_a_stranger_finds_no_membership_or_subscription(database: TestDatabase, filled: Subscription, stranger: User) -> None:
    with psycopg.connect(database.runtime_url) as session:
        session.execute("SELECT set_config('tallybook.person', %s, false)", [str(stranger.pk)])
        seen = session.execute("SELECT subscription_id FROM membership").fetchall()
        known = session.execute("SELECT id FROM subscription").fetchall()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute(
                "INSERT INTO membership (subscription_id, user_id, role) VALUES (%s, %s, 'owner')", [filled.id, stranger.pk]
            )
    assert len(seen) == 1
    assert known == seen
    assert filled.id not in {found for (found,) in seen}


def test_the_operator_finds_and_makes_subscriptions_and_sees_nothing_inside(
    database: TestDatabase, filled: Subscription
) -> None:
    with psycopg.connect(database.runtime_url) as session:
        session.execute("SELECT set_config('tallybook.operator', 'on', false)")
        assert session.execute("SELECT count(*) FROM subscription WHERE id = %s", [filled.id]).fetchone() == (1,)
        for table in SUBSCRIPTION_TABLES:
            assert session.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


def test_a_dump_by_the_owner_has_every_subscription(database: TestDatabase, filled: Subscription, tmp_path: Path) -> None:
    parts = psycopg.conninfo.conninfo_to_dict(database.owner_url)
    with psycopg.connect(database.superuser_url) as session:
        row = session.execute("SELECT setting FROM pg_config WHERE name = 'BINDIR'").fetchone()
    program = Path(str(row and row[0])) / "pg_dump"
    if not program.exists():
        pytest.skip("the embedded PostgreSQL brings no pg_dump")
    address = psycopg.conninfo.make_conninfo("", **{name: value for name, value in parts.items() if name != "password"})
    target = tmp_path / "dump.sql"
    command = [
        str(program),
        "--enable-row-security",
        "--data-only",
        "--table=usage_item",
        f"--file={target}",
        f"--dbname={address}",
    ]
    subprocess.run(command, env=os.environ | {"PGPASSWORD": str(parts["password"])}, check=True, timeout=60)
    assert str(filled.id) in target.read_text(encoding="utf-8")
    assert "Ann Bell" in target.read_text(encoding="utf-8")
