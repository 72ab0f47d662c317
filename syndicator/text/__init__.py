"""Text: cleaning what comes from outside, measuring and cutting what goes out."""
