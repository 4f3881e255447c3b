"""A provider of the general interface, below `/general`, and the check of any other one."""
