from django.contrib.sessions.base_session import AbstractBaseSession


class StaffSession(AbstractBaseSession):
    """A session of the back office, in a table the portal's role cannot touch."""
