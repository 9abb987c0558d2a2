// SPDX-License-Identifier: MIT
// Makes folders of results out of recorded runs, as `halfopen run --out` would leave them:
//   report_data.mjs RECORDS OUT
// OUT/small has the recorded runs, planted failures of several kinds, runs without a record, and
// a case that tries to be markup; OUT/many has a thousand runs; OUT/large one of 100,000 packets;
// OUT/repeated one run five times.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [records, out] = process.argv.slice(2);
const recorded = readdirSync(records).filter((name) => name.endsWith(".jsonl"))
	.map((name) => [name.replace(".jsonl", ""), readFileSync(join(records, name), "utf8")]);
const named = (name) => recorded.find(([known]) => known === name)[1];

// The record with its case's text, or anything else of its first line, changed.
const changed = (text, change) => {
	const end = text.indexOf("\n");
	return JSON.stringify(change(JSON.parse(text.slice(0, end)))) + text.slice(end);
};

// The record of NAME as if its case had said TO instead of FROM.
const planted = (name, from, to) => changed(named(name), (head) => {
	if (head.source.split(from).length !== 2)
		throw new Error(`${name}: not once in the case: ${from}`);
	return { ...head, source: head.source.replace(from, to) };
});

const results = (folder, runs) => {
	const list = runs.map(({ file, record, ...rest }) => {
		const head = record ? JSON.parse(record.slice(0, record.indexOf("\n"))) : {};
		const at = join(folder, ...file.replace(".yaml", "").split("/").slice(-2), head.variant ?? "", rest.repetition ?? "");

		mkdirSync(at, { recursive: true });
		if (record) {
			writeFileSync(join(at, "record.jsonl"), changed(record, (first) => ({ ...first, file })));
			for (const tap of ["", "-a", "-c", "-router.a"])
				writeFileSync(join(at, `capture${tap}.pcapng`), "not looked at");
		}
		if (rest.console)
			writeFileSync(join(at, "console.txt"), rest.console);
		return {
			case: /^case: *(.*)/m.exec(head.source)?.[1] ?? "a case without a record", file,
			variant: head.variant ?? "", claims: /^claims: *\[(.*)\]/m.exec(head.source)?.[1].split(/, */) ?? [],
			kernel: { name: "linux", kind: "uml", release: "6.12.117", hz: 250, virtual_clock: true, netem: true },
			verdict: "pass", reason: null, simulated_s: (head.end_ns ?? 0) / 1e9, wall_s: (head.wall_ns ?? 0) / 1e9,
			...rest, ...rest.repetition && { folder: at.slice(folder.length + 1) },
		};
	});
	writeFileSync(join(folder, "results.json"), JSON.stringify(list));
};

const hostile = "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>";
const other = { name: "linux", kind: "uml", release: "6.1.140", hz: 100, virtual_clock: true, netem: true };
const small = recorded.map(([name, record]) => ({ file: `cases/recorded/${name}.yaml`, record }));
small.push(
	{ file: "cases/planted/errno.yaml", record: planted("kill", "recv: {returns: 0, at: 2s..2.1s}", "recv: ECONNRESET") },
	{ file: "cases/planted/time.yaml", record: planted("keepalive-crash-ip4", "dead: 11.1s..11.7s", "dead: 7s..8s") },
	{ file: "cases/planted/count.yaml", record: planted("no-answer", "sent: 6, until: 9s", "sent: 4, until: 9s") },
	{ file: "cases/planted/late.yaml", verdict: "skip", reason: "takes 2h on a real clock; --max-real is 60s" },
	{ file: "cases/planted/panic.yaml", verdict: "error", reason: "the kernel panicked", wall_s: 1, console: `Kernel panic ${hostile}` },
	{ file: "cases/planted/older.yaml", record: named("kill"), kernel: other },
	{ file: "cases/planted/a b#c%d?.yaml", record: planted("closed-port", "case: ", `case: ${hostile} `), claims: [hostile] });
results(join(out, "small"), small);

// Two folders to hold against each other: in the second, the last probe of two runs is missing, and
// a call of another returns something else.
const with_lines = (record, change) => {
	const lines = record.trimEnd().split("\n").map((line) => JSON.parse(line));
	change(lines);
	return `${lines.map((line) => JSON.stringify(line)).join("\n")}\n`;
};
const without_last_probe = (record) => with_lines(record, (lines) => {
	const last = lines.findLastIndex((line) => line.ev === "packet" && line.kinds.includes("keepalive-probe"));
	const [{ sent_ns: gone }] = lines.splice(last, 1);
	const sooner = lines.find((line) => line.ev === "step" && line.err === 110).end_ns - gone;
	for (const line of lines)
		for (const key of ["t_ns", "start_ns", "end_ns"])
			if (["step", "socket"].includes(line.ev) && line[key] > gone)
				line[key] -= sooner;
	lines.at(-1).packet--;
});
const with_reset = (record) => with_lines(record, (lines) =>
	Object.assign(lines.find((line) => line.ev === "step" && line.program === 1 && line.step === 2), { ret: -1, err: 104 }));
const compared = (change) => recorded.map(([name, record]) =>
	({ file: `cases/recorded/${name}.yaml`, record: change(name, record) }));
results(join(out, "before"), compared((name, record) => record));
results(join(out, "after"), compared((name, record) => name.startsWith("keepalive-crash") ? without_last_probe(record)
	: name === "kill" ? with_reset(record) : record));

// One run from several phases, whose detection comes later from each.
const keepalive = named("keepalive-crash-ip4");
const later = (record, by) => with_lines(record, (lines) =>
	Object.assign(lines.find((line) => line.ev === "step" && line.err === 110), { end_ns: lines.find((line) => line.ev === "step" && line.err === 110).end_ns + by }));
results(join(out, "repeated"), [0, 5, 6, 7, 40].map((by, i) => ({
	file: "cases/recorded/keepalive.yaml", record: later(keepalive, by * 1e6), repetition: `phase=${i}s`,
})));

results(join(out, "many"), Array.from({ length: 1000 }, (_, i) => {
	const [name, record] = recorded[i % recorded.length];
	return { file: `cases/story-${i % 20}/${name}-${i}.yaml`, record };
}));

// A transfer of which the middle is ordinary, and the rest lost and sent again.
const lines = named("kill").trimEnd().split("\n");
const model = JSON.parse(lines.find((line) => line.includes('"ev":"packet"')));
const packets = Array.from({ length: 100000 }, (_, i) => {
	const lost = i > 50000 && i % 2;
	const again = i > 50000 && !lost;
	const sent = 100000000 + i * 10000;
	return JSON.stringify({
		...model, sent_ns: sent, port_ns: sent, arrived_ns: lost ? -1 : sent + 1000000,
		kinds: again ? ["data", "retransmission", "tcp"] : ["data", "tcp"], attempt: again ? 1 : 0,
		rel_seq: 1 + i * 1000, rel_ack: 1, payload: 1000, flags: 16,
		connection: 1, frame_sent: 100 + i, frame_router_in: 100 + i, frame_router_out: 100 + i, frame_arrived: 100 + i,
		ttl: 64, ip_id: i % 65535 + 1, ts_value: 4000000000 + i, ts_echo: 4000000000, options: "SACK 100000000-100001000",
	});
});
results(join(out, "large"), [{
	file: "cases/large/transfer.yaml",
	record: `${[lines[0], ...packets, ...lines.slice(1)].join("\n")}\n`,
}]);
