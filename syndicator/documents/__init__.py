"""Where built feeds are kept, and how web servers get at them."""
