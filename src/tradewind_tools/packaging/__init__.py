"""`./dev package`: what Lambda runs, a layer and a zip per function; the same bytes for the same source."""
