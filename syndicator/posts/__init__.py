"""Posts composed: what a channel is to show of an article, within its capabilities and in the newsroom's
style."""
