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
	single: page(".", "single.html"),
	pair: page("two", "pairs/recorded/keepalive-crash-ip4/ip=4,timers=short.html"),
};

// A browser of its own, in which nothing may go wrong: WORK gets a page that has shown nothing.
const browse = async (options, work) => {
	const context = await chromium.launchPersistentContext(join(profile, String(profiles++)),
		{ executablePath, headless: true, args: flags, viewport: desktop, ...options });
	const complaints = [];
	const tab = await context.newPage();

	tab.setDefaultTimeout(15000);
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
			assert.match(await tab.locator(".counts").innerText(), /15\s+passed\s+3\s+failed\s+1\s+skipped\s+1\s+could not/);
			assert.equal(await shown(), 20);
			assert.match(await tab.locator(".failures").innerText(), /Line \d+ expected .*success instead of ECONNRESET/);
			assert.match(await tab.locator("section:has(#skipped)").innerText(), /1 run: takes 2h on a real clock/);

			await tab.getByLabel("Verdict").selectOption("fail");
			assert.equal(await shown(), 3);
			assert.equal(await found(), "3 of 20 runs");
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
			await tab.waitForFunction(() => document.querySelector(".found").textContent === "20 of 20 runs");
			await tab.getByLabel("Kernel").selectOption({ label: "Linux 6.1.140, uml, HZ 100, virtual clock" });
			assert.equal(await shown(), 1);
			await tab.getByRole("button", { name: "Show all" }).click();
			await tab.getByLabel("Claim").selectOption("C4c");
			assert.ok(await shown() > 0 && await shown() < 20);
			for (const body of await tab.locator("tbody[data-claims]:visible").all())
				assert.ok((await body.getAttribute("data-claims")).split(" ").includes("C4c"));
		});
	},

	async "a failed run says why on its first screen"() {
		const told = {
			errno: [/recv on server was to fail with ECONNRESET \(Connection reset by peer\)/,
				/it returned 0: the other side had closed/, /success instead of ECONNRESET/, /kill client/],
			time: [/recv on client was to fail with ETIMEDOUT .*between 7\.00s and 8\.00s/, /So it did, but at 11\.\ds, 3\.\d\ds too late/],
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

	async "two folders are held against each other: causes first"() {
		await browse({}, async (tab) => {
			await tab.goto(page("two", "index.html"));
			await tab.getByRole("link", { name: "What differs between the two" }).click();
			assert.equal(tab.url(), pages.compare);
			assert.match(await tab.locator(".counts").innerText(), /3\s+runs differ\s+2\s+causes\s+10\s+the same/);
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
			for (const name of ["Ladder", "Zoom in: Ladder", "States of the sockets", "RTO and probe timers", "The capture", "The record"])
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
					all("svg").forEach((svg) => want(svg.getAttribute("role") === "img" &&
						svg.querySelector(":scope > title")?.textContent && svg.querySelector(":scope > desc")?.textContent &&
						svg.closest(".figure[tabindex='0'][aria-label]"), "a picture without words"));
					all("table").forEach((table) => want(table.querySelector("th[scope=col]"), "a table without headings"));
					all("a, button, summary").forEach((element) => want((element.getAttribute("aria-label") ?? element.textContent).trim(),
						"a link or button without a name"));
					all("input, select").forEach((field) => want(field.labels.length === 1, "a field without a label"));
					all("a[href^='#']").forEach(({ hash }) => want(document.getElementById(decodeURIComponent(hash.slice(1))), `nothing at ${hash}`));
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
			assert.equal(await tab.locator("tr[data-verdict]:visible").count(), 20);
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
			const drawn = await tab.locator("svg.for-all .arrow:first-of-type").count();
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
			assert.ok(took < 10000);
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
