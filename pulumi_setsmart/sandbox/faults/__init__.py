"""What goes wrong between a client and a server, on purpose: for tests of clients."""
