// SPDX-License-Identifier: GPL-2.0-only
// Put it together.

function followView(s) {
	for (const tab of document.querySelectorAll("[role=tab]")) {
		const here = tab.dataset.view === s.v;
		tab.setAttribute("aria-selected", String(here));
		tab.tabIndex = here ? 0 : -1;
	}
	const facts = s.v === "facts";
	byId("panes").hidden = facts;
	byId("filters").hidden = facts;
	byId("facts").hidden = !facts;
	byId("list").setAttribute("aria-labelledby", `tab-${facts ? "findings" : s.v}`);
}

try {
	const theme = localStorage.getItem("gup-audit-theme");
	if (theme)
		document.documentElement.dataset.theme = theme;
} catch {
	// a page without storage has the system's theme
}
const tabs = [...document.querySelectorAll("[role=tab]")];
for (const tab of tabs) {
	tab.addEventListener("click", () => setState({v: tab.dataset.view, id: ""}, true));
	tab.addEventListener("keydown", (event) => {
		const by = {ArrowRight: 1, ArrowLeft: -1}[event.key];
		if (!by)
			return;
		const next = tabs[(tabs.indexOf(tab) + by + tabs.length) % tabs.length];
		setState({v: next.dataset.view, id: ""}, true);
		next.focus();
	});
}
byId("theme").addEventListener("click", toggleTheme);
byId("help").addEventListener("click", () => byId("keys").showModal());
document.addEventListener("keydown", onKey);
document.addEventListener("click", (event) => {
	for (const menu of document.querySelectorAll("details.menu[open], #more[open]"))
		if (!menu.contains(event.target))
			menu.open = false;
});
makeFilters();
onState(followView);
followView(state);
makeTable();
onState(follow);
onState(followDetail);
