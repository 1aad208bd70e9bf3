"""Runs, their pages and their records."""
