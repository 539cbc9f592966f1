"""What `./dev up` does when a file is saved: the next request runs it, and a changed template is deployed."""
