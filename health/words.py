"""What was found and what to do then, by check and code.

The words are for somebody who runs one small machine. A code without words fails a test.
"""

from dataclasses import dataclass

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from health.wording import TITLES, Text


@dataclass(frozen=True)
class Words:
    says: Text
    what_to_do: Text = ""


_START = gettext_lazy(
    "Start it again: with Docker “docker compose up -d”, on a machine of its own “make run”. Its last lines "
    "in the log say why it ended."
)
_GONE = gettext_lazy("No sign of life for %(figure)s.")
_NEVER = gettext_lazy("It has given no sign of life yet.")
_ALIVE = gettext_lazy("Works. Last sign of life %(figure)s ago; %(count)s running.")
_COSTS = {
    "web": gettext_lazy("Pages and the API don’t answer."),
    "stream": gettext_lazy("Open pages are told nothing, and webhooks take a detour."),
    "sender": gettext_lazy("No text leaves, and none that was kept back is taken in."),
    "worker": gettext_lazy("No attachments, set-up checks, e-mails and look-ups."),
    "beat": gettext_lazy("Nothing happens by itself: scheduled texts, retries, sessions that time out."),
}

WORDS: dict[tuple[str, str], Words] = {
    ("version", "ok"): Words(gettext_lazy("PBX Messaging %(version)s.")),
    **{(kind, "ok"): Words(_ALIVE) for kind in _COSTS},
    **{
        (kind, "starting"): Words(_NEVER, gettext_lazy("PBX has just started. Wait a moment."))
        for kind in _COSTS
    },
    **{(kind, "gone"): Words(format_lazy("{} {}", _GONE, cost), _START) for kind, cost in _COSTS.items()},
    **{(kind, "never"): Words(format_lazy("{} {}", _NEVER, cost), _START) for kind, cost in _COSTS.items()},
    **{
        (kind, "piled"): Words(
            gettext_lazy("It lives, but takes nothing: %(count)s tasks wait for it."),
            gettext_lazy(
                "Restart it. If that happens again, the machine is too busy: see its processors’ load."
            ),
        )
        for kind in ("sender", "worker")
    },
    ("channels", "ok"): Words(gettext_lazy("All work.")),
    ("channels", "none"): Words(
        gettext_lazy("There is no channel yet."),
        gettext_lazy("Add one: Messaging > Message Channel > Add."),
    ),
    ("channels", "failing"): Words(
        gettext_lazy("The ITSP refuses it, and its queue waits: %(reason)s"),
        gettext_lazy(
            "Open the channel: its set-up check says what to mend. Its texts leave as soon as it works."
        ),
    ),
    ("channels", "never"): Words(
        gettext_lazy("The ITSP was never reached with its credentials."),
        gettext_lazy("Open the channel and click “Check again”."),
    ),
    ("held", "ok"): Words(gettext_lazy("None is held.")),
    ("held", "held"): Words(
        gettext_lazy("Texts that came with another Auth Token, and wait for it: %(count)s."),
        gettext_lazy(
            "Open the channel and enter the token that the ITSP signs with now: they arrive then. If nobody "
            "has changed it, a stranger knows the Webhook URL: see the texts in the Webhook Journal, discard "
            "them there, and regenerate the URL."
        ),
    ),
    ("set_up", "ok"): Words(gettext_lazy("Nothing is wrong.")),
    ("set_up", "failing"): Words(
        gettext_lazy("%(check)s: %(why)s"), gettext_lazy("Open the channel. %(advice)s")
    ),
    ("set_up", "new"): Words(
        gettext_lazy("%(check)s: %(why)s"), gettext_lazy("Open the channel. %(advice)s")
    ),
    ("standby", "ok"): Words(gettext_lazy("Nothing is wrong.")),
    ("standby", "wrong"): Words(
        gettext_lazy("It would not work, or works no more. %(why)s"), gettext_lazy("%(advice)s")
    ),
    ("standby", "sends"): Words(
        gettext_lazy("The channel lets nothing through. %(why)s"),
        gettext_lazy("Open the channel: it says what is wrong. Its numbers come back by themselves."),
    ),
    ("standby", "ordered"): Words(
        gettext_lazy("%(why)s An administrator wanted it so."),
        gettext_lazy("Open the channel to have its numbers send by it again."),
    ),
    ("queue", "ok"): Words(gettext_lazy("Nothing waits for long.")),
    ("queue", "old"): Words(
        gettext_lazy("The oldest has waited for %(figure)s."),
        gettext_lazy(
            "See the channel’s Sending page: more may wait than its rate lets through, or the ITSP may be "
            "slow. If the sender or the clock fails, mend that first."
        ),
    ),
    ("failures", "ok"): Words(gettext_lazy("No channel has many in this hour.")),
    ("failures", "many"): Words(
        gettext_lazy(
            "%(failed)s of %(total)s in the last hour; most often with the code %(error_code)s: %(reason)s"
        ),
        gettext_lazy(
            "See “Last errors” on the channel’s Sending page; each code leads to the ITSP’s own words."
        ),
    ),
    ("uncertain", "ok"): Words(gettext_lazy("None is left.")),
    ("uncertain", "some"): Words(
        gettext_lazy("Of %(figure)s, the ITSP can’t tell whether it has them. None is sent again by itself."),
        gettext_lazy(
            "Have the agents ask these contacts: see the inbox with the filter “Last text failed”. “Retry” "
            "sends a text again; closing the session ends this."
        ),
    ),
    ("webhooks", "ok"): Words(gettext_lazy("None is left.")),
    ("webhooks", "failed"): Words(
        gettext_lazy("%(count)s could not be processed. They are kept, and tried again."),
        gettext_lazy(
            "See Messaging > Webhook Journal > Failed: the reason is there, and “Replay” and “Dismiss”."
        ),
    ),
    ("spool", "ok"): Words(gettext_lazy("Empty.")),
    ("spool", "waiting"): Words(
        gettext_lazy("Requests that came while the database was away are being taken in: %(count)s.")
    ),
    ("spool", "stuck"): Words(
        gettext_lazy("Requests that wait: %(count)s, the oldest for %(age)s. None is lost."),
        gettext_lazy("They are taken in as soon as the database and the sender work: mend those first."),
    ),
    ("outbox", "ok"): Words(gettext_lazy("Open pages are told at once.")),
    ("outbox", "late"): Words(gettext_lazy("The oldest has waited for %(figure)s.")),
    ("outbox", "stuck"): Words(
        gettext_lazy("Open pages learn nothing new: the oldest news is %(figure)s old."),
        gettext_lazy("Valkey or the sender does not work: mend those first."),
    ),
    ("database", "ok"): Words(gettext_lazy("Answers, and takes what is written. %(product)s.")),
    ("database", "busy"): Words(
        gettext_lazy("Answers, but something else was writing for seconds."),
        gettext_lazy(
            "If that stays so, see what is being exported or imported. Large houses need PostgreSQL."
        ),
    ),
    ("database", "away"): Words(
        gettext_lazy("Does not answer. Inbound texts are kept in the spool meanwhile."),
        gettext_lazy("Start the database, and see that its address (DATABASE_URL) is right."),
    ),
    ("database", "refuses"): Words(
        gettext_lazy("Answers, but takes nothing: %(reason)s"),
        gettext_lazy(
            "Its disk is full, or it is a read-only copy. Make room, or name the main one in DATABASE_URL."
        ),
    ),
    ("valkey", "ok"): Words(gettext_lazy("Answers, and takes what is written.")),
    ("valkey", "away"): Words(
        gettext_lazy("Does not answer: nothing is sent, and open pages learn nothing."),
        gettext_lazy("Start Valkey, and see that its address (REDIS_URL) is right."),
    ),
    ("valkey", "refuses"): Words(
        gettext_lazy("Answers, but takes nothing: %(reason)s"),
        gettext_lazy(
            "Its memory or its disk is full, or it is a read-only copy. Give it more, and nothing is lost."
        ),
    ),
    ("valkey_memory", "ok"): Words(gettext_lazy("%(used)s in use.")),
    ("valkey_memory", "soon"): Words(
        gettext_lazy("%(used)s in use, %(figure)s of what it may have."),
        gettext_lazy("Raise Valkey’s “maxmemory”."),
    ),
    ("valkey_memory", "full"): Words(
        gettext_lazy("%(used)s in use, %(figure)s of what it may have: soon it takes nothing more."),
        gettext_lazy("Raise Valkey’s “maxmemory” now."),
    ),
    ("valkey_memory", "evicts"): Words(
        gettext_lazy("It throws away what it should keep when its memory is full (%(policy)s)."),
        gettext_lazy("Set Valkey’s “maxmemory-policy” to “noeviction”."),
    ),
    ("valkey_file", "ok"): Words(gettext_lazy("It writes what it holds to its append-only file.")),
    ("valkey_file", "off"): Words(
        gettext_lazy(
            "It writes nothing to the disk: inbound texts can’t be kept while the database is away."
        ),
        gettext_lazy("Set Valkey’s “appendonly” to “yes”."),
    ),
    ("valkey_file", "old"): Words(
        gettext_lazy(
            "Its version %(version)s can’t say that something is on its disk, so that inbound texts can’t be "
            "kept while the database is away."
        ),
        gettext_lazy("Use Valkey, or Redis 7.2 or later."),
    ),
    ("valkey_file", "broken"): Words(
        gettext_lazy("It could not write its append-only file."),
        gettext_lazy("Make room on Valkey’s disk."),
    ),
    ("disk", "ok"): Words(gettext_lazy("%(free)s of %(total)s free.")),
    ("disk", "soon"): Words(
        gettext_lazy("%(free)s of %(total)s free."),
        gettext_lazy("Plan for more room, or remove old backups."),
    ),
    ("disk", "low"): Words(
        gettext_lazy("Only %(free)s of %(total)s free."),
        gettext_lazy("Make room: with a full disk nothing is stored, and inbound texts are refused."),
    ),
    ("files", "ok"): Words(gettext_lazy("All are gone.")),
    ("files", "stuck"): Words(
        gettext_lazy("The storage still has some that should be gone: %(figure)s, the oldest for %(age)s."),
        gettext_lazy(
            "See the worker’s log, and whether PBX may delete in the storage (MEDIA_STORAGE). Each is tried "
            "again at least once a day; an erasure waits for its files."
        ),
    ),
    ("backup", "never"): Words(
        gettext_lazy("Not set up."),
        gettext_lazy("Set BACKUP_DIR and BACKUP_KEY: see “Back up” in docs/operations.md."),
    ),
    ("backup", "due"): Words(gettext_lazy("The first one is made soon.")),
    ("backup", "ok"): Words(gettext_lazy("Made %(figure)s ago.")),
    ("backup", "plain"): Words(
        gettext_lazy("Made %(figure)s ago, not encrypted: whoever reads it reads all texts and keys.")
    ),
    ("backup", "failed"): Words(
        gettext_lazy("The last try was in vain: %(trouble)s"),
        gettext_lazy("It is tried again in an hour. To try at once, run “manage.py backup”."),
    ),
    ("backup", "late"): Words(
        gettext_lazy("The last one was made %(figure)s ago."),
        gettext_lazy("See why the last one was not made: its log says it. Often a disk is full."),
    ),
    ("restored", "ok"): Words(gettext_lazy("None: no restored backup waits.")),
    ("restored", "waits"): Words(
        gettext_lazy("A backup of %(figure)s ago was restored, and nothing is sent."),
        gettext_lazy(
            "Make sure that the former installation does not run any more, then let texts go again."
        ),
    ),
    ("address", "ok"): Words(gettext_lazy("%(url)s answers.")),
    ("address", "fails"): Words(gettext_lazy("%(why)s"), gettext_lazy("%(advice)s")),
    ("address", "silent"): Words(gettext_lazy("%(why)s"), gettext_lazy("%(advice)s")),
    ("certificate", "ok"): Words(gettext_lazy("Holds for another %(figure)s.")),
    ("certificate", "plain"): Words(gettext_lazy("%(url)s is not https, so there is none.")),
    ("certificate", "near"): Words(
        gettext_lazy("Ends in %(figure)s."),
        gettext_lazy(
            "It should have been renewed by now. With Caddy see its log: the name must lead to this machine, "
            "and port 80 or 443 be open. Otherwise install a new one."
        ),
    ),
    ("certificate", "ended"): Words(
        gettext_lazy("It has ended: the ITSP and browsers refuse to connect."),
        gettext_lazy("Install a new one now, or see in Caddy’s log why it was not renewed."),
    ),
    ("clock", "ok"): Words(gettext_lazy("Right to within %(figure)s.")),
    ("clock", "off"): Words(
        gettext_lazy("This machine’s clock differs by %(figure)s."),
        gettext_lazy("Have it set by the network: “timedatectl set-ntp true” on most Linux machines."),
    ),
    ("clock", "wrong"): Words(
        gettext_lazy(
            "This machine’s clock differs by %(figure)s: two-step logins and scheduled texts go wrong."
        ),
        gettext_lazy("Have it set by the network: “timedatectl set-ntp true” on most Linux machines."),
    ),
    ("balance", "ok"): Words(gettext_lazy("Enough everywhere, as far as ITSPs tell.")),
    ("balance", "low"): Words(
        gettext_lazy("Only %(figure)s is left."), gettext_lazy("Pay in at the ITSP: at zero, no text leaves.")
    ),
    ("mail", "ok"): Words(gettext_lazy("Set up.")),
    ("mail", "unset"): Words(
        gettext_lazy("Not set up: invitations and alarms are not e-mailed."),
        gettext_lazy("Set EMAIL_URL and DEFAULT_FROM_EMAIL, and restart."),
    ),
    ("dead_man", "ok"): Words(gettext_lazy("The monitor was called %(age)s ago, and took it.")),
    ("dead_man", "unset"): Words(
        gettext_lazy("Not set up: of a dead machine or network nobody tells you."),
        gettext_lazy("Give a monitor’s address on the page Alarms; it takes a minute."),
    ),
    ("dead_man", "refused"): Words(
        gettext_lazy("The monitor did not take the call (%(trouble)s)."),
        gettext_lazy("Look whether its address on the page Alarms is right."),
    ),
    ("dead_man", "silent"): Words(gettext_lazy("Not called, because something fails: so it will tell.")),
    **{
        (check, "untold"): Words(
            gettext_lazy("Can’t be found out now."),
            gettext_lazy("See what else fails: it has the same cause."),
        )
        for check in TITLES
    },
    **{
        (check, "later"): Words(gettext_lazy("Not looked at yet: the worker looks every few minutes."))
        for check in ("address", "certificate", "clock", "balance", "dead_man")
    },
}
