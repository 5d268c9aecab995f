"""Caller rules of before hold a national prefix behind the country code (+32 0475).

No caller begins so: such a rule refused and let through nobody. The kept versions never
change; they are read as they were meant where they are shown and restored. A rule that
would be a whole country (+320, +330) stays as it is, and refuses nobody. The plans
follow when they are compiled anew, after the next midnight at the latest.
"""

from django.db import migrations

# How long a country code is, its first digits tell.
SHORT = "2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]"
CODE = rf"^\+(?:[17]|{SHORT}|(?!7|{SHORT})[2-9][0-9][0-9])$"
PREFIXED = rf"^(\+(?:[17]|{SHORT}|(?!7|{SHORT})[2-9][0-9][0-9]))0"
# Numbers that begin with 0, and their beginnings, where a country has such; codes of no
# country.
FREE = "0(8(0(0[0-9]{0,%s})?)?)?"
BELONGS = "|".join(
    (
        r"^\+(39|379|800|808|870|878|881|882|883|888|979)0",
        r"^\+470[0-9]{0,4}$",
        r"^\+2470[0-9]{0,5}$",
        r"^\+(226|227|241)0[0-9]{0,7}$",
        r"^\+(242|992)0[0-9]{0,8}$",
        r"^\+(225|229)0[0-9]{0,9}$",
        r"^\+25006[0-9]{0,6}$",
        rf"^\+(676|853){FREE % 3}$",
        rf"^\+268{FREE % 4}$",
        rf"^\+267{FREE % 6}$",
        rf"^\+(501|679){FREE % 7}$",
        r"^\+3780(5(4(9[0-9]{0,6})?)?)?$",
        r"^\+6870(5(0[0-9]{0,3})?)?$",
    )
)
MEND = rf"""
ALTER TABLE routing_screeningrule NO FORCE ROW LEVEL SECURITY;
UPDATE routing_screeningrule
   SET prefix = regexp_replace(prefix, '^\+3606', '+36')
 WHERE prefix ~ '^\+3606[0-9]';
UPDATE routing_screeningrule
   SET prefix = regexp_replace(prefix, '{PREFIXED}', '\1')
 WHERE prefix ~ '{PREFIXED}' AND prefix !~ '{BELONGS}' AND prefix <> '+3606'
   AND regexp_replace(prefix, '{PREFIXED}', '\1') !~ '{CODE}';
DELETE FROM routing_screeningrule AS rule
 USING routing_screeningrule AS first
 WHERE first.tenant_id = rule.tenant_id AND first.kind = rule.kind
   AND first.prefix = rule.prefix AND first.id < rule.id
   AND first.number_id IS NOT DISTINCT FROM rule.number_id;
-- A table with foreign keys still to be checked cannot be altered.
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE routing_screeningrule FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [("routing", "0011_destinations_are_chosen_again")]

    operations = [
        # What the rules were before is not known any more, and refused nobody.
        migrations.RunSQL(sql=[(MEND, None)], reverse_sql=migrations.RunSQL.noop)
    ]
