"""Flower's own settings: its password comes from the environment, not from a command line that all can read."""

import os

basic_auth = [f"operator:{os.environ['OPERATOR_PASSWORD']}"]
