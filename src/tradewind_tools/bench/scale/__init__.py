"""How requests and jobs grow with the shop: counted against the table in memory, at two sizes."""
