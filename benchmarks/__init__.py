"""What the library costs compared with the alternatives: `python -m benchmarks [names...]`; see README.md."""
