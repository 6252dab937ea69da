// SPDX-License-Identifier: GPL-2.0-only
// One call or finding in full: what, where, why, what to do, whom to tell.

/** The row that the detail shows: the chosen one, or on a wide screen the first of the list. */
let openRow = null;
const shownId = () => openRow && openRow.id;

const section = (title, ...content) => h("section", {}, h("h3", {}, title), content);

/** Text for YAML in double quotes, which take JSON's escapes. */
const quoted = (text) => JSON.stringify(text);

function suppressionEntry(row) {
	return [
		`  - fingerprint: ${quoted(row.print)}`,
		`    rule: ${row.rule}`,
		`    file: ${quoted(row.file)}`,
		`    function: ${quoted(row.fn)}`,
		"    reason: \"WHY THIS IS RIGHT AS IT IS\"",
		"    who: \"YOUR NAME <you@example.org>\"",
		"    until: \"YYYY-MM-DD\"",
	].join("\n") + "\n";
}

function diffBlock(lines) {
	const kind = (line) => /^(---|\+\+\+)/.test(line) ? "file" : line[0] === "+" ? "add" : line[0] === "-" ? "del" : line[0] === "@" ? "hunk" : "";
	const block = h("pre", {class: "diff", tabindex: "0", role: "region", "aria-label": "Suggested fix"},
		lines.map((line) => h("span", {class: kind(line)}, line + "\n")));
	return copyable(lines.join("\n") + "\n", "the diff", block);
}

function people(row) {
	const listed = (name, values) => values && values.length ? [h("dt", {}, name), values.map((value) => h("dd", {}, value))] : [];
	const section = DATA.subsystems[row.sub];
	const to = row.to.maintainers ? row.to : section;
	if (!to)
		return null;
	const all = [...(to.maintainers || []), ...(to.reviewers || [])];
	const lines = [...(to.maintainers || []).map((value) => `To: ${value}`), ...(to.reviewers || []).map((value) => `Cc: ${value}`),
		...(to.lists || []).map((value) => `Cc: ${value}`)];
	return [h("dl", {class: "people"}, h("dt", {}, "Subsystem"), h("dd", {}, row.sub || "no section of MAINTAINERS names it",
		section && section.status ? h("span", {class: "soft"}, ` (${section.status})`) : ""),
		listed("Maintainers", to.maintainers), listed("Reviewers", to.reviewers), listed("Lists", to.lists)),
	lines.length ? h("button", {type: "button", onclick: () => copy(lines.join("\n") + "\n", `${all.length} people and the lists`)},
		"Copy as To and Cc") : null];
}

function engines(row) {
	const names = {inventory: "List of calls", coccinelle: "Coccinelle", checker: "Checker", link: "Whole program", sparse: "sparse"};
	return h("dl", {class: "people"}, Object.entries(row.says).map(([name, [status, said]]) =>
		[h("dt", {}, names[name] || name), h("dd", {}, said || status, said && status !== "seen" ? h("span", {class: "soft"}, ` (${status})`) : "",
			row.found.includes(name) ? h("span", {class: "tag found"}, "found it") : "")]));
}

/** The verdict on the assert, why, and the functions through which the flags get there. */
function assertFact(row) {
	return [row.assert, row["assert why"] ? `: ${row["assert why"]}` : "",
		row.chain.length ? h("div", {class: "chain"}, "By ", row.chain.map((name, i) => [i ? " → " : "", h("code", {}, `${name}()`)])) : ""];
}

function callFacts(row) {
	const code = (text) => text && h("code", {}, text);
	const facts = [["Call", row.args || row.api ? code(`${row.api}(${row.args})`) : ""], ["Flags", code(row.flags)],
		["CASE", row.case && [row.case, row.evidence.map((line) => h("div", {class: "soft"}, line))]],
		["The assert", row.assert && assertFact(row)], ["Compiled in", row.config], ["Since the baseline", row.state]];
	return h("dl", {class: "people call"}, facts.filter(([, value]) => value).map(([name, value]) =>
		[h("dt", {}, name), h("dd", {}, value)]));
}

