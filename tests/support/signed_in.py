"""Whether a browser is signed in, and for how long already."""

import time

HOME = "/account/sessions/"


def is_signed_in(client) -> bool:
    return client.get("/healthz").status_code == 200 and (
        client.get(HOME).wsgi_request.user.is_authenticated
    )


def age(client, **seconds) -> None:
    session = client.session
    for key, value in seconds.items():
        session[key] = int(time.time()) - value
    session.save()
