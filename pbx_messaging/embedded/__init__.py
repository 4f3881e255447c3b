"""The product on one machine with nothing installed: what starts its processes and ends them.

`python -m pbx_messaging.embedded demo|run`. What is started stands in `pbx_messaging/processes/`.
"""
