// SPDX-License-Identifier: GPL-2.0-only
// Downloads and print: what leaves the page.

async function unpack(text) {
	const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
	return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).blob();
}

function save(blob, name) {
	const link = h("a", {href: URL.createObjectURL(blob), download: name});
	document.body.append(link);
	link.click();
	link.remove();
	setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

/** A cell of CSV. A spreadsheet takes one that begins like this for a formula. */
function csvCell(value) {
	const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
	return /[",\n\r]/.test(text) ? `"${text.replaceAll("\"", "\"\"")}"` : text;
}

function shownCsv() {
	const columns = ["file", "line", "col", "fn", "api", "flags", "kind", "rule", "level", "msg", "sub", "id"];
	const names = ["file", "line", "column", "function", "callee", "flags", "verdict", "rule", "level", "reason", "subsystem", "fingerprint"];
	return [names, ...shownRows().map((row) => columns.map((key) => csvCell(row[key])))].join("\n") + "\n";
}

async function download(name) {
	const packed = byId(`packed-${name}`);
	if (packed && typeof DecompressionStream === "undefined")
		return announce("This browser cannot unpack it; the file lies beside this page");
	save(packed ? await unpack(packed.textContent) : new Blob([shownCsv()], {type: "text/csv"}), name);
}

const PRINTED_SITES = 2000;

/** On paper: the findings that are shown, each in full, or the calls as a list. */
function preparePrint() {
	const rows = shownRows();
	const full = rows.filter((row) => row.kind === "fail");
	const title = (row) => h("div", {class: "headline"}, h("p", {class: "rule"}, badge(row), h("code", {}, row.rule)), h("h2", {}, row.msg),
		h("p", {class: "place"}, h("code", {}, `${row.file}:${row.line}:${row.col}`), row.fn ? ` in ${row.fn}()` : ""));
	const findings = state.v === "sites" ? [] : full.map((row) => h("article", {}, title(row), sourceBlock(row),
		row.diff.length ? h("pre", {class: "diff"}, row.diff.join("\n")) : null,
		h("p", {class: "small"}, "To: ", (row.to.maintainers || []).concat(row.to.lists || []).join(", ") || "nobody is named")));
	const calls = state.v !== "sites" ? [] : [h("table", {}, h("tbody", {}, rows.slice(0, PRINTED_SITES).map((row) =>
		h("tr", {}, h("td", {}, badge(row)), h("td", {}, h("code", {}, `${row.file}:${row.line}`)), h("td", {}, row.msg))))),
	rows.length > PRINTED_SITES ? h("p", {}, `${rows.length - PRINTED_SITES} more are in audit.csv.`) : ""];
	byId("print").replaceChildren(...findings, ...calls);
}

window.addEventListener("beforeprint", preparePrint);
window.addEventListener("afterprint", () => byId("print").replaceChildren());
for (const button of document.querySelectorAll("[data-file]"))
	button.addEventListener("click", () => {
		button.closest("details").open = false;
		download(button.dataset.file);
	});
