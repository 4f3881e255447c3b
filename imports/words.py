"""What is stored of why a file, or a row of it, could not be imported."""

from django.utils.translation import gettext_lazy as _

from pbx_messaging.said import Kind

# A file.
TARGET_DELETED = Kind("import-target-deleted", _("What it should be imported into was deleted."))
NO_ROWS = Kind("import-no-rows", _("There are no rows. Write them as in the example file."))
CARDS = Kind("import-cards", _("These are vCards, which contacts are imported from. Choose a CSV file."))
TOO_MANY_ROWS = Kind(
    "import-too-many-rows",
    _("These are more than %(most)s rows. Split the file, and import the parts one after the other."),
)
WORKBOOK = Kind("import-workbook", _("This is a workbook (such as .xlsx or .ods), or another packed file."))
OLD_WORKBOOK = Kind("import-old-workbook", _("This is a workbook of an older Excel (.xls)."))
PDF = Kind("import-pdf", _("This is a PDF."))
RTF = Kind("import-rtf", _("This is a text document (.rtf)."))
MARKUP = Kind("import-markup", _("This is a web page or XML."))
NO_TEXT = Kind("import-no-text", _("This is no text."))
AS_CSV = Kind(
    "import-as-csv",
    _("Open it where it was made, save or export it as CSV (UTF-8), and choose that file."),
)
TOO_MANY_COLUMNS = Kind(
    "import-too-many-columns",
    _("Line %(line)s has more than %(most)s columns. Is this the right file?"),
)
NO_CSV = Kind(
    "import-no-csv",
    _(
        "It can’t be read as CSV beyond line %(line)s. Look there for a quotation mark that is not closed, "
        "or save the file as CSV again."
    ),
)
LONG_CELL = Kind(
    "import-long-cell",
    _("A cell of line %(line)s is longer than any text. Look there for a quotation mark that is not closed."),
)

# A row.
MORE_CELLS = Kind(
    "import-more-cells",
    _("The row has more cells than there are columns. Put texts with separators between quotes."),
)
NOT_STORED = Kind(
    "import-not-stored",
    _("It could not be stored. Import it again; if that fails, too, the log of the worker says why."),
)
CHANGED_MEANWHILE = Kind(
    "import-changed-meanwhile",
    _("It could not be stored: somebody else changed something at the same moment. Try again."),
)
OF_COLUMN = Kind("import-of-column", _("%(column)s: %(reason)s"))
NO_NUMBER = Kind("import-no-number", _("The number is missing."))
SHORTENED = Kind(
    "import-shortened",
    _("The spreadsheet has shortened “%(text)s”. Format the column as text and enter the number again."),
)
NUMBER_TWICE = Kind(
    "import-number-twice",
    _("The number stands in line %(line)s already. Remove one of the two."),
)
