"""The drop box from this side: the endpoint that takes messages, how it is run and set up, and where what it took is fetched. Knows no seals.

`endpoint` works alone on a web server of its own; nothing else here does.
"""
