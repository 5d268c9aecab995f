"""What is mistyped in the environment ends a process with a sentence, at its start."""

import os
import re
import subprocess
import sys

import pytest
from django.conf import settings

ROOT = settings.BASE_DIR
WRONG = {
    "VMS_PROCESS": "front",
    "VMS_DEMO": "maybe",
    "VMS_HTTPS": "enabled",
    "VMS_EMAIL_TLS": "starttls",
    "VMS_EMAIL_PORT": "smtp",
    "VMS_TRUSTED_PROXIES": "-1",
    "VMS_SWEEP_SECONDS": "0",
    "VMS_API_RATE": "600",
    "VMS_METRICS_NETWORKS": "10.0.0.1/8",
    "VMS_MFA_KEY": "c2hvcnQ=",
    "VMS_LOG_LEVEL": "loud",
    "VMS_LANGUAGE": "xx",
    "VMS_OPERATOR": "/nowhere.toml",
    "DATABASE_URL_APP": "postgresql://vms_app:secret@localhost:port/vms",
}

# One that is mistyped in another way than those above.
ALSO_WRONG = [
    ("VMS_EMAIL_BACKEND", "nonsense"),
    ("VMS_EMAIL_BACKEND", "smtp.Backend"),
    ("VMS_EMAIL_BACKEND", "..EmailBackend"),
    ("VMS_EMAIL_HOST", " "),
    ("VMS_EMAIL_HOST", "smtp://mail.example.be"),
    ("VMS_EMAIL_HOST", "mail.example.be:587"),
    ("VMS_EMAIL_PORT", "99999"),
    ("VMS_EMAIL_PORT", "0"),
    ("REDIS_URL", "localhost"),
    ("REDIS_URL", "localhost:6379"),
    ("REDIS_URL", "redis:6379/0"),
    ("REDIS_URL", "redis://x:secret@localhost:port/0"),
    ("REDIS_URL_PORTAL", "redis://x:secret@[::1/0"),
    ("REDIS_URL_PORTAL", "redis://localhost/zero"),
    ("VMS_TRUSTED_ORIGINS", "portal.example.be"),
    ("VMS_TRUSTED_ORIGINS", "https://a.example.be, ftp://b.example.be"),
    ("VMS_TRUSTED_ORIGINS", "https://a.example.be/forms"),
    ("VMS_PORTAL_URL", "portal.example.be"),
    ("VMS_PORTAL_URL", "https://"),
    ("VMS_PORTAL_URL", "https://a b"),
    ("VMS_BACKOFFICE_URL", "office.example.be:8001"),
    ("VMS_HOSTS", "https://portal.example.be"),
    ("VMS_HOSTS", "localhost, portal.example.be:8000"),
    ("DATABASE_URL_APP", "postgresql://vms_app:secret@[::1/vms"),
]
RIGHT = {
    "VMS_EMAIL_BACKEND": "tests.support.no_mail.EmailBackend",
    "VMS_EMAIL_HOST": "::1",
    "VMS_EMAIL_PORT": "65535",
    "REDIS_URL": "rediss://x:secret@[::1]:6380/1",
    "REDIS_URL_PORTAL": "redis://portal@redis",
    "VMS_TRUSTED_ORIGINS": "https://*.example.be,http://127.0.0.1:8000",
    "VMS_PORTAL_URL": "https://portal.example.be/",
    "VMS_BACKOFFICE_URL": "http://127.0.0.1:8001",
    "VMS_HOSTS": "*,.example.be,portal.example.be,127.0.0.1,[::1]",
}


def start(**variables: str) -> subprocess.CompletedProcess[str]:
    values = {"PATH": os.environ["PATH"], "VMS_VAR": "/nowhere", **variables}
    code = (
        "import vms_portal.settings as s;"
        " print(s.IS_HTTPS, s.EMAIL_USE_TLS, s.EMAIL_PORT, s.LANGUAGE_CODE)"
    )
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=values,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(("name", "value"), [*WRONG.items(), *ALSO_WRONG])
def test_a_mistyped_value_is_told_in_a_sentence(name, value):
    done = start(**{name: value})
    assert done.returncode == 1
    assert done.stderr.startswith(f"{name}: ")
    assert done.stderr.count("\n") == 1
    assert "secret" not in done.stderr


def test_what_is_written_as_it_should_be_is_taken():
    """The control."""
    assert start(**RIGHT).stderr == ""


