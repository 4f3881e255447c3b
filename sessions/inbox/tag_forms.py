"""Tags, as administrators name them."""

from django import forms

from sessions.models import Tag


class TagForm(forms.ModelForm[Tag]):
    class Meta:
        model = Tag
        fields = ["name", "colour"]
