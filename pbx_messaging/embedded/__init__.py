"""The product on one machine with nothing installed: what starts its processes and ends them.

`python -m pbx_messaging.embedded demo|run`; `processes.py` says what runs, here and elsewhere.
"""
