// SPDX-License-Identifier: GPL-2.0-only
// The list: one Tabulator, whose columns and rows follow the view.

let table = null;
let ready = false;

const twoLines = (first, second, title) => h("div", {class: "two", title}, h("span", {class: "one"}, first),
	h("span", {class: "under"}, second));

function placeCell(cell) {
	const row = cell.getData();
	const under = [h("span", {class: "narrow"}, `${row.kind === "fail" ? row.rule : row.api} · `),
		row.fn ? `${row.fn}()` : "file scope"];
	const slash = row.file.lastIndexOf("/") + 1;
	const path = h("bdi", {dir: "ltr"}, h("span", {class: "soft"}, row.file.slice(0, slash)), `${row.file.slice(slash)}:${row.line}`);
	return h("div", {class: "two", title: `${row.file}:${row.line}`}, h("span", {class: "one path"}, path), h("span", {class: "under"}, under));
}

const levelCell = (cell) => badge(cell.getData());

function ruleCell(cell) {
	const row = cell.getData();
	return twoLines(row.rule, h("span", {}, row.api ? `${row.api}()` : "", row.diff.length ? h("span", {class: "has-fix"}, " · fix") : "",
		row.sup !== null ? " · suppressed" : "",
		row.state && row.state !== "unchanged" ? ` · ${row.state}` : ""), row.msg);
}

function callCell(cell) {
	const row = cell.getData();
	return twoLines(`${row.api}()`, row.flags, row.msg);
}

const subCell = (cell) => h("span", {class: "wrap", title: cell.getValue()}, cell.getValue());

const byPlace = (a, b, first, second) => {
	const x = first.getData(), y = second.getData();
	return x.file < y.file ? -1 : x.file > y.file ? 1 : x.line - y.line || x.col - y.col;
};

const COLUMNS = {
	findings: [
		{title: "Level", field: "order", formatter: levelCell, sorter: "number", width: 96, responsive: 0},
		{title: "Rule", field: "rule", formatter: ruleCell, widthGrow: 3, minWidth: 160, responsive: 1},
		{title: "Place", field: "file", formatter: placeCell, sorter: byPlace, widthGrow: 3, minWidth: 190, responsive: 0},
		{title: "Subsystem", field: "sub", formatter: subCell, widthGrow: 2, minWidth: 130, responsive: 2},
	],
	sites: [
		{title: "Verdict", field: "order", formatter: levelCell, sorter: "number", width: 96, responsive: 0},
		{title: "Call", field: "api", formatter: callCell, widthGrow: 3, minWidth: 180, responsive: 1},
		{title: "Place", field: "file", formatter: placeCell, sorter: byPlace, widthGrow: 3, minWidth: 190, responsive: 0},
		{title: "Subsystem", field: "sub", formatter: subCell, widthGrow: 2, minWidth: 130, responsive: 2},
	],
};

const FIRST_SORT = {findings: [{column: "file", dir: "asc"}, {column: "order", dir: "asc"}], sites: [{column: "file", dir: "asc"}]};

function sorting(s) {
	const [field, dir] = (s.sort || "").split(".");
	if (!COLUMNS[s.v].some((column) => column.field === field))
		return FIRST_SORT[s.v];
	return [{column: field, dir: dir === "desc" ? "desc" : "asc"}];
}

function groupName(value, count) {
	return h("span", {role: "gridcell"}, value === "" ? "(none)" : String(value), h("span", {class: "n"}, ` ${count}`));
}

const groupBy = (s) => !s.group ? false : s.group === "level" ? standing : (row) => row[s.group] || "";

/** What stands in the place of a list without rows. */
function nothing() {
	const filtered = FILTERS.some((key) => state[key]);
	if (!filtered && state.v === "findings")
		return [h("b", {}, "No finding"),
			h("p", {}, `No rule fired at ${SITES.filter((row) => !row.generic).length} calls. What was checked at each, and what could not be decided, is in the list of call sites.`),
			h("button", {type: "button", onclick: () => setState({v: "sites", kind: "open"}, true)}, "Show what is open")];
	return [h("b", {}, "Nothing matches"), h("p", {}, "No row has all of this."),
		h("button", {type: "button", onclick: () => setState(noFilters(), true)}, "Clear the filters")];
}

