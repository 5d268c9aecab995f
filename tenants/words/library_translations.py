"""Sentences of allauth and Django that we say better, marked so that ours win.

allauth says "je" and "du" in Dutch and German, and names a passkey in French in
another way than our pages. Our catalogue comes after its own.
"""

from django.utils.translation import gettext_noop as _n
from django.utils.translation import npgettext_lazy

BORROWED = (
    _n("The email address and/or password you specified are not correct."),
    _n("Please type your current password."),
    _n("Incorrect code."),
    _n("Too many failed login attempts. Try again later."),
    _n("Be patient, you are sending too many requests."),
    _n("The new value must be different from the current one."),
    _n("You must type the same password each time."),
    _n("You cannot deactivate two-factor authentication."),
    _n(
        "You cannot generate recovery codes without having two-factor authentication"
        " enabled."
    ),
    _n("Use your password"),
    _n("Use authenticator app or code"),
    _n("Use a security key"),
    _n("Passwordless"),
    _n(
        "Enabling passwordless operation allows you to sign in using just this key,"
        " but imposes additional requirements such as biometrics or PIN protection."
    ),
    _n("You have signed out."),
    _n("Password successfully changed."),
    _n("Password successfully set."),
    _n("Authenticator code"),
    _n("Email"),
    _n("Forgot your password?"),
    _n("TOTP Authenticator"),
    _n("WebAuthn"),
)

# Titles of the back office: Django's begin with a small letter in Dutch, call a row
# an object in French, without its spaces, and decline nothing in German; the history
# has no Dutch.
TITLES = (
    _n("Toggle theme (current theme: auto)"),
    _n("Toggle theme (current theme: light)"),
    _n("Toggle theme (current theme: dark)"),
    _n("Breadcrumbs"),
    _n("Add %s"),
    _n("Add %(name)s"),
    _n("Add another %(verbose_name)s"),
    _n("Add another %(model)s"),
    _n("Change %s"),
    _n("Change selected %(model)s"),
    _n("View %s"),
    _n("View selected %(model)s"),
    _n("Select %s to change"),
    _n("Select %s to view"),
    _n("History"),
    _n("Change history: %s"),
    _n("View history: %s"),
    _n("Changed by"),
    _n("Change reason"),
    _n("Changes"),
    _n("%(app)s administration"),
    _n("Model name"),
    _n("Save and add another"),
    _n("Save and continue editing"),
    _n("Save and view"),
    _n("Save as new"),
    _n("Add link"),
    _n("Change or view list link"),
)

# Django's German says "1 Tage her".
AGO = (
    _n("%(delta)s ago"),
    npgettext_lazy("naturaltime-past", "%(num)d day", "%(num)d days", "num"),
    npgettext_lazy("naturaltime-past", "%(num)d month", "%(num)d months", "num"),
    npgettext_lazy("naturaltime-past", "%(num)d year", "%(num)d years", "num"),
)
