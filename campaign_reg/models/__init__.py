"""Provider-neutral models."""
