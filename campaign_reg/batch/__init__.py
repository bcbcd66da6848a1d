"""Batches of any backend: input, plan, run, guardrails and results."""
