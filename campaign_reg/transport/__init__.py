"""The only package with client sockets: four transports that stack, each with `send(Request) -> Response`."""
