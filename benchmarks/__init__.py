"""What it costs: each figure of ours against the plain way of doing the same, measured in one run. `make bench` prints them."""
