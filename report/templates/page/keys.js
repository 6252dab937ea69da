// SPDX-License-Identifier: GPL-2.0-only
// The keyboard. What the keys do stands in the dialog that ? opens.

function nextGroup() {
	const names = Object.keys(GROUPS);
	const group = names[(names.indexOf(state.group || "") + 1) % names.length];
	setState({group}, true);
	announce(group ? `Grouped by ${GROUPS[group]}` : "No groups");
}

function toggleTheme() {
	const root = document.documentElement;
	const dark = root.dataset.theme ? root.dataset.theme === "dark" : window.matchMedia("(prefers-color-scheme: dark)").matches;
	root.dataset.theme = dark ? "light" : "dark";
	try {
		localStorage.setItem("gup-audit-theme", root.dataset.theme);
	} catch {
		// a page without storage forgets it
	}
}

const KEYS = {
	j: () => move(1), ArrowDown: () => move(1), k: () => move(-1), ArrowUp: () => move(-1),
	Enter: () => openRow && (open(openRow, true), byId("detail").focus()),
	Escape: () => document.body.classList.contains("detail-open") && close(),
	"/": () => byId("filter-q").focus(),
	f: () => { byId("more").open = !byId("more").open; byId("more").open && byId("filter-path").focus(); },
	x: () => setState(noFilters(), true),
	g: nextGroup,
	c: () => openRow && copyLink(openRow),
	1: () => setState({v: "findings", id: ""}, true),
	2: () => setState({v: "sites", id: ""}, true),
	3: () => setState({v: "facts", id: ""}, true),
	t: toggleTheme,
	"?": () => byId("keys").showModal(),
};

function onKey(event) {
	if (event.ctrlKey || event.metaKey || event.altKey || byId("keys").open)
		return;
	const field = event.target.closest("input, select, textarea");
	if (field) {
		if (event.key === "Escape" || event.key === "Enter" && field.type === "search")
			field.blur();
		return;
	}
	const control = event.target.closest("button, a, summary, [role=region]");
	if (control && ["Enter", "ArrowDown", "ArrowUp", " "].includes(event.key))
		return;
	const inDetail = event.target.closest("#detail");
	if (inDetail && ["ArrowDown", "ArrowUp", "Enter"].includes(event.key) || state.v === "facts" && !/^[123t?]$/.test(event.key))
		return;
	const action = KEYS[event.key];
	if (!action)
		return;
	event.preventDefault();
	action();
}