/** The rows in the order in which they are seen, groups and all. */
function shownRows() {
	if (!ready)
		return [];
	const walk = (group) => group.getSubGroups().length ? group.getSubGroups().flatMap(walk) : group.getRows();
	const rows = state.group ? table.getGroups().flatMap(walk) : table.getRows("active");
	return rows.map((row) => row.getData());
}

function markCurrent(id) {
	for (const element of byId("table").querySelectorAll(".tabulator-row:not(.tabulator-group)")) {
		const here = element.dataset.id === id;
		element.classList.toggle("current", here);
		element.setAttribute("aria-selected", String(here));
	}
}

/** What the library leaves out for those who hear the page, or who have no mouse. */
function describe() {
	const grid = byId("table"), body = grid.querySelector(".tabulator-table");
	grid.removeAttribute("aria-owns");
	grid.setAttribute("aria-label", state.v === "sites" ? "Call sites" : "Findings");
	grid.querySelector(".tabulator-tableholder").setAttribute("role", "rowgroup");
	body.removeAttribute("role");
	const groupsAreRows = () => body.querySelectorAll(".tabulator-group").forEach((group) => group.setAttribute("role", "row"));
	new MutationObserver(groupsAreRows).observe(body, {childList: true});
	groupsAreRows();
	for (const head of grid.querySelectorAll(".tabulator-col")) {
		head.tabIndex = 0;
		head.addEventListener("keydown", (event) => {
			if (event.key !== "Enter" && event.key !== " ")
				return;
			event.preventDefault();
			event.stopPropagation();
			head.click();
		});
	}
}

function makeTable() {
	const s = state.v === "facts" ? {...state, v: "findings"} : state;
	table = new Tabulator("#table", {
		data: viewRows(s), index: "id", columns: COLUMNS[s.v], layout: "fitColumns", responsiveLayout: "hide",
		height: "100%", rowHeight: 46, initialSort: sorting(s), initialFilter: predicate(s),
		groupBy: groupBy(s), groupHeader: groupName, groupToggleElement: "header", selectableRows: false,
		columnDefaults: {headerSortTristate: false, resizable: false},
		rowFormatter: (row) => {
			const element = row.getElement();
			element.dataset.id = row.getData().id;
			element.classList.toggle("current", row.getData().id === shownId());
			element.setAttribute("aria-selected", String(row.getData().id === shownId()));
		},
	});
	table.on("rowClick", (event, row) => open(row.getData(), true));
	table.on("dataFiltered", () => setTimeout(showStatus));
	table.on("dataSorted", (sorters) => {
		if (!ready || following || !sorters.length)
			return;
		const [{field, dir}] = sorters.slice(-1);
		setState({sort: `${field}.${dir}`});
	});
	table.on("tableBuilt", () => {
		ready = true;
		describe();
		shown = {...tableKey(s), v: s.v};
		follow(state);
		followDetail(state);
		requestAnimationFrame(() => performance.mark("gup-ready"));
	});
}

let shown = {};
let following = false;
const tableKey = (s) => ({v: s.v, sort: s.sort || "", group: s.group || "",
	filter: JSON.stringify([s.other, s.sup, s.v, ...FILTERS.map((key) => s[key] || "")])});

/** Bring the table to state @s; what did not change is left alone. */
function follow(s) {
	if (!ready || s.v === "facts")
		return showStatus();
	const next = tableKey(s);
	if (next.v !== shown.v) {
		ready = false;
		table.destroy();
		makeTable();
		return;
	}
	following = true;
	table.blockRedraw();
	if (next.filter !== shown.filter)
		table.setFilter(predicate(s));
	if (next.group !== shown.group)
		table.setGroupBy(groupBy(s));
	if (next.sort !== shown.sort)
		table.setSort(sorting(s));
	table.restoreRedraw();
	following = false;
	shown = next;
	showStatus();
}

function showStatus() {
	if (!ready)
		return;
	const all = viewRows(state).filter((row) => inScope(row, state)).length;
	const rows = table.getDataCount("active");
	byId("empty").replaceChildren(...(rows ? [] : nothing()));
	byId("empty").hidden = rows > 0;
	const wasHidden = byId("table").hidden;
	byId("table").hidden = !rows;
	if (wasHidden && rows)
		table.redraw(true);
	const what = state.v === "sites" ? "calls" : "findings";
	byId("status").textContent = rows === all ? `${all} ${what}` : `${rows} of ${all} ${what}`;
}
