"""Backups as files: sealed by a key, written in one go, read in one go. Of Django this knows nothing."""
