"""The first member of staff is made on the console, with the back office's rights."""

from django.core.management import call_command

from tenants.models import User

PASSWORD = "tulips in the rain"


def test_the_back_office_makes_the_first_member_of_staff(db, acting_as, monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    with acting_as("vms_staff"):
        call_command("createsuperuser", interactive=False, email="one@operator.example")
    user = User.objects.get()
    assert (user.is_staff, user.is_superuser) == (True, True)
    assert user.check_password(PASSWORD)
