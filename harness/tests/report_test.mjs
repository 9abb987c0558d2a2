// SPDX-License-Identifier: MIT
// The pages of a report in a real browser: report_test.mjs CHROMIUM PROFILE REPORTS SCREENSHOTS
// REPORTS has the folders small, many and large of report_data.mjs' results.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

// From the folder that this is started in, since the packages are in the build.
const require = createRequire(join(process.cwd(), "package.json"));
const { chromium } = require("playwright-core");
const axe = require.resolve("axe-core/axe.min.js");
const [executablePath, profile, reports, screenshots] = process.argv.slice(2);
const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
	"--disable-background-networking", "--disable-component-update", "--disable-sync"];
const desktop = { width: 1200, height: 900 }, phone = { width: 360, height: 740 };
let profiles = 0;

const page = (report, name) => pathToFileURL(join(reports, report, ...name.split("/"))).href;
const overview = page("small", "index.html");
const pages = {
	overview, errno: page("small", "runs/planted/errno/ip=4.html"),
	time: page("small", "runs/planted/time/ip=4,timers=short.html"),
	count: page("small", "runs/planted/count/retries=2.html"),
	transfer: page("small", "runs/recorded/zero-window-rebooted/ip=4,peer=rebooted.html"),
	passed: page("small", "runs/recorded/reboot-then-send/ip=4,listener=again.html"),
	skipped: page("small", "runs/planted/late.html"), error: page("small", "runs/planted/panic.html"),
	hostile: page("small", "runs/planted/a b#c%d?/ip=6.html"),
	large: page("large", "runs/large/transfer/ip=4.html"),
	compare: page("two", "compare.html"),
	several: page("small", "runs/recorded/heal-one/network=router,ip=4,healed=a-to-c.html"),
	repeated: page("repeated", "repeated.html"),
	single: page(".", "single.html"),
	pair: page("two", "pairs/recorded/keepalive-crash-ip4/ip=4,timers=short.html"),
};

