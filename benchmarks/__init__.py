"""What the library costs beside the alternatives: `python -m benchmarks [names...]`; see README.md."""
