"""Mail: messages, and the relay that takes them."""
