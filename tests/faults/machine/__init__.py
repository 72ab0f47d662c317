"""The machine that tries to break it: ``./run faults``.

Real processes, as users run them, under a newsroom that publishes, corrects and retracts, while everything
around them fails. Servers that play the channels keep the truth about what they accepted, and when it took
effect; the judge compares that with what the newsroom did, once all is quiet again.

======================  ==============================================================================
``history``             what happened, as facts
``judge``               what of it must not be: pure, from the history alone
``newsroom``            the site: pages with a listing, and an agency's feed
``channels``            servers that keep the truth, and fail in every way that servers do
``crowd``               one whose people follow the newsroom, with an inbox each, and likewise
``processes``           ``syndicator up``; or web, two workers, two beats on PostgreSQL and Redis
``faults``, ``points``  what is done to them, at random and at exact moments
``readers``             readers of the feeds, who never see half of one
``operator``            a person who presses "resume" and "allow" in the console when all is over
``report``              the table
``run``                 all of it together
======================  ==============================================================================
"""
