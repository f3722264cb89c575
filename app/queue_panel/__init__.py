"""The panel of the queue: what runs, what waits and in which order, what is finished."""
