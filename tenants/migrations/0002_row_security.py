"""Grants and row level security of customers, people, sessions and the audit."""

from django.db import migrations

from vms_portal.kernel.data.rls import (
    ALL,
    APPEND,
    CURRENT_TENANT,
    CURRENT_USER,
    FORBID_CHANGE,
    READ,
    AppendOnlyTable,
    SharedTable,
    TenantTable,
)

# Rows that sign-in needs before any customer is known; allauth scopes them by user.
SIGN_IN_TABLES = [
    "django_session",
    "account_emailaddress",
    "account_emailconfirmation",
    "mfa_authenticator",
    "usersessions_usersession",
]
HEAD = "SELECT, INSERT, UPDATE"
OWN_CUSTOMERS = (
    f"id = {CURRENT_TENANT} OR id IN "
    f"(SELECT m.tenant_id FROM tenants_member m WHERE m.user_id = {CURRENT_USER})"
)


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0001_initial"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("usersessions", "0001_initial"),
        ("sessions", "0001_initial"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        FORBID_CHANGE,
        *(SharedTable(table, app=ALL, worker=ALL) for table in SIGN_IN_TABLES),
        SharedTable("django_migrations", staff=READ),
        SharedTable("django_content_type", worker=ALL),
        SharedTable("auth_permission", worker=ALL),
        SharedTable("auth_group", worker=ALL),
        SharedTable("auth_group_permissions", worker=ALL),
        SharedTable("django_admin_log", app=""),
        SharedTable(
            "tenants_user", app="SELECT, INSERT, UPDATE", worker=ALL, network=READ
        ),
        SharedTable("tenants_user_groups", worker=ALL),
        SharedTable("tenants_user_user_permissions", worker=ALL),
        TenantTable("tenants_tenant", app=READ, column="id", app_also=OWN_CUSTOMERS),
        TenantTable("tenants_member", app_also=f"user_id = {CURRENT_USER}"),
        TenantTable("tenants_invitation", network=""),
        TenantTable("tenants_apitoken"),
        TenantTable("tenants_idempotencykey", network=ALL),
        TenantTable(
            "tenants_auditevent",
            app=APPEND,
            staff=APPEND,
            worker=APPEND,
            network=APPEND,
        ),
        TenantTable(
            "tenants_audithead", app=HEAD, staff=HEAD, worker=HEAD, network=HEAD
        ),
        TenantTable(
            "tenants_auditanchor", app=READ, staff=READ, worker=APPEND, network=""
        ),
        AppendOnlyTable("tenants_auditevent"),
        AppendOnlyTable("tenants_auditanchor"),
    ]
