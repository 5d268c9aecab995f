"""``manage.py simulate_call``: its documented example, exit codes and output."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

ROOT = Path(__file__).resolve().parents[2]
BLOCKS = re.findall(
    r"```json\n(.*?)```", (ROOT / "docs/routing.md").read_text("utf-8"), re.DOTALL
)
EXAMPLE = next(json.loads(b) for b in BLOCKS if b.startswith('{"number"'))
ANSWER = next(json.loads(b) for b in BLOCKS if b.startswith('{"result"'))


def simulated(tmp_path, capsys, text):
    """Return exit code and standard output of the command on a file of ``text``."""
    path = tmp_path / "call.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    code: object = 0
    try:
        call_command("simulate_call", str(path))
    except SystemExit as stop:
        code = stop.code
    except CommandError as error:
        code = error.returncode
    return code, capsys.readouterr().out


def contract(answer):
    """What of an answer is promised: sentences are free."""
    trace = [(entry["rule"], entry["exit"]) for entry in answer["trace"]]
    return {**answer, "trace": trace}


def test_the_documented_example_gives_the_documented_answer(tmp_path, capsys):
    code, out = simulated(tmp_path, capsys, json.dumps(EXAMPLE))
    assert code == 0
    assert contract(json.loads(out)) == contract(ANSWER)
    assert json.loads(out)["trace"] == ANSWER["trace"]  # English sentences too


def test_it_works_with_nothing_configured(tmp_path):
    path = tmp_path / "call.json"
    path.write_text(json.dumps(EXAMPLE))
    done = subprocess.run(
        [sys.executable, "manage.py", "simulate_call", str(path)],
        env={"PATH": os.environ["PATH"], "VMS_VAR": str(tmp_path)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["destination"] == "+3242223344"


def test_problems_exit_2_with_code_node_path_and_message(tmp_path, capsys):
    broken = json.loads(json.dumps(EXAMPLE))
    broken["document"]["nodes"]["r1"]["targets"][1]["destination"] = "112"
    broken["call"]["at"] = "2026-11-23T09:15:00"
    code, out = simulated(tmp_path, capsys, json.dumps(broken))
    assert code == 2
    first, second = json.loads(out)["problems"]
    path = "/document/nodes/r1/targets/1/destination"
    assert (first["code"], first["node"]) == ("forbidden_destination", "r1")
    assert first["path"] == path
    assert first["message"].startswith("“112” is not a destination")
    assert (second["code"], second["node"]) == ("bad_input", None)
    assert second["path"] == "/call/at"


@pytest.mark.parametrize("text", ["[]", "5", "null", '"text"', "{}", "[[]]"])
def test_json_that_is_no_call_exits_2(tmp_path, capsys, text):
    code, out = simulated(tmp_path, capsys, text)
    assert code == 2
    assert {p["code"] for p in json.loads(out)["problems"]} == {"bad_input"}


UNREADABLE = [
    "",
    "{",
    "{'number': 5}",
    '{"a": NaN}',
    '{"a": Infinity}',
    "[" * 100_000,
    b"\xff\xfe{}",
    '{"a": ' + "9" * 5000 + "}",
    '{"a": 1} {"b": 2}',
]


@pytest.mark.parametrize("text", UNREADABLE)
def test_unreadable_json_exits_1_and_prints_nothing(tmp_path, capsys, text):
    assert simulated(tmp_path, capsys, text) == (1, "")


def test_a_file_that_is_not_there_exits_1(tmp_path, capsys):
    for path in (tmp_path / "absent.json", tmp_path):
        with pytest.raises(CommandError):
            call_command("simulate_call", str(path))
    assert capsys.readouterr().out == ""


def test_a_byte_order_mark_is_harmless(tmp_path, capsys):
    text = b"\xef\xbb\xbf" + json.dumps(EXAMPLE).encode()
    assert simulated(tmp_path, capsys, text)[0] == 0


@pytest.mark.parametrize("hostile", ["\ud800", "\x00", "%(step)s %s", "\u202e", "{}"])
def test_hostile_text_comes_out_as_json(tmp_path, capsys, hostile):
    broken = json.loads(json.dumps(EXAMPLE))
    nodes = broken["document"]["nodes"]
    nodes[hostile] = {"type": hostile, "exits": {hostile: hostile}}
    nodes["r1"]["targets"][0]["destination"] = hostile
    code, out = simulated(tmp_path, capsys, json.dumps(broken))
    assert code == 2
    found = {(p["code"], p["node"]) for p in json.loads(out)["problems"]}
    assert ("forbidden_destination", "r1") in found
    assert ("unknown_type", hostile) in found
