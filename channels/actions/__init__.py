"""All that is written to a channel and what belongs to it; pages, workers and sessions call these verbs."""

from channels.actions.checking import (
    ask_for_check,
    ask_for_check_now,
    ask_for_first_check,
    ask_for_fix,
    claim_check,
    drop_findings,
    finish_check,
    note_unfixed,
    store_finding,
)
from channels.actions.disabling import archive_channel, disable_channel, drain_channel, enable_channel
from channels.actions.gaps import ask_for_missed, finish_gap, note_gap, note_gap_of_all
from channels.actions.number_rules import forbid_initiating, import_rules
from channels.actions.opt_outs import ask_for_opt_outs
from channels.actions.pausing import pause_channel, resume_channel
from channels.actions.renewing import renew_webhook
from channels.actions.signs import (
    end_verifying,
    note_callback,
    note_contact,
    note_held,
    note_inbound,
    note_sent,
    note_webhook_used,
)
from channels.actions.status import put_off_recheck, reconnect_channel, stop_channel
from channels.actions.storing import Verification, create_channel, update_channel
from channels.actions.switching import note_refused, note_taken, order_standby, switch_numbers

__all__ = [
    "Verification",
    "archive_channel",
    "ask_for_check",
    "ask_for_check_now",
    "ask_for_first_check",
    "ask_for_fix",
    "ask_for_missed",
    "ask_for_opt_outs",
    "claim_check",
    "create_channel",
    "disable_channel",
    "drain_channel",
    "drop_findings",
    "enable_channel",
    "end_verifying",
    "finish_check",
    "finish_gap",
    "forbid_initiating",
    "import_rules",
    "note_callback",
    "note_contact",
    "note_gap",
    "note_gap_of_all",
    "note_held",
    "note_inbound",
    "note_refused",
    "note_sent",
    "note_taken",
    "note_unfixed",
    "note_webhook_used",
    "order_standby",
    "pause_channel",
    "put_off_recheck",
    "reconnect_channel",
    "renew_webhook",
    "resume_channel",
    "stop_channel",
    "store_finding",
    "switch_numbers",
    "update_channel",
]
