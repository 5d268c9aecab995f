"""E-mail addresses, each in the one spelling that mail to it uses.

A person is their address: two spellings of one mailbox would be two people, and a
letter that only looks like another would be a colleague.
"""


def spelled(address: str) -> str:
    """Return the address in lower case, its domain as the name servers know it.

    ``ValueError`` for a name that is not ASCII (few servers deliver to one) and for
    a domain that is none.

    >>> spelled("Info@Bücher.example")
    'info@xn--bcher-kva.example'
    """
    name, at, domain = address.strip().rpartition("@")
    if not name.isascii():
        raise ValueError(address)
    return f"{name}{at}{domain.encode('idna').decode()}".lower()


def spelled_or_typed(address: str) -> str:
    """Return what is looked for when somebody types an address to sign in."""
    try:
        return spelled(address)
    except ValueError:
        return address.strip().lower()
