"""The back office's pages of customers, people, invitations and the audit trail."""

from tenants.admin.audit import AuditEventAdmin
from tenants.admin.customers import MemberAdmin, TenantAdmin
from tenants.admin.failed_work import FailedWorkAdmin
from tenants.admin.invitations import InvitationAdmin
from tenants.admin.people import UserAdmin
from tenants.admin.second_factors import SecondFactorAdmin

__all__ = [
    "AuditEventAdmin",
    "FailedWorkAdmin",
    "InvitationAdmin",
    "MemberAdmin",
    "SecondFactorAdmin",
    "TenantAdmin",
    "UserAdmin",
]
