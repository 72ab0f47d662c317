"""What the photos of the example newsroom show."""
