from allauth.account import views as account
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path, re_path

from accounts import audit_views, invitation_views, login_views, security_views, token_views, views
from accounts.devices import remembering

# allauth's own names: it refers to its pages by them. Those that are not here, as signing up, don't exist.
ALLAUTH = [
    path("login/", account.login, name="account_login"),
    path("login/inactive/", account.account_inactive, name="account_inactive"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/sent/", account.password_reset_done, name="account_reset_password_done"),
    path(
        "password/reset/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        remembering(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path("profile/confirm/", account.reauthenticate, name="account_reauthenticate"),
    path("profile/two-step/", include("allauth.mfa.urls")),
    path("profile/sessions/", login_views.own_logins, name="usersessions_list"),
]

urlpatterns = [
    *ALLAUTH,
    path("logout/", login_not_required(auth_views.LogoutView.as_view()), name="logout"),
    path("invitation/<str:token>/", invitation_views.accept, name="invitation"),
    path("profile/", views.profile, name="profile"),
    path("profile/password/", views.change_password, name="change-password"),
    path("profile/tokens/", token_views.own_tokens, name="profile-tokens"),
    path("profile/tokens/<int:pk>/revoke/", token_views.own_token_revoke, name="profile-token-revoke"),
    path("profile/sessions/<int:pk>/end/", login_views.own_login_end, name="profile-login-end"),
    path("users/", views.user_list, name="user-list"),
    path("audit/", audit_views.audit_list, name="audit-list"),
    path("audit/export/", audit_views.audit_export, name="audit-export"),
    path("users/<int:pk>/delete/", views.user_delete, name="user-delete"),
    path("users/<int:pk>/invitation/", invitation_views.invitation, name="user-invitation"),
    path("users/<int:pk>/invitation/withdraw/", invitation_views.withdraw, name="user-withdraw"),
    path("users/<int:pk>/unlock/", security_views.unlock, name="user-unlock"),
    path("users/<int:pk>/logins/", login_views.user_logins, name="user-logins"),
    path("users/logins/<int:pk>/end/", login_views.user_login_end, name="user-login-end"),
    path("users/<int:pk>/tokens/", token_views.user_tokens, name="user-tokens"),
    path("users/tokens/<int:pk>/revoke/", token_views.user_token_revoke, name="user-token-revoke"),
    path("users/<int:pk>/two-step/", security_views.remove_two_step, name="user-two-step"),
    path("system/security/", security_views.security, name="security"),
]
