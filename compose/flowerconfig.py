"""Flower's own settings: its password comes from the environment, not from a command line for all to read."""

import os

basic_auth = [f"operator:{os.environ['OPERATOR_PASSWORD']}"]