def operator_file(tmp_path, **changes):
    """The demo's file with other lines."""
    text = (ROOT / "vms_portal/operators/belvoix.toml").read_text()
    for name, written in changes.items():
        found = re.search(rf"^{name} = .*$", text, flags=re.M)
        assert found is not None, name
        text = text.replace(found[0], f"{name} = {written}", 1)
    file = tmp_path / "operator.toml"
    file.write_text(text)
    return file


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("payment_days", '"30"'),
        ("payment_days", "-5"),
        ("payment_days", "true"),
        ("payment_days", "367"),
        ("payment_days", "30.0"),
        ("name", "5"),
        ("name", '""'),
        ("name", '["A"]'),
        ("iban", '""'),
        ("iban", '" "'),
        ("sender", r'"A\nB <a@b.c>"'),
        ("portal_name", r'"My\u202ePortal"'),
        ("register", "1"),
        *(("sender", f'"{text}"') for text in ("Belvoix Portal", "a@b@c", "A <a@b>")),
        ("sender", '"A, B <a@b.example>"'),
        *(
            ("sender", f"'{text}'")
            for text in ("no-reply@", "MyPortal <", "A <b@[10.0.0.1>", "@", '"', "<@>")
        ),
        ("support_email", '"support"'),
        ("billing_email", '"Billing <a@b.example>"'),
        ("iban", '"BE68539007547035"'),
        ("iban", '"BE68 5390 0754 7034"'),
        ("bic", '"GKCC"'),
        ("vat_number", '"BE0200000044"'),
        ("vat_number", '"0200000043"'),
        ("country", '"Belgium"'),
        ("country", '"be"'),
        ("support_phone", '"02 550 00 00"'),
    ],
)
def test_a_value_of_another_kind_is_told(tmp_path, name, written):
    done = start(VMS_OPERATOR=str(operator_file(tmp_path, **{name: written})))
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert f"operator.toml: {name} has to be " in done.stderr


@pytest.mark.parametrize("written", ["[languages.xx]", "[languages]\nfr = 3"])
def test_a_language_nobody_reads_is_told(tmp_path, written):
    file = operator_file(tmp_path)
    text = file.read_text().split("[languages.fr]")[0]
    file.write_text(f"{text}\n{written}\n")
    assert "languages, [languages.fr] or" in start(VMS_OPERATOR=str(file)).stderr
    file.write_text(f"languages = 3\n{text}")
    done = start(VMS_OPERATOR=str(file))
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    file.write_text(f"{text}\n[languages.fr]\nwebsite = 5\n")
    assert "website has to be a text" in start(VMS_OPERATOR=str(file)).stderr
    file.write_text(f'{text}\n[languages.fr]\niban = "BE1"\n')
    assert "iban has to be an IBAN" in start(VMS_OPERATOR=str(file)).stderr
    file.write_text(f'{text}\n[languages.fr]\nregister = ""\n')
    assert start(VMS_OPERATOR=str(file)).stderr == ""


@pytest.mark.parametrize("yes", ["1", "true", "True", "YES", "on"])
def test_every_way_to_say_yes_is_one(yes):
    """One that was taken for no sent cookies and mails in the clear."""
    done = start(VMS_HTTPS=yes, VMS_EMAIL_TLS=yes, VMS_EMAIL_PORT="587")
    assert done.stdout.strip() == "True True 587 en"


@pytest.mark.parametrize("no", ["", "0", "false", "No", "off"])
def test_every_way_to_say_no_is_one(no):
    assert start(VMS_HTTPS=no, VMS_EMAIL_TLS=no).stdout.strip() == "False False 25 en"


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ('name = "A"', "lacks accessibility_url, bic, billing_email, city"),
        ("name = ", "cannot be read"),
        ("", "lacks"),
    ],
)
def test_an_operator_that_is_not_whole_is_told(tmp_path, written, told):
    file = tmp_path / "operator.toml"
    file.write_text(written)
    done = start(VMS_OPERATOR=str(file))
    assert (done.returncode, told in done.stderr) == (1, True)
    assert "Traceback" not in done.stderr


def test_a_name_nobody_reads_is_told(tmp_path):
    file, ours = tmp_path / "operator.toml", "vms_portal/operators/belvoix.toml"
    file.write_text('ibann = "BE0"\n' + (ROOT / ours).read_text())
    done = start(VMS_OPERATOR=str(file))
    assert "has what nobody reads: ibann." in done.stderr
