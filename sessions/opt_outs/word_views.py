"""The words by which contacts opt out: what is built in, and what administrators add to it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import UserRequest, administrator_required
from accounts.directions import isolated
from channels.itsp.texts import KeywordKind
from sessions.models import OptOutWord
from sessions.opt_outs.forms import OptOutWordForm
from sessions.opt_outs.words import BUILT_IN


@administrator_required
@require_http_methods(["GET", "POST"])
def word_list(request: UserRequest) -> HttpResponse:
    """All on one page; adding one takes a word and its meaning."""
    form = OptOutWordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        word = form.save()
        messages.success(request, _("From now on “%s” is understood.") % isolated(word))
        return redirect("optout-words")
    context = {
        "form": form,
        "words": OptOutWord.objects.all(),
        "kinds": OptOutWord.Kind.labels,
        "languages": [
            (
                get_language_info(code)["name_translated"],
                [(kind.label, words.get(KeywordKind(kind), "")) for kind in OptOutWord.Kind],
            )
            for code, words in BUILT_IN.items()
        ],
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "sessions/opt_outs/words.html", context, status=status)


@administrator_required
@require_POST
def word_delete(request: UserRequest, pk: int) -> HttpResponse:
    """Whoever opted out by it stays so. Of one that is gone already it says the same."""
    for word in OptOutWord.objects.filter(pk=pk):
        word.delete()
    messages.success(request, _("The word was taken away. Who opted out by it stays opted out."))
    return redirect("optout-words")
