"""The pictures that runs made, kept with the workflow that made each."""
