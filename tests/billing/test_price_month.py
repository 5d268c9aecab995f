"""The command: exit codes, and nothing but JSON on standard output."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.billing.rating_samples import calls, contract, month

ROOT = Path(__file__).resolve().parents[2]


def run(path):
    return subprocess.run(
        [sys.executable, "manage.py", "price_month", str(path)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "VMS_VAR": str(path.parent)},
    )


def test_it_prices_without_any_database(tmp_path):
    file = tmp_path / "month.json"
    file.write_text(
        json.dumps({"kind": "invoice", "input": month(contract(calls=calls(400)))})
    )
    done = run(file)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["total_gross"] == "83.85"


def test_a_missing_quotation_exits_with_2(tmp_path):
    file = tmp_path / "month.json"
    file.write_text(
        json.dumps({"kind": "invoice", "input": month(contract(channels=17))})
    )
    done = run(file)
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["error"]) == (2, "QUOTE_REQUIRED")
    assert answer["path"] == "/input/contracts/0/channels"


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe{", b"[" * 100_000])
def test_what_is_not_json_exits_with_1_and_says_nothing_on_stdout(tmp_path, content):
    file = tmp_path / "month.json"
    file.write_bytes(content)
    done = run(file)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr


def test_a_name_no_terminal_can_print_does_not_stop_it(tmp_path):
    file = tmp_path / "month.json"
    data = {"kind": "invoice", "input": month(contract(id="C\ud800é"))}
    file.write_text(json.dumps(data))
    done = run(file)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["lines"][0]["contract"] == "C\ud800é"


def test_an_unknown_kind_is_bad_input(tmp_path):
    file = tmp_path / "month.json"
    file.write_text('{"kind": "offer", "input": {}}')
    done = run(file)
    assert (done.returncode, json.loads(done.stdout)["error"]) == (2, "BAD_INPUT")


@pytest.mark.parametrize("kind", ["options", "one_off"])
@pytest.mark.parametrize("code", ["", "a\0b", "\ud800", "STAT_\u202eX", "C" * 41])
def test_a_code_nobody_could_order_is_bad_input(tmp_path, kind, code):
    file = tmp_path / "month.json"
    data = month(contract())
    data["price_lists"][0] = data["price_lists"][0] | {kind: {code: "4.00"}}
    file.write_text(json.dumps({"kind": "invoice", "input": data}))
    done = run(file)
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["error"]) == (2, "BAD_INPUT")
    assert answer["path"] == f"/input/price_lists/0/{kind}/{code}"


def test_a_code_of_a_family_has_the_shape_of_one(tmp_path):
    file = tmp_path / "month.json"
    ordered = {"code": "STAT_\u202eX", "quoted_price": "4.00", "from": "2026-11-01"}
    options = [ordered | {"ordered_on": "2026-10-01"}]
    data = {"kind": "invoice", "input": month(contract(options=options))}
    file.write_text(json.dumps(data))
    done = run(file)
    path = "/input/contracts/0/options/0/code"
    assert (done.returncode, json.loads(done.stdout)["path"]) == (2, path)


def test_the_example_of_the_documentation_prices_as_its_table_says(tmp_path):
    text = (ROOT / "docs" / "billing.md").read_text(encoding="utf-8")
    example = text.split("```json\n")[1].split("```")[0]
    file = tmp_path / "example.json"
    file.write_text(example)

    document = json.loads(run(file).stdout)

    row = next(line for line in text.splitlines() if line.startswith("| 400 calls"))
    shown = [cell.strip() for cell in row.split("|")[3:6]]
    assert [document[f"total_{name}"] for name in ("net", "vat", "gross")] == shown
