"""Quarantine: what is set aside, what waits there, what is moved there."""

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from django.db import connection

from traffic.ingest.delivery import Key, Stored
from traffic.ingest.directory import Owner
from traffic.ingest.record import Reason, Record, Refused
from traffic.models import QuarantinedRecord


def conflicts(keys: Sequence[Key]) -> set[Key]:
    """Return those of the keys whose contents wait for a decision between them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT q.source, q.call_id "
            "FROM unnest(%s::text[], %s::text[]) AS k (source, call_id) "
            "JOIN traffic_quarantinedrecord q USING (source, call_id) "
            "WHERE q.reason = 'conflict' AND q.state = 'open'",
            [[source for source, _id in keys], [call_id for _source, call_id in keys]],
        )
        return set(cursor.fetchall())


def move(stored: Sequence[Stored], now: dt.datetime) -> None:
    """Take conflicting records out of the calls and of their day's sum."""
    for twin in stored:
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM traffic_callrecord WHERE id = %s AND started_at = %s "
                "RETURNING tenant_id, contract_id, treatment, outcome, digest::text, "
                "(started_at AT TIME ZONE 'Europe/Brussels')::date, source, call_id, "
                "called, caller, started_at, ringing_at, answered_at, ended_at, "
                "destination, plan_version, legs",
                [twin.id, twin.started_at],
            )
            row = cursor.fetchone()
            tenant, contract, treatment, outcome, digest, day = row[:6]
            cursor.execute(
                "UPDATE traffic_contractday SET calls = calls - 1 WHERE tenant_id = %s "
                "AND contract_id = %s AND day = %s AND treatment = %s "
                "AND outcome = %s",
                [tenant, contract, day, treatment, outcome],
            )
        # A record that was released before comes back to where it was.
        QuarantinedRecord.objects.update_or_create(
            digest=digest,
            defaults={
                "source": row[6], "call_id": row[7], "reason": Reason.CONFLICT,
                "content": _content(row, treatment, outcome), "received_at": now,
                "state": QuarantinedRecord.State.OPEN, "resolved_at": None,
            },
        )  # fmt: skip


def _content(row: Sequence[Any], treatment: str, outcome: str) -> dict[str, str]:
    names = (
        "source", "call_id", "called", "caller", "started_at", "ringing_at",
        "answered_at", "ended_at", "destination", "plan_version", "legs",
    )  # fmt: skip
    values = dict(zip(names, row[6:], strict=True))
    values |= {"treatment": treatment, "outcome": outcome}
    return {
        name: value.isoformat() if isinstance(value, dt.datetime) else str(value)
        for name, value in values.items()
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
                [str(item.digest) for item in rows],
                [str(item.reason) for item in rows],
                [json.dumps(dict(item.content)) for item in rows],
            ],
        )
        return cursor.rowcount, len(refused) - cursor.rowcount


def without_known(
    located: Sequence[tuple[Record, Owner]],
) -> list[tuple[Record, Owner]]:
    """Leave out contents that are or were in quarantine: they are known.

    A content that was corrected and released is stored under the digest of the
    corrected one; delivered once more it must not become its conflict.
    """
    digests = [str(record.digest) for record, _owner in located]
    waiting = set(
        QuarantinedRecord.objects.filter(digest__in=digests).values_list(
            "digest", flat=True
        )
    )
    return [pair for pair in located if pair[0].digest not in waiting]
