// SPDX-License-Identifier: GPL-2.0-only
// What is shown lives in the URL's hash, so that a link shows the same and Back goes back.

const VIEWS = ["findings", "sites", "facts"];
const GROUPS = {"": "no groups", rule: "rule", level: "level", sub: "subsystem", dir: "directory", file: "file"};

function parseHash(hash) {
	const state = {};
	for (const [key, value] of new URLSearchParams(hash.replace(/^#/, "")))
		if (value)
			state[key] = value;
	if (!VIEWS.includes(state.v))
		state.v = "findings";
	if (!(state.group in GROUPS))
		delete state.group;
	return state;
}

function formatHash(state) {
	const entries = Object.entries(state).filter(([key, value]) => value && !(key === "v" && value === "findings"));
	return "#" + new URLSearchParams(entries).toString();
}

let state = parseHash(location.hash);
const listeners = [];

/**
 * Change the state by @patch and tell everybody. Steps that a reader would want to undo with
 * Back make a new entry of the history; typing and walking along rows do not.
 */
function setState(patch, isStep) {
	state = {...state, ...patch};
	const hash = formatHash(state);
	if (hash !== location.hash && !(hash === "#" && !location.hash))
		history[isStep ? "pushState" : "replaceState"](null, "", hash);
	listeners.forEach((listener) => listener(state));
}

function onState(listener) {
	listeners.push(listener);
}

for (const event of ["hashchange", "popstate"])
	window.addEventListener(event, () => {
		state = parseHash(location.hash);
		listeners.forEach((listener) => listener(state));
	});

/** A link to one row, with nothing else chosen. */
const linkTo = (row) => location.href.split("#")[0] + formatHash({
	v: row.kind === "fail" ? "findings" : "sites", id: row.id, other: row.generic ? "1" : ""});
