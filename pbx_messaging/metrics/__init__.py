"""What is counted in our processes, for Prometheus. Without METRICS_TOKEN nothing is, and no library loaded.

All processes of an installation count into files of one folder; whoever is asked adds them up. What the
database knows itself is asked of it at each look: see `health.metrics`.
"""
