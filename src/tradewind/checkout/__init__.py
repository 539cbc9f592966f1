"""The checkout saga: what happens between a placed order and a confirmed or cancelled one."""
