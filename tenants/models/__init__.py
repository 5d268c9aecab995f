"""Customers, the people who act for them, and the record of what they did."""

from tenants.models.access import ApiToken, IdempotencyKey, Invitation
from tenants.models.audit import AuditAnchor, AuditEvent, AuditHead
from tenants.models.failures import FailedWork
from tenants.models.notices import Notice
from tenants.models.people import Member, User
from tenants.models.sessions import StaffSession
from tenants.models.tenant import Tenant

__all__ = [
    "ApiToken",
    "AuditAnchor",
    "AuditEvent",
    "AuditHead",
    "FailedWork",
    "IdempotencyKey",
    "Invitation",
    "Member",
    "Notice",
    "StaffSession",
    "Tenant",
    "User",
]
