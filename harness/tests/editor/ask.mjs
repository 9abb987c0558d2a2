// SPDX-License-Identifier: MIT
// What yaml-language-server makes of a case: node ask.mjs SERVER SCHEMA PLACES.json. In the text of a place
// ▮ is where the cursor is.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
const [server, schema, places] = process.argv.slice(2);
const child = spawn(process.execPath, [server, "--stdio"]);
let buffer = Buffer.alloc(0), next = 1;
const waiting = new Map(), told = new Map();
child.stdout.on("data", data => {
	buffer = Buffer.concat([buffer, data]);
	for (;;) {
		const head = buffer.indexOf("\r\n\r\n");
		if (head < 0) return;
		const size = +/Content-Length: (\d+)/.exec(buffer.subarray(0, head))[1];
		if (buffer.length < head + 4 + size) return;
		const message = JSON.parse(buffer.subarray(head + 4, head + 4 + size));
		buffer = buffer.subarray(head + 4 + size);
		if (message.method === "textDocument/publishDiagnostics")
			told.get(message.params.uri)?.(message.params.diagnostics);
		else if (message.method && message.id !== undefined)
			send({ id: message.id, result: message.method === "workspace/configuration" ? [{ validate: true, hover: true, completion: true, schemas: {[`file://${schema}`]: "*.yaml"} }, {}, {}, {}, {}, {}] : null });
		else if (waiting.has(message.id)) waiting.get(message.id)(message.result);
	}
});
function send(message) {
	const text = JSON.stringify({ jsonrpc: "2.0", ...message });
	child.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
}
const ask = (method, params) => new Promise(done => { const id = next++; waiting.set(id, done); send({ id, method, params }); });
await ask("initialize", { processId: process.pid, rootUri: null, capabilities: { workspace: { configuration: true, didChangeConfiguration: {dynamicRegistration: true} }, textDocument: { completion: { completionItem: { documentationFormat: ["markdown"] } }, hover: { contentFormat: ["markdown"] } } } });
send({ method: "initialized", params: {} });
send({ method: "workspace/didChangeConfiguration", params: { settings: { yaml: { validate: true, hover: true, completion: true, schemas: {[`file://${schema}`]: "*.yaml"} } } } });
let n = 0, bad = 0;
const timeout = ms => new Promise(done => setTimeout(() => done(null), ms));
for (const place of JSON.parse(readFileSync(places))) {
	const text = place.text.replace("▮", ""), uri = `file:///tmp/case${n++}.yaml`;
	const before = place.text.slice(0, place.text.indexOf("▮") < 0 ? 0 : place.text.indexOf("▮")).split("\n");
	const position = { line: before.length - 1, character: before.at(-1).length };
	const diagnosed = new Promise(done => told.set(uri, done));
	send({ method: "textDocument/didOpen", params: { textDocument: { uri, languageId: "yaml", version: 1, text } } });
	let said = "";
	if (place.ask === "errors") said = (await Promise.race([diagnosed, timeout(20000)]) ?? [{message: "(timeout)"}]).map(d => d.message).join("; ");
	else {
		const result = await ask(`textDocument/${place.ask}`, { textDocument: { uri }, position });
		said = place.ask === "hover" ? JSON.stringify(result?.contents ?? "") : (result?.items ?? []).map(i => i.label).join(" ");
	}
	const misses = place.has.filter(word => !said.includes(word));
	const extra = (place.lacks ?? []).filter(word => said.includes(word));
	if (misses.length || extra.length) { bad++; console.log(`${place.ask} at ${JSON.stringify(place.text.slice(-90))}: lacks ${misses} has ${extra} in: ${said.slice(0, 500)}`); }
}
child.kill();
console.log(`${n} places, ${bad} not as they should be`);
process.exit(bad ? 1 : 0);
