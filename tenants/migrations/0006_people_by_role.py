"""The portal's role sees people of customers only, each by who they are.

Its person of the transaction is ``app.user`` or, before that is known,
``app.email``; besides it sees the members of its customer and whom that invited.
Rows of the operator's staff, and all that hangs on them, do not exist for it.
"""

from django.db import migrations, models

from vms_portal.kernel.data.rls import (
    ALL,
    CURRENT_EMAIL,
    CURRENT_TENANT,
    CURRENT_USER,
    READ,
    Policies,
    Regrant,
    SharedTable,
)

OF_CUSTOMERS = "NOT is_staff AND NOT is_superuser"
IS_PERSON = f"(id = {CURRENT_USER} OR email = {CURRENT_EMAIL})"
IS_MEMBER = (
    "id IN (SELECT m.user_id FROM tenants_member m "
    f"WHERE m.tenant_id = {CURRENT_TENANT})"
)
IS_INVITED = (
    "email IN (SELECT i.email FROM tenants_invitation i "
    f"WHERE i.tenant_id = {CURRENT_TENANT}{{0}})"
)
STILL_OPEN = " AND i.accepted_at IS NULL AND i.revoked_at IS NULL"
EVERYBODY = "TO vms_staff USING (true) WITH CHECK (true)"
PEOPLE = {
    "app_see": (
        f"FOR SELECT TO vms_app USING ({OF_CUSTOMERS} AND "
        f"({IS_PERSON} OR {IS_MEMBER} OR {IS_INVITED.format('')}))"
    ),
    "app_join": (
        f"FOR INSERT TO vms_app WITH CHECK ({OF_CUSTOMERS} AND "
        f"{IS_INVITED.format(STILL_OPEN)})"
    ),
    "app_change": (
        f"FOR UPDATE TO vms_app USING ({OF_CUSTOMERS} AND {IS_PERSON}) "
        f"WITH CHECK ({OF_CUSTOMERS} AND {IS_PERSON})"
    ),
    "staff": EVERYBODY,
    "worker": (
        f"FOR SELECT TO vms_worker USING (CASE WHEN {CURRENT_TENANT} IS NULL "
        f"THEN current_setting('app.scope', true) = 'system' ELSE {IS_MEMBER} END)"
    ),
}

# Who is seen is decided above: a look-up of people here sees no more.
SEEN = "EXISTS (SELECT FROM tenants_user u WHERE u.id = {0}.user_id{1})"


def of_the_person(table: str) -> dict[str, str]:
    own = f"user_id = {CURRENT_USER} AND {SEEN.format(table, '')}"
    return {"app": f"TO vms_app USING ({own}) WITH CHECK ({own})", "staff": EVERYBODY}


ADDRESSES = {
    "app_see": (
        f"FOR SELECT TO vms_app USING ({SEEN.format('account_emailaddress', '')})"
    ),
    "app_join": (
        "FOR INSERT TO vms_app WITH CHECK ("
        + SEEN.format(
            "account_emailaddress", " AND u.email = account_emailaddress.email"
        )
        + ")"
    ),
    "staff": EVERYBODY,
}

# Staff have an account of their own: a member's would vanish from the customer's
# pages, and take staff's rights to the portal.
NO_STAFF_MEMBERS = """
CREATE FUNCTION tenants_no_staff_member() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM tenants_user u WHERE u.id = NEW.user_id
                      AND NOT u.is_staff AND NOT u.is_superuser) THEN
        RAISE EXCEPTION 'person % is no member: unknown here, or staff', NEW.user_id
            USING errcode = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER tenants_member_is_no_staff BEFORE INSERT OR UPDATE OF user_id
    ON tenants_member FOR EACH ROW EXECUTE FUNCTION tenants_no_staff_member();
CREATE FUNCTION tenants_no_member_staff() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM tenants_member m WHERE m.user_id = NEW.id) THEN
        RAISE EXCEPTION 'person % works for a customer: staff have an account of '
            'their own', NEW.id USING errcode = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER tenants_user_is_no_member BEFORE UPDATE OF is_staff, is_superuser
    ON tenants_user FOR EACH ROW
    WHEN ((NEW.is_staff AND NOT OLD.is_staff)
          OR (NEW.is_superuser AND NOT OLD.is_superuser))
    EXECUTE FUNCTION tenants_no_member_staff();
"""
STAFF_MEMBERS = """
DROP TRIGGER tenants_user_is_no_member ON tenants_user;
DROP FUNCTION tenants_no_member_staff();
DROP TRIGGER tenants_member_is_no_staff ON tenants_member;
DROP FUNCTION tenants_no_staff_member();
"""

