"""The only room with client sockets: four transports that stack, each with `send(Request) -> Response`."""
