"""The album on the screen."""
