"""The rotation of signing keys, month by month, without signing anybody out."""
