"""Looking at sites whose articles are pages: listings, what was read before, and what is to be believed."""
