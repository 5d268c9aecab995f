"""What a form says when it breaks a rule; the rules stay as they are."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("billing", "0021_terms_and_series_stay")]

    operations = [
        migrations.AlterConstraint(
            model_name='contractoption',
            name='billing_option_ends_after_start',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='billing_option_ends_after_start', violation_error_message='The last day is not before the first.'),
        ),
        migrations.AlterConstraint(
            model_name='indexation',
            name='billing_indexation_on_a_first',
            constraint=models.CheckConstraint(condition=models.Q(('effective_on__day', 1)), name='billing_indexation_on_a_first', violation_error_message='Prices change on the first day of a month.'),
        ),
        migrations.AlterConstraint(
            model_name='oneoff',
            name='billing_installed_once',
            constraint=models.UniqueConstraint(condition=models.Q(('code', 'INSTALL')), fields=('contract',), name='billing_installed_once', violation_error_message='The installation of this contract is charged already.'),
        ),
        migrations.AlterConstraint(
            model_name='oneoff',
            name='billing_oneoff_above_zero',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='billing_oneoff_above_zero', violation_error_message='The quantity is above zero.'),
        ),
        migrations.AlterConstraint(
            model_name='oneoff',
            name='billing_oneoff_put_off_to_a_month',
            constraint=models.CheckConstraint(condition=models.Q(('bill_in', None), models.Q(('bill_in__day', 1), ('completed_on__lt', models.F('bill_in'))), _connector='OR'), name='billing_oneoff_put_off_to_a_month', violation_error_message='A charge is put off to the first day of a month after its own.'),
        ),
        migrations.AlterConstraint(
            model_name='promotion',
            name='billing_promotion_ends_after_start',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='billing_promotion_ends_after_start', violation_error_message='The last day is not before the first.'),
        ),
        migrations.AlterConstraint(
            model_name='promotion',
            name='billing_calls_are_never_on_promotion',
            constraint=models.CheckConstraint(condition=models.Q(('code', 'TRM_CALL'), _negated=True), name='billing_calls_are_never_on_promotion', violation_error_message='Calls are never on promotion.'),
        ),
    ]
