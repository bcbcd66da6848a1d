"""HTTP and JSON without I/O: no socket, no clock, and no await that waits."""
