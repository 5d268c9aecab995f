"""Quarantine: what is set aside, what waits there, what is moved there."""

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from django.db import connection

from traffic.ingest import schema
from traffic.ingest.delivery import ANY_TIME, Stored
from traffic.ingest.keys import ARRAY, KEYS, array, arrays, possible
from traffic.ingest.record import Key, Reason, Record, Refused
from traffic.models import QuarantinedRecord, Treatment
from vms_portal.kernel.local_time import parse_instant


def conflicts(keys: Sequence[Key]) -> dict[Key, list[dt.datetime | None]]:
    """Return those of the keys whose contents wait for a decision between them.

    With the start of each content; ``ANY_TIME`` where a correction made it unreadable.
    """
    keys = possible(keys, "traffic_quarantinedrecord")
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT source, call_id, content ->> 'started_at' "  # noqa: S608
            f"FROM {KEYS} JOIN traffic_quarantinedrecord USING (source, call_id) "
            "WHERE reason = 'conflict' AND state = 'open'",
            arrays(keys),
        )
        starts: dict[Key, list[dt.datetime | None]] = {}
        for source, call_id, started_at in cursor.fetchall():
            starts.setdefault((source, call_id), []).append(start_of(started_at))
        return starts


def start_of(text: str | None) -> dt.datetime | None:
    """Return when a content says its call began; ``ANY_TIME`` if it cannot be read."""
    try:
        return parse_instant(text or "")
    except ValueError:
        return ANY_TIME


def known(records: Sequence[Record]) -> set[str]:
    """Return the digests of contents that are or were in quarantine: all known.

    A content that was corrected and released is stored under the digest of the
    corrected one; delivered once more it must not become its conflict.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT encode(uuid_send(digest), 'hex') "  # noqa: S608
            "FROM traffic_quarantinedrecord "
            f"WHERE digest = ANY({ARRAY}::uuid[])",
            [array([record.digest for record in records])],
        )
        return {digest for (digest,) in cursor.fetchall()}


def move(stored: Sequence[Stored], now: dt.datetime) -> None:
    """Take conflicting records out of the calls and of their day's sum.

    Their month notes it: what is billed of it already may be too much now.
    """
    for twin in stored:
        digest, content = _take_out(twin)
        # A record that was released before comes back to where it was.
        QuarantinedRecord.objects.update_or_create(
            digest=digest,
            defaults={
                "source": content["source"],
                "call_id": content["call_id"],
                "reason": Reason.CONFLICT,
                "content": content,
                "received_at": now,
                "state": QuarantinedRecord.State.OPEN,
                "resolved_at": None,
            },
        )


def _take_out(twin: Stored) -> tuple[str, dict[str, str]]:
    """Delete a call and uncount it; return its digest and what it said."""
    names = ", ".join(schema.CALL.names)
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM traffic_callrecord WHERE id = %s RETURNING "  # noqa: S608
            "tenant_id, contract_id, digest::text, (started_at "
            f"AT TIME ZONE 'Europe/Brussels')::date, {names}",
            [twin.id],
        )
        tenant, contract, digest, day, *values = cursor.fetchone()
        content = _content(values)
        field = Treatment(content["treatment"]).value
        cursor.execute(
            f"UPDATE traffic_contractday SET {field} = {field} - 1 "  # noqa: S608
            "WHERE tenant_id = %s AND contract_id = %s AND day = %s",
            [tenant, contract, day],
        )
        # Whatever its state: the close of the month may begin beside this.
        cursor.execute(
            "UPDATE traffic_contractmonth SET moved = moved + 1 "
            "WHERE tenant_id = %s AND contract_id = %s AND month = %s",
            [tenant, contract, day.replace(day=1)],
        )
    return digest, content


def _content(values: Sequence[Any]) -> dict[str, str]:
    return {
        name: value.isoformat() if isinstance(value, dt.datetime) else str(value)
        for name, value in zip(schema.CALL.names, values, strict=True)
        if value not in (None, "")
    }


def set_aside(refused: Sequence[Refused], now: dt.datetime) -> tuple[int, int]:
    """Keep each content once; return how many are new and how many were known."""
    if not refused:
        return 0, 0
    rows = sorted(refused, key=lambda item: item.digest)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO traffic_quarantinedrecord (source, call_id, digest, reason, "
            "content, received_at, state, note) SELECT *, %s, 'open', '' FROM "
            "unnest(%s::text[], %s::text[], %s::uuid[], %s::text[], %s::jsonb[]) "
            "ON CONFLICT (digest) DO NOTHING",
            [
                now,
                [item.source for item in rows],
                [item.call_id for item in rows],
                [item.digest for item in rows],
                [str(item.reason) for item in rows],
                [json.dumps(dict(item.content)) for item in rows],
            ],
        )
        return cursor.rowcount, len(refused) - cursor.rowcount
