"""Caller rules of before hold a national prefix behind the country code (+32 0475).

No caller begins so: such a rule refused and let through nobody. The kept versions never
change; they are read as they were meant where they are shown and restored. A rule that
would be everybody in Belgium (+320) stays as it is, and refuses nobody. The plans
follow when they are compiled anew, after the next midnight at the latest.
"""

from django.db import migrations

# How long a country code is, its first digits tell.
SHORT = "2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]"
PREFIXED = rf"^(\+(?:[17]|{SHORT}|(?!7|{SHORT})[2-9][0-9][0-9]))0"
# Countries, and landlines of Rwanda, whose numbers begin with 0; codes of no country.
BELONGS = (
    r"^\+(39|378|379|225|226|229|241|242|247|47|227|267|268|501|676|679|687|853|992"
    r"|800|808|870|878|881|882|883|888|979)0|^\+25006"
)
MEND = rf"""
ALTER TABLE routing_screeningrule NO FORCE ROW LEVEL SECURITY;
UPDATE routing_screeningrule
   SET prefix = regexp_replace(prefix, '{PREFIXED}', '\1')
 WHERE prefix ~ '{PREFIXED}' AND prefix !~ '{BELONGS}'
   AND prefix <> '+320';
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
