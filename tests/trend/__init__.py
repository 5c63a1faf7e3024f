"""Trends: the gate, the counting, the score, and what is told."""
