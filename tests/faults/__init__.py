"""What the product promises to survive, each promise held against the whole of the jobs.

=================================  ==================================================================
a broken page, an error page       test_sources_at_fault: a_broken_page_is_named_...
a feed that is no XML              test_sources_at_fault: a_feed_that_is_none_..., ..._breaks_off_...
a body of 5 GB, a redirect loop,   all three of test_sources_at_fault: pages, listings, feeds;
a redirect inside                  test_photos_at_fault: photos
no date, a date of the future      test_sources_at_fault
no photo; a photo that is none,    test_photos_at_fault
a bomb; one that is replaced
two articles under one guid,       test_sources_at_fault
one under two addresses
a declaration with a typo          tests/config/test_mistakes, acceptance: a_broken_declaration_...
a missing secret                   test_missing_secret
a full disk                        test_full_disk (by what is on it), tests/broker,
                                   acceptance/test_hard_times (all of it)
a locked database                  test_locked_database, acceptance/test_hard_times
a bucket that is away              tests/documents/test_s3
all of it at once                  machine (./run faults), test_machine
a worker that dies                 tests/jobs/test_delivering, acceptance/test_hard_times
=================================  ==================================================================
"""
