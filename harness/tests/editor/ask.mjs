// SPDX-License-Identifier: MIT
// What yaml-language-server makes of a case: node ask.mjs SERVER SCHEMA CASE PLACES.json. A place is a word of
// CASE and what is before it, so that it is found once. There it is asked what the word means; what may come
// in place of it and of the rest behind it, once its first letter is there (behind a comma the server has
// nothing before that, whatever the schema says); and what is wrong with another.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
const [server, schema, file, places] = process.argv.slice(2);
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
let n = 0, asked = 0, bad = 0;
const timeout = ms => new Promise(done => setTimeout(() => done(null), ms));
// The text with MARK's ▮ for the cursor, opened as a file of its own.
function open(marked) {
	const at = marked.indexOf("▮"), before = marked.slice(0, at < 0 ? 0 : at).split("\n");
	const uri = `file:///tmp/case${n++}.yaml`, diagnosed = new Promise(done => told.set(uri, done));
	send({ method: "textDocument/didOpen", params: { textDocument: { uri, languageId: "yaml", version: 1, text: marked.replace("▮", "") } } });
	return { textDocument: { uri }, position: { line: before.length - 1, character: before.at(-1).length }, diagnosed };
}
const errors = async text => (await Promise.race([open(text).diagnosed, timeout(120000)]) ?? [{ message: "(timeout)" }]).map(d => d.message).join("; ");
async function hover(text) {
	const { textDocument, position } = open(text);
	return JSON.stringify((await ask("textDocument/hover", { textDocument, position }))?.contents ?? "");
}
async function completion(text) {
	const { textDocument, position } = open(text);
	return ((await ask("textDocument/completion", { textDocument, position }))?.items ?? []).map(i => i.label).join(" ");
}
function check(place, what, said, wanted) {
	asked++;
	const misses = wanted.filter(word => !said.includes(word));
	if (misses.length) { bad++; console.log(`${what} at '${place}': no ${misses.join(", ")} in: ${said.slice(0, 500)}`); }
}
const text = readFileSync(file, "utf8"), right = await errors(text);
if (right) { bad++; console.log(`a case that is right: ${right}`); }
for (const place of JSON.parse(readFileSync(places))) {
	const at = text.indexOf(place.before + place.word), from = at + place.before.length, to = from + place.word.length;
	const before = text.slice(0, from), behind = text.slice(to);
	if (at < 0) throw Error(`the case has no '${place.before}${place.word}'`);
	check(place.word, "hover", await hover(`${before}${place.word[0]}▮${place.word.slice(1)}${behind}`), [place.explains]);
	if (place.offers) check(place.word, "completion", await completion(`${before}${place.word[0]}▮${behind.slice(place.rest.length)}`), place.offers);
	check(place.wrong, "errors", await errors(before + place.wrong + behind), [place.says]);
}
child.kill();
console.log(`asked ${asked} times, ${bad} not answered as they should be`);
process.exit(bad || asked < 60 ? 1 : 0);
