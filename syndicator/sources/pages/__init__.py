"""What one page says of its article: where each field stands, and what around it is no part of it."""
