// SPDX-License-Identifier: GPL-2.0-only
// Source with the path through it: each step stands under the line that it is about.

/** A line as [class, text, class, text, …] into spans. */
function sourceText(flat) {
	const parts = [];
	for (let i = 0; i < flat.length; i += 2)
		parts.push(flat[i] ? h("span", {class: `s-${flat[i]}`}, flat[i + 1]) : flat[i + 1]);
	return parts;
}

/** The value of each name so far; what changed at this step is marked. */
function valueList(values, before) {
	return h("span", {class: "values"}, Object.entries(values).map(([name, value]) =>
		h("span", {class: before && before[name] !== value ? "value changed" : "value"}, name, " = ", h("b", {}, value))));
}

function stepNotes(steps) {
	return steps.map((step) => h("div", {class: "step", id: `step-${step.number}`},
		h("span", {class: "number"}, String(step.number)), h("span", {class: "what"}, step.text, " ",
			valueList(step.values, step.before))));
}

function sourceLine(number, flat, here, steps) {
	const row = h("div", {class: `line${here ? " here" : ""}${steps.length ? " on-path" : ""}`},
		h("span", {class: "ln"}, String(number)), h("code", {}, sourceText(flat)));
	return [row, ...stepNotes(steps)];
}

/** @windows in the order in which the path first enters them; those off the path come last. */
function alongPath(windows, file, steps) {
	const first = (window) => {
		const step = steps.find((one) => one.file === file && one.line >= window.first && one.line < window.first + window.lines.length);
		return step ? step.number : Infinity;
	};
	return [...windows].sort((a, b) => first(a) - first(b) || a.first - b.first);
}

/** Steps numbered, each with what was known before it. */
function numbered(steps) {
	let known = {};
	return steps.map((step, i) => {
		const result = {...step, number: i + 1, before: known};
		known = {...known, ...step.values};
		return result;
	});
}

/** The last known value of each name along the path: the example that makes it go wrong. */
const witness = (steps) => Object.assign({}, ...steps.map((step) => step.values));

function sourceBlock(row) {
	const steps = numbered(row.steps);
	const blocks = row.src.map(({file, windows}, index) => {
		const lines = alongPath(windows, file, steps).map((window, i) => [
			i ? h("div", {class: "gap", "aria-hidden": "true"}, "⋯") : null,
			window.lines.map((flat, k) => sourceLine(window.first + k, flat,
				index === 0 && window.first + k === row.line,
				steps.filter((step) => step.file === file && step.line === window.first + k))),
		]);
		const name = h("div", {class: "filename"}, h("bdi", {}, file));
		return [row.src.length > 1 ? name : null,
			h("div", {class: "source", tabindex: "0", role: "region", "aria-label": `Source of ${file}`}, lines)];
	});
	const lost = steps.filter((step) => !row.src.some(({file, windows}) => file === step.file && windows.some((window) =>
		step.line >= window.first && step.line < window.first + window.lines.length)));
	return [...blocks, ...lost.map((step) => h("p", {class: "lost"}, `Step ${step.number}, ${step.file}:${step.line}: `,
		step.text, " ", valueList(step.values)))];
}
