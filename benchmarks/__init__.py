"""What the library costs beside the alternatives: `python -m benchmarks [rows...]`; see README.md."""
