"""What tests share: servers, accounts, stacks, values and waiting, imported as `support.NAME`."""
