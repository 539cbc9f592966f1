"""What the shop costs at AWS's list prices, from what a run of it was counted to use."""
