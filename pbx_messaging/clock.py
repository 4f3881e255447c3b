"""What beat wakes workers for: tasks, and every so many seconds. Each finds in the database what is due."""

NUDGED_EVERY_S: dict[str, float] = {
    "sessions.tasks.watch_due": 1.0,  # and it wakes them for what is most often not due
    "sessions.tasks.tidy_queues": 10.0,
    "sessions.tasks.retry_webhooks": 10.0,
    "accounts.tasks.tell_of_token_ends": 3600.0,
    "sessions.tasks.remember_channels": 30.0,
    "sessions.tasks.watch_unanswered": 15.0,
    "sessions.tasks.forget_notices": 3600.0,
    "channels.tasks.check_due": 60.0,
    "stats.tasks.fold_counts": 30.0,
    "stats.tasks.name_carriers": 3600.0,
    "upkeep.tasks.back_up_due": 60.0,
    "health.tasks.look_for_alarms": 10.0,
    "health.tasks.look_outside": 60.0,
    "health.tasks.call_dead_man": 60.0,
    "health.tasks.forget_alarms": 3600.0,
    "retention.tasks.sweep": 600.0,
    "retention.tasks.erase_due": 60.0,
    "retention.tasks.clear_leftovers": 3600.0,
    "retention.tasks.make_archives": 60.0,
    "sessions.tasks.remove_files": 600.0,
    "sessions.tasks.read_charges": 600.0,
    "sessions.tasks.compare_opt_outs": 300.0,
}
