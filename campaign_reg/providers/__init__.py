"""The vendors: one folder each, loaded when first asked for."""
