"""What becomes of a track on its way into a fresh MP4: copied as it is, or decoded and encoded anew. Knows PyAV. Does not know files.

Encoders get a fixed number of threads: with another number the bytes would be others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Protocol

import av
from av.bitstream import BitStreamFilterContext
from av.codec.context import Flags
from av.container import OutputContainer
from av.filter import Graph

_BARE = "filter_units=remove_types=6"  # "supplemental": what some cameras write places into, and encoders their names
_LONG_SIDE, _SHORT_SIDE = 1920, 1080
THREADS = 4
_H264 = {"crf": "23", "preset": "veryfast", "profile": "high", "x264-params": "lookahead-threads=1"}
_SECONDS_BETWEEN_KEYFRAMES = 2
_BIT_RATE = {1: 80_000, 2: 128_000}
_RATES = (44_100, 48_000)
_UNSPECIFIED, _BT709 = 2, 1
_HIGH_DYNAMIC = frozenset({16, 18})  # PQ and HLG
_TO_BT709 = "out_color_matrix=bt709:out_primaries=bt709:out_transfer=bt709:out_range=tv"

Clip = tuple[float, float]
"""From when to when, in seconds of the source."""


class HiddenError(Exception):
    """A track holds pictures that its file says are not to be shown, as after a cut in the telephone."""


class Writer(Protocol):
    """Takes the packets of one track and gives those of the fresh one. `done` when nothing more will come of it."""

    done: bool

    def take(self, packet: av.Packet[Any]) -> Iterable[av.Packet[Any]]: ...
    def end(self) -> Iterable[av.Packet[Any]]: ...


class Copied:
    """A track copied as it is, but for what lies between the pictures."""

    def __init__(self, out: OutputContainer, track: av.VideoStream | av.AudioStream) -> None:
        self.done = False
        self._out = out.add_stream_from_template(track)
        self._out.metadata.clear()
        self._bare = BitStreamFilterContext(_BARE, track, self._out) if track.type == "video" else None

    def take(self, packet: av.Packet[Any]) -> Iterator[av.Packet[Any]]:
        """Yield the packet, bare.

        Raises:
            HiddenError: it is not to be shown; a copy would give it to whoever looks into the file.
        """
        if self._bare and packet.is_discard:
            raise HiddenError
        for bare in self._bare.filter(packet) if self._bare else [packet]:
            bare.stream = self._out
            yield bare

    def end(self) -> Iterable[av.Packet[Any]]:
        return ()


@dataclass
class FrameEncoder:
    """Frames to H.264 that every browser plays: 8 bits, at most 1080p, upright, square pixels, ordinary brightness."""

    out: OutputContainer
    size: tuple[int, int]
    rate: Fraction
    time_base: Fraction
    bt709: bool = False
    _last: int | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        stream = self.out.add_stream("libx264", rate=self.rate, options=dict(_H264))
        stream.width, stream.height = fitted(*self.size)
        stream.pix_fmt = "yuv420p"
        stream.codec_context.gop_size = max(1, round(self.rate * _SECONDS_BETWEEN_KEYFRAMES))
        stream.codec_context.thread_count = THREADS
        stream.codec_context.time_base = self.time_base
        stream.codec_context.flags |= Flags.bitexact
        if self.bt709:
            context = stream.codec_context
            context.color_primaries = context.color_trc = context.colorspace = context.color_range = _BT709
        self._stream = stream

        self._bare: BitStreamFilterContext | None = None

    @property
    def spec(self) -> str:
        """The settings of the scaler that frames go through first."""
        return f"{self._stream.width}:{self._stream.height}:flags=bicubic" + (f":{_TO_BT709}" if self.bt709 else "")

    def encode(self, frame: av.VideoFrame | None) -> Iterator[av.Packet[Any]]:
        """Yield the packets of a frame, or at last of those still waiting; a frame that is not later than the one before is dropped."""
        self.out.start_encoding()  # the filter below needs the parameter sets, which are known from then on
        if frame is not None:
            if frame.pts is None or (self._last is not None and frame.pts <= self._last):
                return
            self._last, frame.pict_type = frame.pts, 0
        for packet in self._stream.encode(frame):
            if self._bare is None:
                self._bare = BitStreamFilterContext(_BARE, self._stream, self._stream)
            for bare in self._bare.filter(packet):
                bare.stream = self._stream
                yield bare


class Pictures:
    """The picture of a film, encoded anew."""

    def __init__(
        self, out: OutputContainer, track: av.VideoStream, first: av.VideoFrame, size: tuple[int, int], clip: Clip
    ) -> None:
        self.done = False
        self._track, self._clip, self._turn = track, clip, first.rotation % 360
        self._start = round(Fraction(clip[0]) / (track.time_base or Fraction(1, 1000)))
        known = is_high_dynamic(first) or first.colorspace not in {_UNSPECIFIED, _BT709} or first.color_range == 2
        rate = track.average_rate or track.guessed_rate or Fraction(30)
        self._encoder = FrameEncoder(out, size, Fraction(rate), track.time_base or Fraction(1, 1000), bt709=bool(known))
        self._graph: tuple[tuple[object, ...], Graph] | None = None

    def take(self, packet: av.Packet[Any] | None) -> Iterator[av.Packet[Any]]:
        for frame in self._track.decode(packet):
            at = frame.time
            if at is None or at < self._clip[0] or self.done:
                continue
            if at >= self._clip[1]:
                self.done = True
                continue
            frame.pts = (frame.pts or 0) - self._start
            for fitting in self._through(frame):
                yield from self._encoder.encode(fitting)

    def end(self) -> Iterator[av.Packet[Any]]:
        if not self.done:
            yield from self.take(None)
        yield from self._encoder.encode(None)

    def _through(self, frame: av.VideoFrame) -> Iterator[av.VideoFrame]:
        like = (frame.width, frame.height, frame.format.name, frame.colorspace, frame.color_range)
        if self._graph is None or self._graph[0] != like:
            self._graph = like, self._make_graph(frame)
        graph = self._graph[1]
        graph.vpush(frame)
        yield from _pulled(graph)

    def _make_graph(self, frame: av.VideoFrame) -> Graph:
        graph = Graph()
        graph.threads = THREADS
        source = graph.add_buffer(
            width=frame.width, height=frame.height, format=frame.format, time_base=self._encoder.time_base
        )
        turns = {90: ["cclock"], 180: ["clock", "clock"], 270: ["clock"]}.get(self._turn, [])
        nodes = [source, *(graph.add("transpose", turn) for turn in turns), graph.add("scale", self._encoder.spec)]
        nodes += [graph.add("setsar", "1"), graph.add("format", "yuv420p"), graph.add("buffersink")]
        graph.link_nodes(*nodes).configure()
        return graph


class Sounds:
    """The sound of a film, or a sound alone, encoded anew as AAC."""

    def __init__(self, out: OutputContainer, track: av.AudioStream, clip: Clip) -> None:
        self.done = False
        self._out, self._track, self._clip = out, track, clip
        channels = 1 if track.codec_context.channels == 1 else 2
        self._rate = track.codec_context.sample_rate if track.codec_context.sample_rate in _RATES else _RATES[1]
        self._layout = "mono" if channels == 1 else "stereo"
        stream = out.add_stream("aac", rate=self._rate, layout=self._layout)
        stream.bit_rate = _BIT_RATE[channels]
        stream.codec_context.flags |= Flags.bitexact
        self._stream = stream
        self._graph: Graph | None = None

    def take(self, packet: av.Packet[Any] | None) -> Iterator[av.Packet[Any]]:
        for frame in self._track.decode(packet):
            at = frame.time
            if at is None or at < self._clip[0] or self.done:
                continue
            if at + frame.samples / frame.sample_rate > self._clip[1]:
                self.done = True
                continue
            frame.pts = (frame.pts or 0) - round(Fraction(self._clip[0]) / (frame.time_base or 1))
            if self._graph is None:
                self._graph = self._make_graph(frame)
            yield from self._encode(self._graph, frame)

    def end(self) -> Iterator[av.Packet[Any]]:
        if not self.done:
            yield from self.take(None)
        if self._graph:
            yield from self._encode(self._graph, None)
            yield from self._stream.encode(None)

    def _encode(self, graph: Graph, frame: av.AudioFrame | None) -> Iterator[av.Packet[Any]]:
        graph.push(frame)
        for fitting in _pulled(graph):
            yield from self._stream.encode(fitting)

    def _make_graph(self, frame: av.AudioFrame) -> Graph:
        graph = Graph()
        source = graph.add_abuffer(
            sample_rate=frame.sample_rate, format=frame.format, layout=frame.layout, time_base=frame.time_base
        )
        resample = graph.add("aresample", f"{self._rate}:async=1:first_pts=0")  # silence where the recording has a gap
        shape = graph.add("aformat", f"sample_fmts=fltp:channel_layouts={self._layout}")
        graph.link_nodes(source, resample, shape, graph.add("abuffersink")).configure()
        self._out.start_encoding()
        graph.set_audio_frame_size(self._stream.codec_context.frame_size)
        return graph


def _pulled(graph: Graph) -> Iterator[Any]:
    while True:
        try:
            yield graph.pull()
        except (av.BlockingIOError, av.EOFError):
            return


def is_high_dynamic(frame: av.VideoFrame) -> bool:
    """Tell whether a frame is brighter than a screen that knows nothing of it would show right."""
    return frame.color_trc in _HIGH_DYNAMIC


def fitted(width: int, height: int) -> tuple[int, int]:
    """Return the largest even size within 1080p, upright or lying, that keeps the shape and enlarges nothing."""
    scale = min(1.0, _LONG_SIDE / max(width, height), _SHORT_SIDE / min(width, height))
    return max(2, 2 * round(width * scale / 2)), max(2, 2 * round(height * scale / 2))


def fits(width: int, height: int) -> bool:
    """Tell whether a size is within 1080p, upright or lying."""
    return max(width, height) <= _LONG_SIDE and min(width, height) <= _SHORT_SIDE
