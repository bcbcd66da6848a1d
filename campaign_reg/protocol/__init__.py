"""What providers and engine agree on; each side knows only this room of the other."""
