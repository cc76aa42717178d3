"""Every scene by its name."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from tests.sample import rooms, tables, weather, woods
from tests.sample.paper import Paper, Size

SCENES: dict[str, Callable[[Size, Random, int], Paper]] = {
    "forest": woods.forest,
    "walk": woods.walk,
    "fungi": woods.fungi,
    "hut": woods.hut,
    "yard": woods.yard,
    "feast": woods.feast,
    "stream": weather.stream,
    "puddle": weather.puddle,
    "snow_lantern": weather.snow_lantern,
    "lanterns": weather.lanterns,
    "feeder": weather.feeder,
    "moon": weather.moon,
    "leaves": tables.leaves,
    "apples": tables.apples,
    "pancakes": tables.pancakes,
    "buns": tables.buns,
    "drawing": tables.drawing,
    "mandala": tables.mandala,
    "beads": tables.beads,
    "toy_boat": tables.toy_boat,
    "towers": rooms.towers,
    "town": rooms.town,
    "seedlings": rooms.seedlings,
    "mittens": rooms.mittens,
    "shelf": rooms.shelf,
    "flowers": rooms.flowers,
    "song": rooms.song,
    "board": rooms.board,
    "stars": rooms.stars,
}
