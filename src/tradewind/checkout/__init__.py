"""The checkout saga: from a placed order to a confirmed or a cancelled one."""
