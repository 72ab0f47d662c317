"""Dates as sites write them, to aware UTC.

``read_date`` reads a date, ``cut_date`` cuts it out of the words around it. A text of which a part is not
understood is not understood: nothing is ever dropped. Readings are tried in this order: the declared form
(``declared``), the forms of machines (``machine``), words in the languages that the text may be in
(``words``, ``languages``). The order of day and month is never guessed: ``03/08/2025`` has no meaning
without a declared form.
"""

from syndicator.text.dates.declared import cut_date
from syndicator.text.dates.machine import is_duration
from syndicator.text.dates.reader import read_date
from syndicator.text.dates.stated import DateReading

__all__ = ["DateReading", "cut_date", "is_duration", "read_date"]
