"""Benchmarks that a user can run; they print, and assert nothing."""
