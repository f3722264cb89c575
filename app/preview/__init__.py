"""Pictures to be looked at."""
