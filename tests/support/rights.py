"""The rights of the processes' roles: as the database has them, as documented."""

import re
from collections import defaultdict

HEADING = "## What each role may do in the database"
ROLES = {
    "vms_app": "portal",
    "vms_staff": "back office",
    "vms_worker": "worker",
    "vms_network": "network",
}
LETTERS = {
    "SELECT": "S",
    "INSERT": "I",
    "UPDATE": "U",
    "DELETE": "D",
    "TRUNCATE": "T",
    "REFERENCES": "R",
    "TRIGGER": "G",
    "USAGE": "use",
    "EXECUTE": "call",
}
OF_MONTH = re.compile(r"^traffic_callrecord_\d{4}_\d{2}$")
# The owner may everything, the backup's role reads everything, and two roles exist
# on the tests' servers only.
LEFT_OUT = ("vms_owner", "vms_backup", "vms_arrange", "vms_blind_trust")
GRANTS = """
SELECT c.relname, coalesce(r.rolname, 'PUBLIC'), a.privilege_type, '',
       c.relrowsecurity AND c.relforcerowsecurity
  FROM pg_class c
  LEFT JOIN LATERAL aclexplode(c.relacl) a ON true
  LEFT JOIN pg_roles r ON r.oid = a.grantee
 WHERE c.relnamespace = 'public'::regnamespace
   AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
   AND (c.relkind <> 'S' OR a.grantee IS NOT NULL)
UNION ALL
SELECT c.relname, coalesce(r.rolname, 'PUBLIC'), a.privilege_type, t.attname,
       c.relrowsecurity AND c.relforcerowsecurity
  FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid
 CROSS JOIN LATERAL aclexplode(t.attacl) a
  LEFT JOIN pg_roles r ON r.oid = a.grantee
 WHERE c.relnamespace = 'public'::regnamespace
UNION ALL
SELECT p.oid::regprocedure::text, coalesce(r.rolname, 'PUBLIC'), a.privilege_type,
       '', false
  FROM pg_proc p
 CROSS JOIN LATERAL aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
  LEFT JOIN pg_roles r ON r.oid = a.grantee
 WHERE p.pronamespace = 'public'::regnamespace
   -- A trigger's function cannot be called.
   AND p.prorettype <> 'trigger'::regtype
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""
Rights = dict[tuple[str, str], str]


def in_database(cursor) -> Rights:
    """Return what each role may, by (object, role), and whose rows are limited."""
    cursor.execute(GRANTS)
    found: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(dict)
    rights: Rights = {}
    for name, role, right, column, is_limited in cursor.fetchall():
        name = OF_MONTH.sub("traffic_callrecord_YYYY_MM", name)
        rights[name, "rows"] = "limited" if is_limited else "all"
        if right and role not in LEFT_OUT:
            role = ROLES.get(role, role)
            columns = found[name, role].setdefault(LETTERS.get(right, right), set())
            columns.add(column)
    return rights | {key: _cell(value) for key, value in found.items()}


def _cell(found: dict[str, set[str]]) -> str:
    order = list(LETTERS.values())
    return " ".join(
        letter if "" in columns else f"{letter}({', '.join(sorted(columns))})"
        for letter, columns in sorted(found.items(), key=lambda i: order.index(i[0]))
    )


def in_document(text: str) -> Rights:
    """Return the same from the table below the heading."""
    _before, _heading, rest = text.partition(HEADING + "\n")
    lines = [
        line for line in rest.partition("\n## ")[0].splitlines() if line[:1] == "|"
    ]
    header, _rule, *rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in lines
    ]
    return {
        (row[0].strip("`"), column): cell
        for row in rows
        for column, cell in zip(header[1:], row[1:], strict=True)
        if cell
    }


def as_table(rights: Rights) -> str:
    """Return the table to put into the document."""
    columns = ["rows", *ROLES.values()]
    lines = [f"| Object | {' | '.join(columns)} |", "|---" * 6 + "|"]
    for name in sorted({name for name, _role in rights}):
        cells = [rights.get((name, column), "") for column in columns]
        lines.append(f"| `{name}` | {' | '.join(cells)} |")
    return "\n".join(lines)
