"""Benchmarks: speeds, each measured beside its limit in the same run."""
