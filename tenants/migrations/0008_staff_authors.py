"""The portal asks whether a member of staff may still invite, and learns no more.

An invitation lapses with its author's rights. Staff have no row for the portal, so
the owner answers, who reads staff's rows and, being blinded, nobody else's.
"""

from django.db import migrations

FUNCTION = """
CREATE POLICY owner_asks ON tenants_user FOR SELECT TO vms_owner
    USING (is_staff OR is_superuser);
CREATE FUNCTION tenants_staff_author(
    person bigint, OUT may_invite boolean, OUT is_superuser boolean
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT u.is_superuser OR EXISTS (
               SELECT FROM public.auth_permission p
                 JOIN public.django_content_type c ON c.id = p.content_type_id
                WHERE c.app_label = 'tenants' AND p.codename = 'add_invitation'
                  AND (EXISTS (SELECT FROM public.tenants_user_user_permissions own
                                WHERE own.user_id = u.id AND own.permission_id = p.id)
                       OR EXISTS (SELECT FROM public.tenants_user_groups g
                                    JOIN public.auth_group_permissions gp
                                      ON gp.group_id = g.group_id
                                   WHERE g.user_id = u.id AND gp.permission_id = p.id)
                  )),
           u.is_superuser
      FROM public.tenants_user u
     WHERE u.id = person AND u.is_staff AND u.is_active
$$;
REVOKE ALL ON FUNCTION tenants_staff_author(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tenants_staff_author(bigint) TO vms_app;
"""
REVERSE = """
DROP FUNCTION tenants_staff_author(bigint);
DROP POLICY owner_asks ON tenants_user;
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0007_least_rights")]

    operations = [
        migrations.RunSQL(sql=[(FUNCTION, None)], reverse_sql=[(REVERSE, None)])
    ]
