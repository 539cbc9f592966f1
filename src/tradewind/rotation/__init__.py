"""New keys for what we sign, month by month, without anybody being signed out."""
