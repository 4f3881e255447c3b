"""Words by which agents sort sessions."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Tag(models.Model):
    """A word by which sessions are sorted."""

    class Colour(models.TextChoices):
        BLUE = "blue", _("Blue")
        GREEN = "green", _("Green")
        ORANGE = "orange", _("Orange")
        RED = "red", _("Red")
        PURPLE = "purple", _("Purple")
        GREY = "secondary", _("Grey")

    name = models.CharField(
        _("Name"),
        max_length=32,
        unique=True,
        error_messages={"unique": _("Another tag has this name. Choose another one.")},
    )
    colour = models.CharField(_("Colour"), max_length=12, choices=Colour, default=Colour.BLUE)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
