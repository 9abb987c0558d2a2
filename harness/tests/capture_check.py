#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holds capture.pcapng, as tshark reads it, against the record.jsonl beside it.

Usage: capture_check.py [--analysis] FOLDER-OF-A-RUN...

With --analysis, what tshark's own analysis makes of each packet in the capture of a host is held
against its kinds, as far as that host can know them, and each frame of each interface's capture
against the packet that says it is there; and of the rest nothing.
"""
import collections
import json
import os
import re
import subprocess
import sys

TOLD = {"retransmission": "retransmission", "keepalive-probe": "keepalive probe",
        "window-probe": "window probe", "keepalive-ack": "keepalive answer",
        "duplicate-ack": "duplicate ACK", "zero-window": "window 0"}
FIN, SYN, RST = 1, 2, 4
NUMBERED = list(TOLD)[:3]
FIELDS = ["frame.interface_name", "frame.time_epoch", "frame.packet_flags_direction", "tcp.flags",
          "tcp.seq_raw", "tcp.ack_raw", "tcp.len", "icmp.type", "icmp.code", "icmpv6.type",
          "icmpv6.code", "arp.opcode", "frame.comment"]
HEADER = ["ip.id", "ip.ttl", "ipv6.hlim", "tcp.options.timestamp.tsval",
          "tcp.options.timestamp.tsecr", "tcp.options.mss_val", "tcp.options.wscale.shift",
          "tcp.options.sack_le", "tcp.options.sack_re"]
AGGREGATOR = "\x01"

# A packet of this kind must be one of these to tshark, and the other way round. It knows no
# window probe unless it carries a byte, and takes the repeated byte of a heartbeat for a probe.
KIND_IS = {"retransmission": {"retransmission", "keep_alive", "out_of_order"},
           "keepalive-probe": {"keep_alive"},
           "window-probe": {"keep_alive", "zero_window_probe"},
           "zero-window": {"zero_window"},
           "duplicate-ack": {"duplicate_ack", "keep_alive_ack"}}
ANALYSIS_IS = {"retransmission": {"retransmission"},
               "keep_alive": {"keepalive-probe", "window-probe", "retransmission"},
               "keep_alive_ack": {"keepalive-ack"},
               "zero_window": {"zero-window"},
               "zero_window_probe": {"window-probe"},
               "duplicate_ack": {"duplicate-ack"},
               "out_of_order": {"retransmission"}}

Frame = collections.namedtuple("Frame", "tap ns outgoing what comments")


def tshark(*args):
    done = subprocess.run(["tshark", "-n", *args], check=True, capture_output=True, text=True)
    return done.stdout


def fields_of(capture, names, *more):
    """A list of values for each frame, in order."""
    args = ["-r", capture, "-T", "fields", "-E", "separator=/t", "-E", f"aggregator={AGGREGATOR}",
            *more]
    for name in names:
        args += ["-e", name]
    # What is not printable in a comment comes escaped: tab and newline are only ours.
    return [line.split("\t") for line in tshark(*args).splitlines()]


def first(value):
    return value.split(AGGREGATOR)[0]


def number(value):
    return int(first(value), 0) if value else None


def nanoseconds(text):
    seconds, fraction = text.split(".")
    return int(seconds) * 10**9 + int(fraction.ljust(9, "0"))


def frame_of(values):
    value = dict(zip(FIELDS, values))
    icmp = value["icmp.type"] and (number(value["icmp.type"]), number(value["icmp.code"]))
    icmp = icmp or value["icmpv6.type"] and (number(value["icmpv6.type"]),
                                             number(value["icmpv6.code"]))
    if icmp:  # what it quotes is no packet of its own
        what = ("icmp", *icmp)
    elif value["tcp.flags"]:
        what = ("tcp", number(value["tcp.flags"]) & 0xff, number(value["tcp.seq_raw"]),
                number(value["tcp.ack_raw"]), number(value["tcp.len"]))
    else:
        what = ("arp", number(value["arp.opcode"]))
    comments = value["frame.comment"]
    return Frame(value["frame.interface_name"], nanoseconds(value["frame.time_epoch"]),
                 value["frame.packet_flags_direction"] in ("2", "0x00000002"), what,
                 comments.split(AGGREGATOR) if comments else [])


def what_of(packet):
    if "tcp" in packet["kinds"]:
        return ("tcp", packet["flags"], packet["seq"], packet["ack"], packet["payload"])
    if packet["icmp_type"] >= 0:
        return ("icmp", packet["icmp_type"], packet["icmp_code"])
    return ("arp", 1 if "arp-request" in packet["kinds"] else 2)


def clock(ns):
    """A time as people are shown it: "5.000 s", "1:15.214", "2:11:15.004"."""
    seconds, rest = divmod(ns // 10**6, 1000)
    parts = [seconds // 3600, seconds // 60 % 60, seconds % 60]
    while len(parts) > 1 and not parts[0]:
        parts.pop(0)
    text = str(parts[0]) + "".join(f":{part:02}" for part in parts[1:])
    return f"{text}.{rest:03}" + (" s" if seconds < 60 else "")


def own_comments(packet):
    """What its first sighting says of it, as docs/record.md has it."""
    words = [said + (f" {packet['attempt']}" if packet["attempt"] and kind in NUMBERED else "")
             for kind, said in TOLD.items() if kind in packet["kinds"]]
    if packet["note"]:
        words.append(packet["note"].removeprefix("RST: "))
    comments = [", ".join(words)] if words else []
    if packet["made_on_way"]:
        comments.append("made on the way: no host sent it")
    if packet.get("lost"):
        comments.append("lost: " + packet["lost"])
    elif packet["arrived_ns"] < 0 and packet["to"] != -1:
        in_cable = packet["from"] >= 0 and packet["port_ns"] < 0 and not packet["made_on_way"]
        comments.append("lost in its sender's cable" if in_cable else "lost on the way")
    return comments


class Run:
    def __init__(self, folder):
        self.folder = folder
        self.errors = []
        self.compared = self.numbered = 0
        with open(os.path.join(folder, "record.jsonl"), encoding="utf-8") as file:
            lines = [json.loads(line) for line in file]
        self.header = lines[0]
        self.hosts = self.header["hosts"]
        self.packets = [line for line in lines if line["ev"] == "packet"]
        self.faults = [line for line in lines if line["ev"] == "fault"]
        self.capture = os.path.join(folder, "capture.pcapng")
        self.frames = []

    def expect(self, holds, text):
        if not holds:
            self.errors.append(text)

    def stamp(self, t_ns):
        return self.header["real_ns"] + t_ns

    def check_packets(self):
        """Each packet is there where and when the record says, and nothing else is."""
        self.frames = [frame_of(values) for values in fields_of(self.capture, FIELDS)]
        left = collections.Counter((frame.tap, frame.ns, frame.outgoing, frame.what)
                                   for frame in self.frames)
        for packet in self.packets:
            what, places = what_of(packet), []
            if packet["from"] >= 0 and not packet["made_on_way"]:
                sender = self.hosts[packet["from"]]
                places.append((sender, self.stamp(packet["sent_ns"]), True))
                if packet["port_ns"] >= 0:
                    places.append((f"{sender} port", self.stamp(packet["port_ns"]), False))
            if packet["arrived_ns"] >= 0 and packet["to"] >= 0:
                places.append((self.hosts[packet["to"]], self.stamp(packet["arrived_ns"]), False))
            for place in places:
                self.expect(left[(*place, what)] > 0, f"not in the capture: {place} {what}")
                left[(*place, what)] -= 1
        for (tap, ns, outgoing, what), count in left.items():
            # What comes in at a host may be for all of them: the record names the first.
            if tap in self.hosts and (outgoing or what[0] == "tcp"):
                self.expect(count <= 0, f"not in the record: {tap} {ns} {outgoing} {what}")

    def check_frames(self, place, frames, sent, arrived):
        """Frame N of an interface's capture is the packet that says so, with the same header."""
        for packet in self.packets:
            if packet["from"] == place:
                self.compare_frame(frames, packet, sent)
            if packet["to"] == place:
                self.compare_frame(frames, packet, arrived)

    def frames_of(self, tap):
        """Each frame of an interface's capture, its header and what tshark makes of it."""
        capture = os.path.join(self.folder, f"capture-{tap}.pcapng")
        names = HEADER + [f"tcp.analysis.{word}" for word in ANALYSIS_IS]
        return os.path.exists(capture) and [
            (frame_of(values[:len(FIELDS)]), dict(zip(names, values[len(FIELDS):])))
            for values in fields_of(capture, FIELDS + names)]

    def compare_frame(self, frames, packet, name):
        if not packet.get(name):
            arrived = name == "frame_arrived" and packet["arrived_ns"] >= 0
            self.expect(not arrived, f"has arrived in no frame: {packet}")
            return
        frame, header = frames[packet[name] - 1]
        self.expect(frame.what == what_of(packet), f"{name} is another: {packet}")
        if name != "frame_sent" or frame.what[0] != "tcp":
            return
        self.numbered += 1
        said = dict(part.rsplit(" ", 1) for part in packet.get("options", "").split(", ") if " " in part)
        sack = [edge for word in packet.get("options", "").split() for edge in re.findall(r"^(\d+)-(\d+)$", word)]
        for ours, theirs in ((packet["ttl"], "ip.ttl" if header["ip.ttl"] else "ipv6.hlim"),
                             (packet.get("ip_id", 0), "ip.id"),
                             (packet.get("ts_value", 0), "tcp.options.timestamp.tsval"),
                             (packet.get("ts_echo", 0), "tcp.options.timestamp.tsecr"),
                             (int(said.get("MSS", 0)), "tcp.options.mss_val"),
                             (int(said.get("window scale", 0)), "tcp.options.wscale.shift")):
            self.expect(ours == (number(header[theirs]) or 0), f"{theirs} is {header[theirs]}: {packet}")
        self.expect(len(sack) == len([edge for edge in header["tcp.options.sack_le"].split(AGGREGATOR) if edge]),
                    f"SACK is {header['tcp.options.sack_le']}: {packet}")

    def check_comments(self):
        seen = collections.Counter()
        for frame in self.frames:
            seen.update(frame.comments)
        wanted = collections.Counter()
        for packet in self.packets:
            wanted.update(own_comments(packet))
        rest = seen - wanted
        self.expect(not wanted - seen, f"comments missing: {wanted - seen}")
        for fault in self.faults:
            for moment in {fault["begun_ns"], fault["done_ns"]}:
                at = f"at {clock(moment)}: "
                told = [text for text in rest if at in text]
                self.expect(bool(told) or not self.frames, f"a fault is not told: {at}")
                for text in told:
                    before = text.startswith("before this, ")
                    for frame in (frame for frame in self.frames if text in frame.comments):
                        self.expect(before == (frame.ns >= self.stamp(moment)),
                                    f"a fault at the wrong frame: {text}")
        remarks = [text for text in rest if text.startswith("line ")]
        claims = re.search(r"^claims: \[(.*)\]", self.header["source"], re.MULTILINE)
        for text in remarks:
            self.expect(": expected: " in text and "; held: " in text, f"not of a pass: {text}")
            if claims:
                self.expect(claims[1] in text, f"without the claims {claims[1]}: {text}")
        return remarks

    def check_analysis(self):
        """tshark's own opinion of what each packet is, in the capture of each host."""
        for host, name in enumerate(self.hosts):
            frames, router = self.frames_of(name), self.frames_of(f"router.{name}")
            self.compare_host(host, frames)
            self.check_frames(host, frames, "frame_sent", "frame_arrived")
            if router:
                self.check_frames(host, router, "frame_router_in", "frame_router_out")

    def compare_host(self, host, frames):
        packets, view = collections.defaultdict(list), View()  # alike to the last bit: in order
        all_packets = {what_of(packet): packet for packet in self.packets}
        for packet in self.packets:
            if packet["from"] == host and not packet["made_on_way"]:
                packets[(True, self.stamp(packet["sent_ns"]), what_of(packet))].append(packet)
            if packet["to"] == host and packet["arrived_ns"] >= 0:
                packets[(False, self.stamp(packet["arrived_ns"]), what_of(packet))].append(packet)
        for frame, said in frames:
            alike = packets[(frame.outgoing, frame.ns, frame.what)]
            if frame.what[0] != "tcp":
                continue
            if not alike:  # for another: the switch does not know where that is, and floods
                if frame.what in all_packets:
                    view.kinds(all_packets[frame.what])
                continue
            packet = alike.pop(0)
            theirs = {word for word in ANALYSIS_IS if said[f"tcp.analysis.{word}"]}
            kinds, also = view.kinds(packet)
            self.compared += len(kinds & KIND_IS.keys())
            for kind in kinds & KIND_IS.keys():
                self.expect(KIND_IS[kind] & theirs, f"{kind}, but to tshark {theirs}: {packet}")
            for word in theirs:
                self.expect(ANALYSIS_IS[word] & (kinds | also),
                            f"{word} to tshark, but {kinds}: {packet}")


