"""The set-up check of a channel: run by a worker, shown on its page as results and as the guide's steps."""
