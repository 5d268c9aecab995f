"""What the demo adds to the words of the trail and of failed work."""

from django.utils.translation import gettext_lazy as _

from tenants.audit.details import ACTORS, VALUES
from tenants.words.failed_work import ACTS

VALUES.add({"demo": _("Button of the demo")})
ACTORS.add({"demo": _("Demo")})
ACTS.add({"demo.tasks.continue_calls": _("Add calls to the demo")})