function detailHead(row) {
	const bar = h("div", {class: "detail-bar"},
		h("button", {type: "button", class: "back", onclick: close}, "← List"),
		h("span", {class: "spacer"}),
		h("button", {type: "button", id: "previous", title: "Previous (k)", onclick: () => move(-1)}, "↑ Previous"),
		h("button", {type: "button", id: "next", title: "Next (j)", onclick: () => move(1)}, "↓ Next"),
		h("button", {type: "button", id: "copy-link", title: "Copy a link (c)", onclick: () => copyLink(row)}, "Copy link"));
	return [bar, headline(row)];
}

const copyLink = (row) => copy(linkTo(row), `a link to ${row.file}:${row.line}`);

function headline(row) {
	const place = `${row.file}:${row.line}:${row.col}`;
	return h("div", {class: "headline"},
		h("p", {class: "rule"}, badge(row), row.kind === "fail" ? h("code", {}, row.rule) : h("code", {}, `${row.api}()`),
			row.sup !== null ? h("span", {class: "tag"}, "suppressed") : null, row.state ? h("span", {class: "tag"}, row.state) : null),
		h("h2", {}, row.msg),
		h("p", {class: "place"}, h("code", {}, h("bdi", {}, place)), row.fn ? h("span", {class: "soft"}, " in ", h("code", {}, `${row.fn}()`)) : null,
			" ", h("button", {type: "button", class: "quiet", onclick: () => copy(`vim +${row.line} ${row.file}`, "the vim command")}, "vim +")));
}

function detailBody(row) {
	const rule = DATA.rules[row.rule];
	const values = Object.entries(witness(row.steps));
	const isFinding = row.kind === "fail";
	return [
		row.sup !== null ? section("Suppressed because", h("p", {}, row.sup)) : null,
		values.length ? section("An example that goes wrong", h("p", {class: "witness"}, valueList(Object.fromEntries(values)))) : null,
		section(row.steps.length ? `The path, ${row.steps.length} steps` : "The call", sourceBlock(row)),
		row.diff.length ? section("Suggested fix", diffBlock(row.diff)) : null,
		isFinding && rule ? section(`Why ${row.rule} is a rule`, h("p", {}, rule.what), h("p", {}, rule.why),
			rule.page ? h("p", {class: "soft small"}, `From ${rule.page}; gupcheck explain ${row.rule} shows it all.`) : null) : null,
		section("What is known of the call", callFacts(row)),
		section("What each engine said", engines(row)),
		isFinding ? section("Whom it concerns", people(row) || h("p", {}, "The tree's MAINTAINERS names nobody.")) : null,
		isFinding && row.sup === null ? section("If it is right as it is", h("p", {class: "small"}, "Add this below suppressions: in gup-audit.yaml (version: \"1\"), with your reason:"),
			copyable(suppressionEntry(row), "the entry")) : null,
		h("p", {class: "soft small"}, "Fingerprint ", h("code", {}, row.print)),
	].filter(Boolean);
}

function showDetail(row) {
	openRow = row;
	const detail = byId("detail");
	if (!row) {
		detail.replaceChildren(h("p", {class: "soft hint"}, "Choose a row to see its source and what was found."));
		return;
	}
	detail.replaceChildren(...detailHead(row), h("div", {class: "detail-body"}, detailBody(row)));
	detail.scrollTop = 0;
	markCurrent(row.id);
}

const isWide = () => window.matchMedia("(min-width: 1000px)").matches;

/** Open @row; @isStep: by a choice that Back should undo. */
function open(row, isStep) {
	setState({id: row.id}, isStep);
	if (isStep && !isWide())
		byId("detail").focus();
}

function close() {
	setState({id: ""}, true);
	byId("table").focus();
}

/** Show the row of @s, or none on a narrow screen, where the list has all the room. */
function followDetail(s) {
	const chosen = s.id && BY_ID.get(s.id);
	if (s.id && !chosen)
		announce("The link names a row that this audit does not have");
	document.body.classList.toggle("detail-open", Boolean(chosen));
	const row = chosen || (isWide() && s.v !== "facts" ? shownRows()[0] : null) || null;
	if (row !== openRow || !byId("detail").childElementCount)
		showDetail(row);
}

/** The next or previous row of the list. */
function move(by) {
	const rows = shownRows();
	const at = rows.findIndex((row) => row.id === shownId());
	const row = rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))];
	if (!row)
		return;
	if (isWide() || document.body.classList.contains("detail-open"))
		open(row);
	else
		showDetail(row);
	table.scrollToRow(row.id, "nearest", false).catch(() => {});
}
