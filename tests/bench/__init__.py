"""Benchmarks, as figures beside those of plain loops in the same run. Run by hand; no test looks at a clock."""
