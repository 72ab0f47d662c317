"""Words of articles that no site should write, and some do."""

from __future__ import annotations

#: What sites write without wishing harm, and what they may be made to: its title, and its summary.
HOSTILE = {
    "markup": (
        '<b>Bold</b> & "q" *x* _y_ ~z~ `c` [a](http://b.test) {x|y} \\ <@U1> #1',
        "&amp;&lt; @[ (((" * 40,
    ),
    "calls": ("@everyone @here <!channel> @bob @bob@host.test $AAPL $MSFT nostr:npub1x", "@[1:page] <@&7>"),
    "emoji of four bytes": ("😀" * 3000, "👩\u200d👩\u200d👧\u200d👦🇱🇦👍🏽" * 60),
    "no width": ("\u200b\u2060The\u200bbridge\ufeff", "\u200b\u200d\u2060"),
    "both directions": ("\u202eegdirb\u202c \u2066\u2067\u200fthe bridge", "جسر\u2069\u2069\u202e"),
    "a title without a space": ("x" * 3000, "The bridge."),
    "a title of words": ("The bridge reopens. " * 150, ""),
    "no summary": ("The bridge", ""),
    "one grapheme": ("n" + "\u0301" * 5000, ""),
    "a giant among words": ("The bridge " + "a" + "\u0301" * 3000 + " reopens", "e" + "\u0301" * 6000),
    "controls": ("The\tbridge\r\nre\x0bopens\x7f\u2028", "a\x00b\x1f\x85"),
}
