"""The back office in four languages: chosen in its header, one order, nothing left."""

import re

import pytest
from django.conf import settings
from django.contrib import admin
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import strip_tags

OWN = {"tenants", "contracts", "numbers", "routing", "traffic", "billing"}
LANGUAGES = [code for code, _name in settings.LANGUAGES]
OTHERS = [code for code in LANGUAGES if code != "en"]
UNSEEN = {"id", "sha256", "token_hash", "digest"}
LINK = re.compile(r'<th scope="row">\s*<a href="([^"]+)"')
TITLES = re.compile(
    r"<(?:h1|h2|label|legend|caption|summary|button)\b[^>]*>(.*?)</|<th\b[^>]*>(.*?)</th>",
    re.DOTALL,
)
# Names, codes and words that are the same in another language.
SAME = {
    "acme sa",
    "belvoix",
    "pdf",
    "sha-256",
    "id",
    "root",
    "code",
    "version",
    "option",
    "options",
    "site",
    "contact",
    "in",
    "demo",
    "fr",
    "nl",
    "de",
    "en",
    "legs",
    "called",
    "caller",
    "call_id",
    "source",
    "treatment",
    "outcome",
    "destination",
    "plan_version",
    "started_at",
    "ringing_at",
    "answered_at",
    "ended_at",
    "français",
    "nederlands",
    "deutsch",
    "english",
    "promotion",
    "promotions",
    "contract",
    "contracts",
    "indexation",
    "type",
    "message",
    "tva",
    "administrator",
    "status",
    "slug",
    "label",
    "postcode",
    "name",
    "sites",
    "indexations",
    "factor",
    "note",
    "notes",
    "e-mail",
    "invitations",
    "finance",
    "sales",
    "brussels",
    "root@operator.example",
}


@pytest.fixture
def office(staff_client, staff):
    staff_client.force_login(staff)
    return staff_client


def speak(staff, language: str) -> None:
    staff.language = language
    staff.save(update_fields=["language"])


def test_the_menu_has_one_order_in_every_language(office, staff):
    found = {}
    for language in LANGUAGES:
        speak(staff, language)
        found[language] = LINK.findall(office.get("/").content.decode())
    assert len(found["en"]) > 15
    assert all(links == found["en"] for links in found.values())
    first, *_rest, last = found["en"]
    assert first == reverse("admin:tenants_tenant_changelist")
    assert last == reverse("admin:tenants_failedwork_changelist")


@pytest.mark.parametrize("language", OTHERS)
def test_the_header_changes_the_language(office, staff, language):
    page = office.get("/").content.decode()
    assert f'value="{language}"' in page
    office.post(reverse("set_language"), {"language": language, "next": "/"})
    staff.refresh_from_db()
    assert staff.language == language
    assert f'<html lang="{language}' in office.get("/").content.decode()


def test_what_is_chosen_at_the_sign_in_is_kept(staff_client, staff):
    staff.set_password("tulips in the rain")
    staff.save()
    staff_client.post(reverse("set_language"), {"language": "nl", "next": "/"})
    staff_client.post(
        reverse("account_login"),
        {"login": staff.email, "password": "tulips in the rain"},
    )
    staff.refresh_from_db()
    assert staff.language == "nl"


def test_without_a_choice_the_account_decides(staff_client, staff):
    staff.set_password("tulips in the rain")
    staff.save()
    staff_client.post(
        reverse("account_login"),
        {"login": staff.email, "password": "tulips in the rain"},
    )
    staff.refresh_from_db()
    assert staff.language == "en"


def test_every_field_that_a_page_shows_has_a_name_of_its_own():
    unnamed = set()
    for model, page in admin.site._registry.items():
        if model._meta.app_label not in OWN:
            continue
        own = getattr(page.form, "declared_fields", {})
        hidden = {*(page.exclude or ()), *own, *UNSEEN}
        shown = page.fields or [field.name for field in model._meta.fields]
        for field in model._meta.fields:
            is_shown = field.name in {*shown, *page.list_display} - hidden
            if is_shown and not isinstance(field.verbose_name, Promise):
                unnamed.add(f"{model._meta.label}.{field.name}")
    assert unnamed == set()


def titles(page: str) -> set[str]:
    found = (one or two for one, two in TITLES.findall(page))
    texts = (" ".join(strip_tags(text).split()).rstrip(" :…") for text in found)
    return {text for text in texts if re.search("[a-zA-Z]{3}", text)}


@pytest.mark.parametrize("language", OTHERS)
def test_no_label_is_left_in_english(office, staff, number, language):
    paths = []
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        paths += [reverse(f"{name}_changelist"), reverse(f"{name}_add")]
    paths.append(reverse("admin:numbers_geographicnumber_change", args=[number.pk]))
    paths.append(reverse("admin:contracts_contract_change", args=[number.contract_id]))
    left, seen = set(), 0
    for path in paths:
        speak(staff, "en")
        answer = office.get(path)
        if answer.status_code != 200:
            continue
        english = titles(answer.content.decode())
        speak(staff, language)
        page = office.get(path).content.decode()
        seen += 1
        left |= {t for t in english & titles(page) if t.lower() not in SAME}
        heading = re.search(r"<h1>(.*?)</h1>", page)
        assert heading
        assert heading[1][0] == heading[1][0].upper(), (path, heading[1])
    assert seen > 25
    assert left == set()


def test_the_apps_are_all_in_the_menu(office):
    page = office.get("/").content.decode()
    assert len(admin.site._registry) > 15
    for model in admin.site._registry:
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        assert f'href="{reverse(f"admin:{name}_changelist")}"' in page, name
