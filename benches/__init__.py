"""Benchmarks of the package, side by side with its peers: `python -m benches`."""
