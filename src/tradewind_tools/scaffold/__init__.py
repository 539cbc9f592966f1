"""`./dev new`: the files of a new operation, complete and tested, to go on from."""