# (before, after) of each role. What is left out keeps its rights.
WRITES = "SELECT, INSERT, UPDATE"
SIGN_IN = {
    "tenants_user": {
        "app": (WRITES, "SELECT, INSERT, UPDATE (password, last_login, name, language)"),
        "staff": (ALL, WRITES),
        "worker": (ALL, READ),
        "network": (READ, ""),
    },
    "account_emailaddress": {"app": (ALL, "SELECT, INSERT"), "worker": (ALL, "")},
    "account_emailconfirmation": {
        # Django looks for some whenever an address is deleted.
        "app": (ALL, ""), "staff": (ALL, "SELECT, DELETE"), "worker": (ALL, ""),
    },
    "mfa_authenticator": {
        "app": (ALL, "SELECT, INSERT, UPDATE (data, last_used_at), DELETE"),
        "staff": (ALL, "SELECT, INSERT, UPDATE (data, last_used_at), DELETE"),
        "worker": (ALL, ""),
    },
    "usersessions_usersession": {"worker": (ALL, "")},
    "django_session": {
        "staff": (ALL, ""),
        "worker": (ALL, "SELECT (session_key, expire_date), DELETE"),
    },
    "django_content_type": {"app": (READ, ""), "staff": (ALL, READ), "worker": (ALL, "")},
    "auth_permission": {"app": (READ, ""), "staff": (ALL, READ), "worker": (ALL, "")},
    "auth_group": {"app": (READ, ""), "staff": (ALL, READ), "worker": (ALL, "")},
    "auth_group_permissions": {
        "app": (READ, ""), "staff": (ALL, READ), "worker": (ALL, ""),
    },
    "tenants_user_groups": {
        "app": (READ, ""), "staff": (ALL, "SELECT, INSERT, DELETE"), "worker": (ALL, ""),
    },
    "tenants_user_user_permissions": {
        "app": (READ, ""), "staff": (ALL, READ), "worker": (ALL, ""),
    },
}  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("tenants", "0005_customer_in_words")]

    operations = [
        migrations.CreateModel(
            name="StaffSession",
            fields=[
                (
                    "session_key",
                    models.CharField(
                        max_length=40, primary_key=True, serialize=False,
                        verbose_name="session key",
                    ),
                ),
                ("session_data", models.TextField(verbose_name="session data")),
                (
                    "expire_date",
                    models.DateTimeField(db_index=True, verbose_name="expire date"),
                ),
            ],
            options={
                "verbose_name": "session",
                "verbose_name_plural": "sessions",
                "abstract": False,
            },
        ),
        SharedTable("tenants_staffsession", app="", staff=ALL, worker=""),
        *(Regrant(table, **roles) for table, roles in SIGN_IN.items()),
        Policies("tenants_user", PEOPLE),
        Policies("account_emailaddress", ADDRESSES),
        Policies("mfa_authenticator", of_the_person("mfa_authenticator")),
        Policies("usersessions_usersession", of_the_person("usersessions_usersession")),
        migrations.RunSQL(
            sql=[(NO_STAFF_MEMBERS, None)], reverse_sql=[(STAFF_MEMBERS, None)]
        ),
    ]  # fmt: skip
