"""The numbers of a channel with their message routing rules: the dialog of one, and a file of many."""
