"""Under which address a channel's webhook answers, and what verifying its calls takes."""
