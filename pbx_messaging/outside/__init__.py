"""How we wait for those who are not ours: a media server, an ITSP's API, SMTP.

Whoever asks one does so `within` a limit over the whole call, on connections made here, and with no more than
a share of the worker's threads. What else opens connections is found by a test.
"""
