"""What is searched for: words that occur once, now and then, everywhere, nowhere; numbers; names."""

from django.db import connection

from sessions.models import Contact, MessagingSession

EACH = 40
FREQUENT = """
    SELECT word FROM ts_stat('SELECT words FROM messaging_sessions_message WHERE id % 20 = 0')
    ORDER BY ndoc DESC LIMIT 600
"""


def words() -> dict[str, list[str]]:
    """By kind; `common` are the 20 words that most messages have, `middling` some of every hundredth."""
    with connection.cursor() as cursor:
        cursor.execute(FREQUENT)
        frequent = [str(word) for (word,) in cursor.fetchall()]
        cursor.execute(
            "SELECT substring(body FROM 'order[0-9]+') FROM messaging_sessions_message "
            "WHERE id %% 20 = 1 ORDER BY md5(id::text) LIMIT %s",
            [EACH],
        )
        rare = [str(word) for (word,) in cursor.fetchall()]
    contacts = MessagingSession.objects.filter(pk__gt=1_000).values_list("contact", flat=True)[:EACH]
    names = Contact.objects.order_by("-pk").values_list("name", flat=True)[:EACH]
    return {
        "rare": rare,
        "common": frequent[:20],
        "middling": frequent[40:600:28],
        "miss": [f"nosuchword{n}" for n in range(EACH)],
        "phone": [f"({number[2:5]}) {number[5:8]}-{number[8:]}" for number in contacts],
        "name": list(names),
    }
