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

/** Is @step in @window of @file? */
const isIn = (step, file, window) => step.file === file && step.line >= window.first && step.line < window.first + window.lines.length;

const AROUND = 3;

/**
 * The source in the order of the path: [{file, window, from, to, steps}]. A window to which the path
 * comes back is shown again, and each time only around the steps. What is off the path comes last.
 */
function alongPath(src, steps) {
	const all = src.flatMap(({file, windows}) => windows.map((window) => ({file, window})));
	const parts = [];
	for (const step of steps) {
		const home = all.find(({file, window}) => isIn(step, file, window));
		const last = parts[parts.length - 1];
		if (home && last && last.window === home.window)
			last.steps.push(step);
		else if (home)
			parts.push({...home, steps: [step]});
	}
	for (const part of parts) {
		const lines = part.steps.map((step) => step.line), isOnce = parts.filter(({window}) => window === part.window).length === 1;
		const end = part.window.first + part.window.lines.length - 1;
		part.from = isOnce ? part.window.first : Math.max(part.window.first, Math.min(...lines) - AROUND);
		part.to = isOnce ? end : Math.min(end, Math.max(...lines) + AROUND);
	}
	const off = all.filter(({window}) => !parts.some((part) => part.window === window));
	return [...parts, ...off.map(({file, window}) => ({file, window, steps: [], from: window.first, to: window.first + window.lines.length - 1}))];
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
	const steps = numbered(row.steps), parts = alongPath(row.src, steps), blocks = [];
	for (const {file, window, from, to, steps: mine} of parts) {
		const lines = window.lines.slice(from - window.first, to - window.first + 1).map((flat, k) => sourceLine(from + k, flat,
			file === row.file && from + k === row.line, mine.filter((step) => step.line === from + k)));
		const last = blocks[blocks.length - 1];
		if (last && last.file === file)
			last.lines.push(h("div", {class: "gap", "aria-hidden": "true"}, "⋯"), lines);
		else
			blocks.push({file, lines: [lines]});
	}
	const shown = blocks.map(({file, lines}) => [blocks.length > 1 ? h("div", {class: "filename"}, h("bdi", {}, file)) : null,
		h("div", {class: "source", tabindex: "0", role: "region", "aria-label": `Source of ${file}`}, lines)]);
	const lost = steps.filter((step) => !parts.some(({file, window}) => isIn(step, file, window)));
	return [...shown, ...lost.map((step) => h("p", {class: "lost"}, `Step ${step.number}, ${step.file}:${step.line}: `,
		step.text, " ", valueList(step.values)))];
}
