// SPDX-License-Identifier: GPL-2.0-only
// Which rows a state shows, and the controls that change it.

const DATA = JSON.parse(byId("data").textContent);
const ROWS = DATA.rows;
const BY_ID = new Map(ROWS.map((row) => [row.id, row]));
const SITES = DATA.sites.map((id) => BY_ID.get(id));
const FINDINGS = ROWS.filter((row) => row.kind === "fail");

for (const row of ROWS) {
	const section = DATA.subsystems[row.sub];
	row.who = [...(section ? section.maintainers : []), ...(row.to.maintainers || [])];
	row.who = [...new Set(row.who.map((person) => person.replace(/\s*<.*/, "")))];
	// who found it; of a call without findings, who saw it
	row.engine = row.found.length ? row.found : Object.keys(row.says).filter((name) => row.says[name][0] === "seen");
	row.text = [row.file + ":" + row.line, row.fn, row.api, row.rule, row.msg, row.args, row.flags, row.sub, row.id]
		.join("\n").toLowerCase();
	// within a level, what can be mended at once comes first
	row.order = LEVELS.indexOf(standing(row)) + (row.diff.length ? 0 : 0.5);
}

// key, name, the values of a row, and whether it stands in the first line
const FACETS = [
	["level", "Level", (row) => [standing(row)], true],
	["rule", "Rule", (row) => [row.rule], true],
	["sub", "Subsystem", (row) => [row.sub], true],
	["who", "Maintainer", (row) => row.who, true],
	["kind", "Verdict", (row) => [row.kind]],
	["api", "Function called", (row) => [row.api]],
	["engine", "Engine", (row) => row.engine],
	["case", "CASE", (row) => [row.case]],
	["dir", "Directory", (row) => [row.dir]],
	["assert", "The assert", (row) => [row.assert]],
	["fix", "Fix", (row) => [row.diff.length ? "suggested" : ""]],
	["state", "Since the baseline", (row) => [row.state]],
];

const viewRows = (s) => s.v === "sites" ? SITES : FINDINGS;

/** Is @row shown whatever the filters say: releases of any page and suppressed findings are asked for. */
function inScope(row, s) {
	if (s.v === "sites")
		return !row.generic || s.other === "1";
	return (row.sup === null || s.sup === "1") && (row.state !== "absent" || s.state === "absent");
}

/** The test that the filters of state @s make, but for the facet @except. */
function predicate(s, except) {
	const words = (s.q || "").toLowerCase().split(/\s+/).filter(Boolean);
	const tests = FACETS.filter(([key]) => s[key] && key !== except).map(([key, , values]) => [values, s[key]]);
	const path = s.path && s.path.replace(/^\.?\//, "");
	return (row) => inScope(row, s) && (!path || row.file.startsWith(path)) &&
		words.every((word) => row.text.includes(word)) &&
		tests.every(([values, wanted]) => values(row).includes(wanted));
}

/** [value, how many] of a facet among what the other filters leave, most first. */
function choices(s, [key, , values]) {
	const count = new Map(), keep = predicate(s, key);
	for (const row of viewRows(s))
		if (keep(row))
			for (const value of values(row))
				if (value)
					count.set(value, (count.get(value) || 0) + 1);
	if (s[key] && !count.has(s[key]))
		count.set(s[key], 0);
	const all = [...count];
	if (key === "level")
		return all.sort((a, b) => LEVELS.indexOf(a[0]) - LEVELS.indexOf(b[0]));
	return all.sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

const FILTERS = [...FACETS.map(([key]) => key), "q", "path"];
const noFilters = () => Object.fromEntries(FILTERS.map((key) => [key, ""]));

function select(facet) {
	const [key, name] = facet;
	const element = h("select", {id: `filter-${key}`, "aria-label": name,
		onchange: () => setState({[key]: element.value}, true)});
	// the list of values is made when somebody is about to look at it
	for (const event of ["pointerdown", "focus"])
		element.addEventListener(event, () => fill(facet, element, state));
	return element;
}

function fill([key, name, values], element, s) {
	const options = choices(s, [key, name, values]);
	element.replaceChildren(h("option", {value: ""}, name), ...options.map(([value, n]) =>
		h("option", {value, selected: s[key] === value}, `${value} (${n})`)));
	element.value = s[key] || "";
}

function makeFilters() {
	let typing;
	const later = (key, element) => () => {
		clearTimeout(typing);
		typing = setTimeout(() => setState({[key]: element.value.trim()}), 120);
	};
	const search = h("input", {type: "search", id: "filter-q", placeholder: "Search  /", "aria-label": "Search",
		autocomplete: "off", spellcheck: "false"});
	search.addEventListener("input", later("q", search));
	const path = h("input", {type: "search", id: "filter-path", placeholder: "Path: drivers/vfio", "aria-label": "Path",
		autocomplete: "off", spellcheck: "false"});
	path.addEventListener("input", later("path", path));
	const present = FACETS.filter(([, , values]) => ROWS.some((row) => values(row).some(Boolean)));
	const first = present.filter((facet) => facet[3]).map(select);
	const rest = present.filter((facet) => !facet[3]).map(select);
	const group = h("select", {id: "group", "aria-label": "Group by", onchange: () => setState({group: group.value}, true)},
		Object.entries(GROUPS).map(([value, name]) => h("option", {value}, value ? `Group: ${name}` : "Group by")));
	const check = (key, text) => {
		const box = h("input", {type: "checkbox", id: `show-${key}`,
			onchange: () => setState({[key]: box.checked ? "1" : ""}, true)});
		return h("label", {class: "check", id: `label-${key}`}, box, text);
	};
	const more = h("details", {id: "more"}, h("summary", {}, "More filters"), h("div", {}, path, rest,
		check("other", "put_page() and its like"), check("sup", "suppressed findings")));
	byId("filters").append(search, h("div", {class: "first"}, first), more, group);
	onState(showFilters);
	showFilters(state);
}

/** Controls as the state has them: a link or Back may have changed it. */
function showFilters(s) {
	for (const facet of FACETS) {
		const element = byId(`filter-${facet[0]}`);
		if (element && (element.options.length < 2 || element.value !== (s[facet[0]] || "")))
			fill(facet, element, s);
		if (element)
			element.classList.toggle("set", Boolean(s[facet[0]]));
	}
	for (const key of ["q", "path"])
		if (document.activeElement !== byId(`filter-${key}`))
			byId(`filter-${key}`).value = s[key] || "";
	byId("group").value = s.group || "";
	byId("show-other").checked = s.other === "1";
	byId("show-sup").checked = s.sup === "1";
	byId("label-other").hidden = s.v !== "sites";
	byId("label-sup").hidden = !FINDINGS.some((row) => row.sup !== null);
	showChips(s);
}

/** The filters that are set, each with a way to take it off. */
function showChips(s) {
	const set = [...FACETS.map(([key, name]) => [key, name]), ["path", "Path"], ["q", "Search"]].filter(([key]) => s[key]);
	const chips = set.map(([key, name]) => h("button", {type: "button", class: "chip", "data-chip": key,
		onclick: () => setState({[key]: ""}, true)}, `${name}: ${s[key]}`, h("span", {"aria-label": "remove"}, " ✕")));
	if (set.length > 1)
		chips.push(h("button", {type: "button", class: "chip clear", onclick: () => setState(noFilters(), true)}, "Clear all"));
	byId("chips").replaceChildren(...chips);
}
