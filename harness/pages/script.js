// SPDX-License-Identifier: MIT
// What a page can do beyond being read: filters on the overview, zoom of the pictures. All
// that it shows is there without it.
(() => {
	"use strict";

	const element = (name, attributes = {}, ...children) => {
		const made = document.createElement(name);
		for (const [key, value] of Object.entries(attributes))
			made.setAttribute(key, value);
		made.append(...children);
		return made;
	};

	// Pictures: buttons, and + - 0 while the picture has the focus.
	const zoomable = (figure) => {
		const name = figure.getAttribute("aria-label");
		const shown = element("output", { "aria-live": "polite" });
		let zoom = 1;
		const set = (to) => {
			const middle = (figure.scrollLeft + figure.clientWidth / 2) / figure.scrollWidth;
			zoom = Math.min(8, Math.max(0.25, to));
			figure.style.setProperty("--zoom", zoom);
			figure.scrollLeft = middle * figure.scrollWidth - figure.clientWidth / 2;
			shown.textContent = `${Math.round(100 * zoom)} %`;
		};
		const button = (label, text, act) => {
			const made = element("button", { type: "button", "aria-label": `${label}: ${name}` }, text);
			made.addEventListener("click", act);
			return made;
		};
		figure.before(element("div", { class: "zoom" },
			button("Zoom in", "+", () => set(zoom * 1.25)),
			button("Zoom out", "\u2212", () => set(zoom / 1.25)),
			button("Normal size", "100 %", () => set(1)), shown));
		figure.addEventListener("keydown", (event) => {
			if (event.ctrlKey || event.metaKey || event.altKey)
				return;
			if (event.key === "+" || event.key === "=")
				set(zoom * 1.25);
			else if (event.key === "-")
				set(zoom / 1.25);
			else if (event.key === "0")
				set(1);
			else
				return;
			event.preventDefault();
		});
	};
	document.querySelectorAll(".figure").forEach(zoomable);

	// Packets: a click or Enter tells what the table of events has of one; from there the arrow keys
	// lead to the next. One of them is in the order of Tab.
	const ask = (figure) => {
		const links = [...figure.querySelectorAll("svg a")];
		if (!links.length)
			return;
		const seen = () => links.filter((link) => link.getClientRects().length);
		const said = element("div", { "aria-live": "polite" });
		const panel = element("section", { class: "packet", "aria-label": "Packet", hidden: "" }, said);
		let current;
		const choose = (link) => {
			links.forEach((other) => { other.tabIndex = other === link ? 0 : -1; });
			current = link;
			if (!panel.hidden)
				tell();
		};
		const tell = () => {
			const row = document.getElementById(current.getAttribute("href").slice(1));
			links.forEach((link) => link.removeAttribute("aria-current"));
			current.setAttribute("aria-current", "true");
			inTable.setAttribute("href", current.getAttribute("href"));
			said.replaceChildren(...[...row.cells].map((cell, i) => element(i ? "div" : "b", {}, ...cell.cloneNode(true).childNodes)));
			panel.hidden = false;
		};
		const step = (by) => {
			const all = seen(), at = all.indexOf(current);
			all[Math.min(all.length - 1, Math.max(0, at + by))].focus();
		};
		const close = () => {
			panel.hidden = true;
			links.forEach((link) => link.removeAttribute("aria-current"));
			current.focus();
		};
		const button = (text, act) => {
			const made = element("button", { type: "button" }, text);
			made.addEventListener("click", act);
			return made;
		};
		const inTable = element("a", { href: links[0].getAttribute("href") }, "In the table");
		panel.append(element("div", { class: "zoom" }, button("Previous packet", () => step(-1)),
			button("Next packet", () => step(1)), button("Close", close), inTable));
		figure.after(panel);
		for (const link of links) {
			link.addEventListener("click", (event) => {
				event.preventDefault();
				link.focus({ preventScroll: true });
				choose(link);
				tell();
			});
			link.addEventListener("focus", () => choose(link));
		}
		for (const svg of figure.querySelectorAll("svg"))
			svg.querySelector("a")?.setAttribute("tabindex", "0");
		figure.addEventListener("keydown", (event) => {
			const steps = { ArrowDown: 1, ArrowUp: -1, Home: -links.length, End: links.length };
			if (!event.target.closest("svg a") || event.ctrlKey || event.metaKey || event.altKey)
				return;
			if (event.key in steps)
				step(steps[event.key]);
			else if (event.key === "Escape" && !panel.hidden)
				close();
			else
				return;
			event.preventDefault();
		});
		panel.addEventListener("keydown", (event) => event.key === "Escape" && close());
	};
	document.querySelectorAll(".figure").forEach(ask);

	// A line to copy.
	document.querySelectorAll(".copied").forEach((line) => {
		const button = element("button", { type: "button" }, "Copy");
		button.addEventListener("click", async () => {
			try {
				await navigator.clipboard.writeText(line.textContent);
				button.textContent = "Copied";
			} catch {
				getSelection().selectAllChildren(line);
			}
		});
		line.after(" ", button);
	});

	// What leads into something that is folded, or into the picture for another width.
	const reveal = () => {
		const at = document.getElementById(decodeURIComponent(location.hash.slice(1)));
		for (let part = at; part; part = part.parentElement)
			if (part.tagName === "DETAILS")
				part.open = true;
		const shown = at && !at.getClientRects().length && document.querySelector(`[data-f="${at.id}"]`);
		(shown || at)?.scrollIntoView();
	};
	addEventListener("hashchange", reveal);
	if (location.hash && !location.hash.includes("="))
		reveal();

	// The overview's filters. They are kept in the address, so that they are there again on
	// the way back from a run.
	const form = document.querySelector(".filters");
	if (!form)
		return;
	const fields = ["verdict", "claim", "kernel", "text"].map((name) => form.elements[name]);
	const groups = [...document.querySelectorAll("section.story")].map((section) => ({
		section,
		details: section.querySelector("details"),
		open: section.querySelector("details").open,
		bodies: [...section.querySelectorAll("tbody")].map((body) => ({
			body,
			text: (body.dataset.text || "").toLowerCase(),
			rows: [...body.querySelectorAll("tr[data-verdict]")].map((row) => ({
				row,
				verdict: row.dataset.verdict,
				kernel: row.dataset.kernel,
				claims: body.dataset.claims.split(" "),
				text: row.textContent.toLowerCase(),
			})),
		})),
	}));
	const apply = () => {
		const [verdict, claim, kernel, text] = fields.map((field) => field.value);
		const words = text.toLowerCase().split(/\s+/).filter(Boolean);
		let all = 0, shown = 0;

		for (const group of groups) {
			let inSection = 0;
			for (const part of group.bodies) {
				let inBody = 0;
				for (const run of part.rows) {
					const fits = (!verdict || run.verdict === verdict) &&
						(!kernel || run.kernel === kernel) &&
						(!claim || run.claims.includes(claim)) &&
						words.every((word) => part.text.includes(word) || run.text.includes(word));
					run.row.hidden = !fits;
					inBody += fits;
					all++;
				}
				part.body.hidden = inBody === 0;
				inSection += inBody;
			}
			group.section.hidden = inSection === 0;
			group.details.open = fields.some((field) => field.value) ? inSection > 0 : group.open;
			shown += inSection;
		}
		form.querySelector(".found").textContent = `${shown} of ${all} runs`;
		const kept = new URLSearchParams();
		fields.forEach((field) => field.value && kept.set(field.name, field.value));
		try {
			history.replaceState(null, "", kept.size ? `#${kept}` : location.href.split("#")[0]);
		} catch {
			// Some browsers forbid it for files.
		}
	};
	const kept = new URLSearchParams(location.hash.slice(1));
	fields.forEach((field) => { field.value = kept.get(field.name) || ""; });
	form.hidden = false;
	form.addEventListener("input", apply);
	form.addEventListener("submit", (event) => event.preventDefault());
	form.addEventListener("reset", () => setTimeout(apply));
	document.querySelectorAll("a[data-verdict]").forEach((tile) => tile.addEventListener("click", (event) => {
		event.preventDefault();
		form.reset();
		form.elements.verdict.value = tile.dataset.verdict;
		apply();
		document.getElementById("runs").scrollIntoView();
	}));
	apply();
})();