// A browser of its own, in which nothing may go wrong: WORK gets a page that has shown nothing.
const browse = async (options, work) => {
	const context = await chromium.launchPersistentContext(join(profile, String(profiles++)),
		{ executablePath, headless: true, args: flags, viewport: desktop, ...options });
	const complaints = [];
	const tab = await context.newPage();

	tab.setDefaultTimeout(120000);
	tab.on("console", (message) => complaints.push(`console: ${message.text()}`));
	tab.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
	tab.on("dialog", (dialog) => { complaints.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
	tab.on("request", (request) => request.url().startsWith("file:") || complaints.push(`asks for ${request.url()}`));
	// What a page asked for when it is left is given up, which is fine.
	tab.on("requestfailed", (request) => request.failure().errorText === "net::ERR_ABORTED" ||
		complaints.push(`does not get ${request.url()}: ${request.failure().errorText}`));
	try {
		await work(tab, context);
	} finally {
		await context.close();
	}
	assert.deepEqual(complaints, []);
};

const tests = {
	async "the overview counts and filters"() {
		await browse({}, async (tab) => {
			const shown = () => tab.locator("tr[data-verdict]:visible").count();
			const found = () => tab.locator(".found").textContent();
			await tab.goto(overview);
			assert.match(await tab.locator(".counts").innerText(), /16\s+passed\s+3\s+failed\s+1\s+skipped\s+1\s+could not/);
			assert.equal(await shown(), 21);
			assert.match(await tab.locator(".failures").innerText(), /Line \d+ expected .*success instead of ECONNRESET/);
			assert.match(await tab.locator("section:has(#skipped)").innerText(), /1 run: takes 2h on a real clock/);

			await tab.getByLabel("Verdict").selectOption("fail");
			assert.equal(await shown(), 3);
			assert.equal(await found(), "3 of 21 runs");
			assert.equal(await tab.locator("section.story:visible").count(), 1);
			await tab.getByLabel("Text").fill("retries=2 ANSWER");
			assert.equal(await shown(), 1);
			await tab.reload();
			assert.equal(await shown(), 1, "the filter is kept");
			await tab.locator("tr[data-verdict]:visible a").click();
			assert.equal(tab.url(), pages.count);
			await tab.goBack();
			assert.equal(await shown(), 1, "the filter is there on the way back");
			await tab.getByRole("button", { name: "Show all" }).click();
			await tab.waitForFunction(() => document.querySelector(".found").textContent === "21 of 21 runs");
			await tab.getByLabel("Kernel").selectOption({ label: "Linux 6.1.140, uml, HZ 100, virtual clock" });
			assert.equal(await shown(), 1);
			await tab.getByRole("button", { name: "Show all" }).click();
			await tab.getByLabel("Claim").selectOption("C4c");
			assert.ok(await shown() > 0 && await shown() < 21);
			for (const body of await tab.locator("tbody[data-claims]:visible").all())
				assert.ok((await body.getAttribute("data-claims")).split(" ").includes("C4c"));
		});
	},

	async "a failed run says why on its first screen"() {
		const told = {
			errno: [/recv on server was to fail with ECONNRESET \(Connection reset by peer\)/,
				/it returned 0: the other side had closed/, /success instead of ECONNRESET/, /kill client/],
			time: [/recv on client was to fail with ETIMEDOUT .*between 7\.00 s and 8\.00 s/, /So it did, but at 11\.\d s, 3\.\d\d s too late/],
			count: [/4 syn/, /count: 6 instead of 4/, /All that client sent/],
		};
		for (const viewport of [desktop, phone])
			await browse({ viewport }, async (tab) => {
				for (const [name, patterns] of Object.entries(told)) {
					await tab.goto(pages[name]);
					const why = await tab.locator(".why").first().boundingBox();
					assert.ok(why.y < 0.55 * viewport.height, `${name}: begins at ${why.y}`);
					const text = (await tab.locator("section:has(#why)").innerText()).replace(/\s+/g, " ");
					for (const pattern of patterns)
						assert.match(text, pattern, name);
					assert.equal(await tab.locator(".source .not.found").count(), await tab.locator(".why").count());
					assert.ok(await tab.locator("svg .finding").count() > 0, `${name}: none in the picture`);
				}
			});
	},

	async "what failed is told by cause, and leads from one failure to the next"() {
		await browse({}, async (tab) => {
			await tab.goto(overview);
			assert.match(await tab.locator("#failed").innerText(), /4 causes/);
			assert.match(await tab.locator(".failures").innerText(), /syn delivered from client: more of them 1 run/);
			await tab.locator(".counts a", { hasText: "failed" }).click();
			assert.equal(await tab.locator("tr[data-verdict]:visible").count(), 3, "a tile chooses");
			await tab.locator(".failures a").first().click();
			await tab.getByRole("link", { name: "Next failure" }).click();
			assert.match(tab.url(), /errno/);
			await tab.getByRole("link", { name: "Previous failure" }).click();
			assert.equal(tab.url(), pages.count);
			assert.match(await tab.locator(".copied").innerText(), /^halfopen run --kernel linux cases\/planted\/count.yaml:retries=2$/);
		});
	},

	async "what would be empty has no section"() {
		await browse({}, async (tab) => {
			await tab.goto(pages.transfer);
			assert.ok(await tab.locator("#sequence").count() === 1 && await tab.locator("svg .seq").count() === 3);
			assert.match(await tab.locator("section:has(#sequence) p").innerText(), /18824 bytes in 14 segments, 1 of them again, 0 lost/);
			await tab.goto(pages.hostile);
			assert.equal(await tab.locator("#sequence").count(), 0);
			assert.equal(await tab.locator("nav a[href='#sequence']").count(), 0);
		});
	},

	async "many runs are folded by story"() {
		await browse({}, async (tab) => {
			await tab.goto(page("many", "index.html"));
			assert.equal(await tab.locator("tr[data-verdict]:visible").count(), 0);
			assert.equal(await tab.locator(".stories a").count(), 20);
			await tab.locator(".stories a").nth(3).click();
			assert.equal(await tab.locator("tr[data-verdict]:visible").count(), 50);
		});
	},

	async "of runs that were repeated it says how long it took, and where the ends are"() {
		await browse({}, async (tab) => {
			await tab.goto(page("repeated", "index.html"));
			await tab.getByRole("link", { name: "How long until somebody noticed" }).click();
			assert.equal(tab.url(), pages.repeated);
			const row = tab.locator("tbody tr", { hasText: "ETIMEDOUT" });
			assert.match(await row.innerText(), /client\.recv: ETIMEDOUT\s+5 of 5\s+[\d.]+ s\s+phase=0s\s+[\d.]+ s\s+[\d.]+ s\s+phase=4s/);
			const bars = await row.locator(".histogram i").evaluateAll((all) => all.map((bar) => bar.getBoundingClientRect().height));
			assert.equal(bars.length, 16);
			assert.ok(bars[2] > bars[0] && bars[0] > 0 && bars[15] > 0 && bars[8] === 0, "three of five are in the third part");
			await row.getByRole("link", { name: "phase=4s" }).click();
			assert.match(decodeURIComponent(tab.url()), /runs\/recorded\/keepalive\/.*phase=4s\.html$/);
		});
	},

	async "two folders are held against each other: causes first"() {
		await browse({}, async (tab) => {
			await tab.goto(page("two", "index.html"));
			await tab.getByRole("link", { name: "What differs between the two" }).click();
			assert.equal(tab.url(), pages.compare);
			assert.match(await tab.locator(".counts").innerText(), /3\s+runs differ\s+2\s+causes\s+11\s+the same/);
			const causes = await tab.locator("ol.causes li").allInnerTexts();
			assert.match(causes[0], /^keepalive-probe: sent less often 2 runs$/);
			assert.match(causes[1], /instead of 0 1 run$/);
			assert.match(await tab.locator(".cause").first().innerText(), /A\s+B\s+\u0394\s+runs/);
			assert.ok((await tab.locator("ol.causes").boundingBox()).y < 500, "the causes are on the first screen");
			await tab.locator(".cause").first().locator("li a").first().click();
			assert.equal(tab.url(), pages.pair);
			assert.match(await tab.locator("#changes + details").innerText(), /sends keepalive-probe/);
			const svg = tab.locator("svg.for-all");
			assert.ok(await svg.locator("rect.in-a").count() >= 1, "the probe that is not sent is marked");
			assert.ok(await svg.locator("rect.moved").count() >= 1, "what is at another time is marked");
			await tab.getByRole("link", { name: "The run in B alone" }).click();
			assert.match(tab.url(), /runs\/2\/recorded\/keepalive-crash-ip4/);
		});
	},

	async "both hosts of a ladder are seen on a phone"() {
		await browse({ viewport: phone, isMobile: true, hasTouch: true }, async (tab) => {
			for (const name of ["errno", "pair"]) {
				await tab.goto(pages[name]);
				for (const host of ["client", "server"]) {
					const box = await tab.locator("svg.for-phones text.b", { hasText: host }).first().boundingBox();
					assert.ok(box.x >= 0 && box.x + box.width <= phone.width, `${name}: ${host} is seen`);
				}
				assert.equal(await tab.locator("svg.for-all:visible").count(), 0);
			}
		});
	},

	async "pictures zoom, and everything is within reach of the keyboard"() {
		await browse({}, async (tab) => {
			await tab.goto(pages.time);
			await tab.keyboard.press("Tab");
			assert.equal(await tab.evaluate(() => document.activeElement.className), "skip");
			assert.ok((await tab.locator(".skip").boundingBox()).x >= 0, "the link is seen when it has the focus");
			await tab.keyboard.press("Enter");
			assert.equal(await tab.evaluate(() => document.activeElement.id), "main");

			const reached = new Set();
			for (let i = 0; i < 200; i++) {
				await tab.keyboard.press("Tab");
				const at = await tab.evaluate(() => {
					const style = getComputedStyle(document.activeElement);
					return { name: document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent,
						body: document.activeElement === document.body, outline: style.outlineStyle, width: parseFloat(style.outlineWidth) };
				});
				if (at.body)
					break;
				assert.ok(at.outline !== "none" && at.width >= 2, `the focus on ${at.name} is not seen`);
				reached.add(at.name);
			}
			for (const name of ["Ladder", "Zoom in: Ladder", "States of the sockets", "RTO and probe timers", "The capture of all taps", "The record"])
				assert.ok(reached.has(name), `no way to: ${name}`);

			const width = () => tab.locator(".figure svg").first().evaluate((svg) => svg.getBoundingClientRect().width);
			const normal = await width();
			await tab.locator(".figure").first().focus();
			await tab.keyboard.press("+");
			assert.ok(Math.abs(await width() / normal - 1.25) < 0.02, "+ zooms in");
			await tab.keyboard.press("0");
			assert.equal(await width(), normal);
			await tab.keyboard.press("-");
			assert.ok(await width() < normal, "- zooms out");
			await tab.getByRole("button", { name: "Normal size: Ladder" }).click();
			assert.equal(await width(), normal);
		});
	},

	async "each interface's capture is there, and that of all taps"() {
		await browse({}, async (tab) => {
			await tab.goto(pages.several);
			const links = await tab.locator(".files a").evaluateAll((all) => all.map((link) => [link.textContent, decodeURIComponent(link.href.split("/").at(-1))]));
			const name = "network=router,ip=4,healed=a-to-c";
			assert.deepEqual(links, [["a", `${name}.a.pcapng`], ["c", `${name}.c.pcapng`], ["router.a", `${name}.router.a.pcapng`],
				["The capture of all taps", `${name}.pcapng`], ["The record", `${name}.jsonl`]]);
		});
	},

	async "a packet tells its frames and headers, by click and by key"() {
		await browse({}, async (tab) => {
			await tab.goto(pages.several);
			const said = () => tab.locator(".packet [aria-live]").innerText(), panel = tab.locator(".packet");
			assert.equal(await panel.isVisible(), false);
			await tab.locator("svg.for-all a", { hasText: "#1 SYN seq 0" }).first().click();
			assert.match(await said(), /^2\.000\na to c: #1 SYN seq 0\nframe 1 at a, \d+ at router\.a, \d+ at router\.c, 1 at c; 10\.0\.1\.1:\d+ > 10\.0\.3\.1:80, seq \d+, window \d+, ttl 64, id 0x[0-9a-f]{4}, timestamps \d+ 0, MSS 1460, SACK permitted, window scale \d$/);
			await tab.keyboard.press("ArrowDown");
			assert.match(await said(), /b to c: #2 SYN seq 0, lost on the way\nframe 1 at b/);
			await tab.keyboard.press("End");
			const last = await said();
			await tab.keyboard.press("ArrowDown");
			assert.equal(await said(), last, "there is none behind the last");
			await tab.getByRole("button", { name: "Previous packet" }).click();
			assert.notEqual(await said(), last);
			await tab.keyboard.press("Escape");
			assert.equal(await panel.isVisible(), false);

			// By keys alone, from the picture.
			await tab.goto(pages.several);
			await tab.locator(".figure").first().focus();
			await tab.keyboard.press("Tab");
			await tab.keyboard.press("Enter");
			assert.match(await said(), /frame 1 at/);
			await tab.getByRole("link", { name: "In the table" }).click();
			assert.match(tab.url(), /#p\d+$/);
			assert.match(await tab.locator("tr:target").innerText(), /frame 1 at/);
		});
		await browse({ viewport: phone, isMobile: true, hasTouch: true }, async (tab) => {
			await tab.goto(pages.errno);
			await tab.locator("svg.for-phones a").first().tap();
			await tab.locator(".packet").waitFor();
			const box = await tab.locator(".packet").boundingBox();
			assert.ok(box.y + box.height <= phone.height + 1 && box.x + box.width <= phone.width, "seen on a phone");
		});
		await browse({ javaScriptEnabled: false }, async (tab) => {
			await tab.goto(pages.several);
			await tab.locator("svg.for-all a").first().click();
			assert.match(await tab.locator("tr:target").innerText(), /frame 1 at/, "without a script");
		});
	},

	async "connections have a colour and a number, where there are several"() {
		// As the eyes of most who are colour blind see it (Machado, Oliveira and Fernandes, 2009).
		const eyes = {
			most: [1, 0, 0, 0, 1, 0, 0, 0, 1],
			protanope: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
			deuteranope: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
			tritanope: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
		};
		const linear = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
			.map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
		const seen = (eye, rgb) => [0, 3, 6].map((row) => Math.max(0, eye.slice(row, row + 3).reduce((sum, part, i) => sum + part * rgb[i], 0)));
		const lab = ([r, g, b]) => {
			const [x, y, z] = [[0.4124, 0.3576, 0.1805, 0.9505], [0.2126, 0.7152, 0.0722, 1], [0.0193, 0.1192, 0.9505, 1.089]]
				.map(([a, c, d, white]) => (a * r + c * g + d * b) / white).map((t) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116));
			return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
		};
		for (const colorScheme of ["light", "dark"])
			await browse({ colorScheme }, async (tab) => {
				await tab.goto(pages.several);
				assert.deepEqual(await tab.locator(".connections li").evaluateAll((all) => all.map((one) => one.textContent.replace(/\d{5}/, "N"))),
					["#1: a port N to c port 80, from 2.000 on", "#2: b port N to c port 81, from 2.000 on"]);
				const stroke = (number) => tab.locator("svg.for-all a", { hasText: `#${number} SYN seq 0` }).first().locator(".arrow")
					.evaluate((arrow) => getComputedStyle(arrow).stroke);
				assert.notEqual(await stroke(1), await stroke(2));
				assert.equal(await tab.locator("section:has(#states) svg text", { hasText: /^b #2$/ }).count(), 1);
				const colours = await tab.evaluate(() => [1, 2, 3, 4, 5, 6].map((i) => getComputedStyle(document.documentElement).getPropertyValue(`--c${i}`).trim()));
				for (const [name, eye] of Object.entries(eyes))
					colours.forEach((a, i) => colours.slice(0, i).forEach((b) => {
						const far = Math.hypot(...lab(seen(eye, linear(a))).map((value, k) => value - lab(seen(eye, linear(b)))[k]));
						assert.ok(far > 20, `${a} and ${b} are ${far.toFixed(1)} apart for ${name}, ${colorScheme}`);
					}));
				await tab.goto(pages.errno);
				assert.equal(await tab.locator(".connections").count(), 0, "one alone has none");
				assert.equal(await tab.locator("svg .c1").count(), 0);
			});
	},

	async "labels cross no lines"() {
		for (const viewport of [desktop, phone])
			await browse({ viewport }, async (tab) => {
				for (const name of ["several", "errno", "count", "transfer", "passed", "large"]) {
					await tab.goto(pages[name]);
					assert.deepEqual(await tab.evaluate(() => {
						const svg = [...document.querySelectorAll("[aria-label=Ladder] svg")].find((one) => one.getClientRects().length);
						const lines = [...svg.querySelectorAll(".life, .quiet")].map((line) => line.getBBox()).filter((line) => line.height > line.width);
						// What has a ground of its own hides what is behind it.
						return [...svg.querySelectorAll("text:not(.b, .dim.small)")].filter((text) => !text.parentNode.querySelector("rect"))
							.filter((text) => {
								const box = text.getBBox();
								return lines.some((line) => line.x > box.x + 1 && line.x < box.x + box.width - 1 &&
									line.y < box.y + box.height - 2 && line.y + line.height > box.y + 2);
							}).map((text) => text.textContent).slice(0, 5);
					}), [], `${name}, ${viewport.width}`);
				}
			});
	},

	async "a screen reader finds its way"() {
		await browse({}, async (tab) => {
			for (const [name, url] of Object.entries(pages)) {
				await tab.goto(url);
				const faults = await tab.evaluate(() => {
					const all = (selector) => [...document.querySelectorAll(selector)];
					const said = [], ids = new Set();
					const want = (holds, text) => holds || said.push(text);

					want(document.documentElement.lang === "en" && document.title, "language and title");
					want(all("main").length === 1 && all("body > header").length === 1 && all("h1").length === 1, "landmarks");
					all("h1, h2, h3").reduce((last, heading) => {
						want(+heading.tagName[1] <= last + 1, `the heading "${heading.textContent}" skips a level`);
						return +heading.tagName[1];
					}, 0);
					all("[id]").forEach(({ id }) => { want(!ids.has(id), `the id ${id} twice`); ids.add(id); });
					all("[aria-labelledby]").forEach((element) => element.getAttribute("aria-labelledby").split(" ")
						.forEach((id) => want(document.getElementById(id)?.textContent.trim(), `no label ${id}`)));
					all("svg").forEach((svg) => want(svg.getAttribute("role") === (svg.querySelector("a") ? "group" : "img") &&
						svg.querySelector(":scope > title")?.textContent && svg.querySelector(":scope > desc")?.textContent &&
						svg.closest(".figure[tabindex='0'][aria-label]"), "a picture without words"));
					all("table").forEach((table) => want(table.querySelector("th[scope=col]"), "a table without headings"));
					all("a, button, summary").forEach((element) => want((element.getAttribute("aria-label") ?? element.textContent).trim(),
						"a link or button without a name"));
					all("input, select").forEach((field) => want(field.labels.length === 1, "a field without a label"));
					all("a[href^='#']").map((link) => link.getAttribute("href"))
						.forEach((hash) => want(document.getElementById(decodeURIComponent(hash.slice(1))), `nothing at ${hash}`));
					return said;
				});
				assert.deepEqual(faults, [], name);
				if (await tab.locator("#events").count())
					assert.ok(await tab.locator("section:has(#events) tbody tr").count() > 5, `${name}: no table of the events`);
				for (const href of await tab.locator("a[href]:not([href^='#'])").evaluateAll((links) => links.map((link) => link.href)))
					assert.ok(existsSync(fileURLToPath(href.split("#")[0])), `${name} links to ${href}`);
			}
		});
	},

	// What depends on how it looks is looked at in both schemes, at both widths.
	async "axe finds nothing"() {
		for (const [viewport, colorScheme] of [[desktop, "light"], [desktop, "dark"], [phone, "light"]])
			await browse({ viewport, colorScheme }, async (tab) => {
				for (const [name, url] of Object.entries(pages)) {
					if (name === "large" && viewport === desktop)
						continue;
					await tab.goto(url);
					await tab.addScriptTag({ path: axe });
					const found = await tab.evaluate(async () => (await globalThis.axe.run(document, {
						runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
						resultTypes: ["violations"], preload: false,
					})).violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 150)).join(" | ")}`));
					assert.deepEqual(found, [], `${name}, ${viewport.width}, ${colorScheme}`);
				}
			});
	},

	async "text stands out, in the light and in the dark"() {
		for (const colorScheme of ["light", "dark"])
			await browse({ colorScheme }, async (tab) => {
				for (const name of ["overview", "errno", "time", "passed", "skipped", "error", "compare", "pair"]) {
					await tab.goto(pages[name]);
					await tab.evaluate(() => document.querySelectorAll("details").forEach((details) => { details.open = true; }));
					const { poor, background } = await tab.evaluate(() => {
						const parse = (color) => (color.match(/[\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
						const light = ([r, g, b]) => [r, g, b].map((value) => value / 255)
							.map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
							.reduce((sum, value, i) => sum + value * [0.2126, 0.7152, 0.0722][i], 0);
						const behind = (element) => {
							for (let at = element; at; at = at.parentElement) {
								const box = at.tagName === "g" && at.querySelector(":scope > rect:not(.rto)");
								const color = parse(box ? getComputedStyle(box).fill : getComputedStyle(at).backgroundColor);
								if (color.length === 3 || color[3] === 1)
									return color;
							}
							return [255, 255, 255];
						};
						const said = [];
						for (const element of document.querySelectorAll("body *:not(svg):not(title):not(desc)")) {
							if (![...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()) || !element.getClientRects().length)
								continue;
							const style = getComputedStyle(element);
							const color = light(parse(element.tagName === "text" ? style.fill : style.color));
							const back = light(behind(element));
							const ratio = (Math.max(color, back) + 0.05) / (Math.min(color, back) + 0.05);
							if (ratio < 4.5)
								said.push(`${ratio.toFixed(2)}: ${element.textContent.slice(0, 40)}`);
						}
						return { poor: said, background: light(parse(getComputedStyle(document.body).backgroundColor)) };
					});
					assert.deepEqual(poor, [], `${name}, ${colorScheme}`);
					assert.ok(colorScheme === "dark" ? background < 0.05 : background > 0.9, `${name} is not ${colorScheme}`);
					await tab.screenshot({ path: join(screenshots, `${name}-${colorScheme}.png`), fullPage: true });
				}
			});
	},

	async "nothing sticks out on a phone"() {
		await browse({ viewport: phone, deviceScaleFactor: 2, hasTouch: true, isMobile: true }, async (tab) => {
			for (const [name, url] of Object.entries(pages)) {
				await tab.goto(url);
				const wide = await tab.evaluate(() => document.scrollingElement.scrollWidth - document.documentElement.clientWidth);
				assert.ok(wide <= 0, `${name} is ${wide} px too wide`);
				if (name !== "large")
					await tab.screenshot({ path: join(screenshots, `${name}-phone.png`), fullPage: true });
			}
			await tab.goto(pages.time);
			const size = await tab.locator(".figure svg:visible").first().evaluate((svg) => 13 * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width);
			assert.ok(size >= 9, `letters of ${size} px in the picture`);
		});
	},

	async "an image of a ladder is one"() {
		await browse({}, async (tab) => {
			await tab.goto(page(".", "ladder.svg"));
			assert.equal(await tab.locator("parsererror").count(), 0);
			assert.match(await tab.locator("svg").textContent(), /kill client/);
			assert.ok(await tab.locator("svg .arrow").count() > 3);
		});
	},

	async "without a script all but the filters is there"() {
		await browse({ javaScriptEnabled: false }, async (tab) => {
			await tab.goto(overview);
			assert.equal(await tab.locator("tr[data-verdict]:visible").count(), 21);
			assert.equal(await tab.locator(".filters:visible").count(), 0);
			await tab.goto(pages.errno);
			assert.ok(await tab.locator(".figure svg").first().isVisible());
		});
	},

	async "what a case or a kernel says is no markup"() {
		await browse({}, async (tab) => {
			for (const name of ["hostile", "error", "overview"]) {
				await tab.goto(pages[name]);
				assert.equal(await tab.evaluate(() => window.hacked), undefined);
				assert.equal(await tab.locator("img, script:not([src])").count(), 0);
				assert.ok((await tab.locator("body").innerText()).includes("<script>window.hacked = 1</script>"), name);
			}
		});
	},

	async "a hundred thousand packets are folded"() {
		assert.ok(statSync(fileURLToPath(pages.large)).size < 1000000, "the page is too large");
		await browse({}, async (tab) => {
			await tab.goto(pages.large);
			const text = await tab.locator("svg").first().textContent();
			const counted = [...text.matchAll(/(\d+) more segments/g)].reduce((sum, [, count]) => sum + +count, 0);
			const drawn = await tab.locator("svg.for-all .arrow").count();
			assert.ok(counted > 90000, `${counted} folded`);
			assert.ok(drawn > 50 && drawn < 1500, `${drawn} drawn`);
			assert.match(text, /of them lost/);
			assert.match(text, /kill client/);
		});
	},

	async "a thousand runs open at once"() {
		assert.ok(statSync(join(reports, "many", "index.html")).size < 1000000, "the overview is too large");
		await browse({}, async (tab) => {
			await tab.goto(page("many", "index.html"));
			assert.equal(await tab.locator(".found").textContent(), "1000 of 1000 runs");
			const took = await tab.evaluate(() => performance.getEntriesByType("navigation")[0].loadEventEnd);
			const filter = performance.now();
			await tab.getByLabel("Text").fill("story-7 kill");
			assert.ok(await tab.locator("tr[data-verdict]:visible").count() < 50);
			console.log(`  overview of 1000 runs: ${took.toFixed(0)} ms to open, ${(performance.now() - filter).toFixed(0)} ms to filter`);
		});
	},
};

mkdirSync(screenshots, { recursive: true });
let failed = 0;
for (const [name, test] of Object.entries(tests)) {
	if (!name.includes(process.env.ONLY ?? ""))
		continue;
	try {
		await test();
		console.log(`ok: ${name}`);
	} catch (error) {
		failed++;
		console.log(`FAILED: ${name}: ${error.message}\n${error.stack}`);
	}
}
process.exit(failed ? 1 : 0);
