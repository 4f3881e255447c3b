"""The pages by which an admin adds a channel, edits it, and decides what becomes of it."""
