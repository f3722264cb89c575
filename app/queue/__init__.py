"""The durable queue: jobs in a file that outlives every process, and who takes them."""