class View:
    """What of the record's kinds one host can know, from what it sent and what came in there."""

    def __init__(self):
        self.sides = {}

    def kinds(self, packet):
        """Those that tshark must see; and those that it sees where the record does not."""
        names = ((packet["src"], packet["sport"]), (packet["dst"], packet["dport"]))
        kinds, also = set(packet["kinds"]), set()
        if packet["flags"] & SYN and self.sides.get(names, {}).get("isn") != packet["seq"]:
            self.sides[names] = {"isn": packet["seq"]}
        side = self.sides.setdefault(names, {})
        seq, size = packet["seq"], packet["payload"] + bool(packet["flags"] & (SYN | FIN))
        back = "next" in side and (seq - side["next"]) % 2**32 >= 2**31
        if "next" not in side:
            kinds -= {"keepalive-probe", "window-probe"}  # of what that host knows nothing
        if size and not back:
            kinds.discard("retransmission")  # the original never came here
        elif size:
            also.add("retransmission")  # overtaken, or made on the way
        said = (packet["ack"], packet["window"], seq)
        repeats = side.get("said") == said and not size and not packet["flags"] & (SYN | RST)
        if not repeats:
            kinds.discard("duplicate-ack")
        elif packet["window"]:
            also.add("duplicate-ack")  # whether or not something is outstanding
        if not packet["flags"] & RST:
            side["said"] = (*said[:2], (seq + size) % 2**32)
            if "next" not in side or (seq + size - side["next"]) % 2**32 < 2**31:
                side["next"] = (seq + size) % 2**32
        return kinds, also


def main(args):
    analysis = args[:1] == ["--analysis"]
    folders = args[1:] if analysis else args
    sums, bad = collections.Counter(), False
    for folder in folders:
        run = Run(folder)
        remarks = []
        if analysis:
            run.check_analysis()
        else:
            run.check_packets()
            remarks = run.check_comments()
        sums.update(packets=len(run.packets), frames=len(run.frames), remarks=len(remarks),
                    faults=len(run.faults), compared=run.compared, numbered=run.numbered)
        for error in run.errors[:10]:
            print(f"{folder}: {error}", file=sys.stderr)
        bad = bad or bool(run.errors)
    print(f"{len(folders)} runs, {dict(sums)}")
    return bad or not sums["packets"] or not all(
        sums[what] for what in (["compared", "numbered"] if analysis else ["remarks"]))


sys.exit(main(sys.argv[1:]))
