"""`./dev invoke`: one function, run in this process."""
