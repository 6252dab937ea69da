// SPDX-License-Identifier: GPL-2.0-only
// Elements from data. Text goes in as text: nothing here reads markup.

/** An element: attributes by name, "on…" as listeners, then children (nodes or text). */
function h(tag, attributes, ...children) {
	const element = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes || {})) {
		if (name.startsWith("on"))
			element.addEventListener(name.slice(2), value);
		else if (value === true)
			element.setAttribute(name, "");
		else if (value !== false && value !== null && value !== undefined)
			element.setAttribute(name, value);
	}
	element.append(...children.flat(Infinity).filter((child) => child || child === 0));
	return element;
}

const byId = (id) => document.getElementById(id);

const LEVELS = ["error", "warning", "note", "open", "pass"];
const MARKS = {error: "●", warning: "▲", note: "◆", open: "○", pass: "✓"};

/** What a row counts as: the level of a finding, else open or pass. */
const standing = (row) => row.kind === "fail" ? row.level : row.kind;

/** Level as shape, colour and word: never as colour alone. */
function badge(row) {
	const level = standing(row);
	return h("span", {class: `level ${level}`}, h("i", {"aria-hidden": "true"}, MARKS[level] || "·"), level);
}

/** Say @text where it is seen and where it is heard. */
function announce(text) {
	const toast = byId("toast") || document.body.appendChild(h("p", {id: "toast", role: "status"}));
	toast.textContent = text;
	toast.classList.add("shown");
	clearTimeout(announce.timer);
	announce.timer = setTimeout(() => toast.classList.remove("shown"), 1800);
}

/** Copy @text; a page opened as a file has no clipboard in some browsers. */
async function copy(text, what) {
	try {
		await navigator.clipboard.writeText(text);
	} catch {
		const area = document.body.appendChild(h("textarea", {"aria-hidden": "true"}));
		area.value = text;
		area.select();
		document.execCommand("copy");
		area.remove();
	}
	announce(`Copied: ${what}`);
}

/** A block of text with a button that copies it. */
function copyable(text, what, shown) {
	return h("div", {class: "copyable"}, shown || h("pre", {}, text),
		h("button", {type: "button", "data-copy": what, onclick: () => copy(text, what)}, "Copy"));
}
