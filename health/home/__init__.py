"""Home: what waits, what fails, who is there, what today was like, and what of the set-up is not finished."""
