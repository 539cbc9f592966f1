"""The front door of the local cloud: the pages, the mails and the API at one address."""
