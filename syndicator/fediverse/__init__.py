"""What servers of the fediverse say to each other: its vocabulary, and its signatures."""
