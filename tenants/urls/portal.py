"""Pages of customers and people."""

from django.urls import path

from tenants.views import account, audit, customers, invitations, team, tokens

app_name = "tenants"
urlpatterns = [
    path("customers/switch/", customers.customer_switch, name="customer_switch"),
    path("profile/", account.profile, name="profile"),
    path("team/", team.member_list, name="member_list"),
    path("team/invite/", team.invitation_create, name="invitation_create"),
    path(
        "team/invitations/<int:pk>/withdraw/",
        team.invitation_revoke,
        name="invitation_revoke",
    ),
    path("team/<int:pk>/", team.member_detail, name="member_detail"),
    path("team/<int:pk>/deactivate/", team.member_deactivate, name="member_deactivate"),
    path("team/<int:pk>/reactivate/", team.member_reactivate, name="member_reactivate"),
    path("invitations/opened/", invitations.invitation_kept, name="invitation_kept"),
    path(
        "invitations/<str:secret>/",
        invitations.invitation_accept,
        name="invitation_accept",
    ),
    path("tokens/", tokens.token_list, name="token_list"),
    path("tokens/<int:pk>/withdraw/", tokens.token_revoke, name="token_revoke"),
    path("audit/", audit.audit_list, name="audit_list"),
    path("audit/export/", audit.audit_export, name="audit_export"),
]
