"""What every ITSP of `ITSPS` must do, whatever it is called. A new one passes it before it is one of ours.

The tests know an ITSP by its kit alone: `tests/channels/itsp/CODE/kit.py` has a class `Kit`, which subclasses
`Kit` of `kit.py` here. It is written by the ITSP's documentation, with the provider's own code where there is
some (the `twilio` package signs for Twilio's kit), and never by ours: it is the other side.

A kit says

- whose it is: `itsp`; `credentials` of a channel, as its form stores them; `other_credentials`, of another
  account, by which nothing is authentic that the first have signed;
- how calls look: `id_of(number)` is a message's id; `body_of(told)` what is posted of some `Text`s and
  `Status`es (one, unless `takes_lists`); `url_of` where it is posted to; `headers_of` what proves it, at a
  moment; `shifted` calls that a careless signature would fit as well; `lasts_s`, after which a signature is
  too old, if it has a time;
- what the documentation lists: `statuses`, its words for what becomes of a text; `errors`, each code with
  what it means of a text that was accepted, and `refusals`, with what it means as the answer to a try;
- what its API answers: `accepted`, `refused`, `throttled`, `wrong_credentials`, each a `Reply`; and
  `server_error`, what a 500 means of a text (`Advice.UNKNOWN`, unless the documentation says that nothing was
  sent).

Calls go to the real webhook; the API is a server on this machine that answers what the test tells it.
"""
