"""What a form says when it breaks a rule; the rules stay as they are."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("contracts", "0004_least_rights")]

    operations = [
        migrations.AlterConstraint(
            model_name='contract',
            name='contracts_in_service_has_a_first_day',
            constraint=models.CheckConstraint(condition=models.Q(('activated_on__isnull', False), models.Q(('state__in', ['active', 'terminated']), _negated=True), _connector='OR'), name='contracts_in_service_has_a_first_day', violation_error_message='A contract in service needs its first day.'),
        ),
        migrations.AlterConstraint(
            model_name='contract',
            name='contracts_last_day_not_before_first',
            constraint=models.CheckConstraint(condition=models.Q(('last_day', None), ('last_day__gte', models.F('activated_on')), _connector='OR'), name='contracts_last_day_not_before_first', violation_error_message='The last day of a contract is not before its first.'),
        ),
    ]
