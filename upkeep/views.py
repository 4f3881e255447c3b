"""The page on which an administrator lets texts go again after a backup was restored."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.access import UserRequest, administrator_required
from sessions import standstill
from sessions.actions.resuming import resume_after_restore
from upkeep.standing import figures


@administrator_required
@require_http_methods(["GET", "POST"])
@never_cache
def restored(request: UserRequest) -> HttpResponse:
    """What waits, and what the ITSP was asked for; as a fragment it renews itself."""
    if request.method == "POST":
        if resume_after_restore(by=request.user):
            messages.success(request, _("Texts go again."))
        return redirect("system")
    template = "upkeep/_restored.html" if request.htmx else "upkeep/restored.html"
    restoration = standstill.lasting().order_by("-at").first()
    return render(request, template, {"restoration": restoration, "figures": figures()})
