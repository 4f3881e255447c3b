"""What Prometheus reads: what our processes count, what the database holds, and what the checks have found.

Alert rules are made of the one list of checks, as the System page is.
"""
