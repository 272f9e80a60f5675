// SPDX-License-Identifier: GPL-2.0
// The charts over time: stalls by cause, refaults, memory; with gaps and decisions as marks

const sync = uPlot.sync("time");
const charts = [];

const limitLines = [
	{ key: "max", label: "memory.max", color: "--mark", style: "solid", dash: [] },
	{ key: "above", label: "limit above", color: "--mark", style: "dotted", dash: [1, 5] },
	{ key: "high", label: "memory.high", color: "#cc79a7", style: "dashed", dash: [8, 4] },
	{ key: "low", label: "memory.low", color: "#009e73", style: "solid", dash: [] },
	{ key: "min", label: "memory.min", color: "#e69f00", style: "dotted", dash: [2, 3] },
];

const resolve = name => name.startsWith("--") ? color(name) : name;

// --- what each chart has: lines with values by row ---

// Stacked: each line is drawn on top of the sum of those before it
function stallLines(data, series) {
	const unit = 1e6;
	const lines = data.causes.filter(cause => series.causes[cause.name]).map(cause => ({
		label: cause.label, name: cause.name, color: causeColor(cause.name), area: 1, step: true,
		values: rates(data, series.causes[cause.name], unit),
	}));

	lines.sort((a, b) => total(b.values) - total(a.values));
	if (!lines.length)
		lines.push({ label: "waiting", name: "waiting", color: causeColor("other"), area: 1, step: true,
			     values: rates(data, series.waiting, unit) });
	return lines;
}

const total = values => values.reduce((sum, value) => sum + (value || 0), 0);

function pageLines(data, series) {
	return [
		{ label: "refaults", name: "refaults", color: "#d55e00", area: 0.25, step: true,
		  values: rates(data, series.refaults, 1) },
		{ label: "evictions", name: "evictions", color: "#56b4e9", dash: [6, 3], style: "dashed", step: true,
		  hidden: total(series.evictions) > 8 * total(series.refaults),
		  values: rates(data, series.evictions, 1) },
	];
}

function memoryLines(data, series) {
	const finite = values => values.map(value => value === Infinity ? null : value);
	const lines = [{ label: "memory.current", name: "current", color: "#0072b2", area: 0.2,
			 values: series.current }];

	if (series.swap.some(value => value))
		lines.push({ label: "memory.swap.current", name: "swap", color: "#56b4e9", dash: [6, 3],
			     style: "dashed", values: series.swap });
	for (const limit of limitLines) {
		const values = finite(series[limit.key]);
		// An ancestor's limit matters where it is the smaller one
		if (limit.key === "above" && !values.some((value, i) => value !== null && value < series.max[i]))
			continue;
		if (values.some(value => value))
			lines.push({ label: limit.label, name: limit.key, color: resolve(limit.color), dash: limit.dash,
				     style: limit.style, step: true, width: 2, values });
	}
	return lines;
}

const kinds = [
	{ id: "stall", title: "Waiting, by cause", unit: "tasks that wait, on average", lines: stallLines, stack: true,
	  format: formatTasks, none: "Stalls are unknown: none were recorded.", height: 230 },
	{ id: "pages", title: "Refaults and evictions", unit: "pages a second", lines: pageLines,
	  format: formatRate, none: "Refaults are unknown: none were recorded.", height: 170 },
	{ id: "memory", title: "Memory, limits and protection", unit: "", lines: memoryLines,
	  format: formatBytes, none: "Memory is unknown: the recording has no memory.current of this cgroup.", height: 190 },
];

// --- drawing on the canvas ---

// Nothing is drawn in gaps: shade them, so that they are not taken for calm
function drawGaps(u) {
	const { ctx, bbox } = u, data = state.data;

	ctx.save();
	ctx.fillStyle = color("--gap");
	for (const gap of data.gaps) {
		const from = u.valToPos(data.time[gap.row - 1], "x", true);
		const to = u.valToPos(data.time[Math.min(gap.row + 1, data.time.length - 1)], "x", true);
		const left = Math.max(from, bbox.left), right = Math.min(Math.max(to, from + 1), bbox.left + bbox.width);
		if (right > left)
			ctx.fillRect(left, bbox.top, right - left, bbox.height);
	}
	ctx.restore();
}

const isAct = decision => decision.kind !== "decision" && decision.kind !== "gap";

// An act is a filled triangle on a line, a change of mind a small open one. Those about other cgroups are faint.
function drawMarks(u) {
	const { ctx, bbox } = u, ratio = devicePixelRatio;

	ctx.save();
	ctx.strokeStyle = ctx.fillStyle = color("--mark");
	ctx.lineWidth = ratio;
	for (const decision of state.data.decisions) {
		const x = u.valToPos(decision.time_ms / 1000, "x", true), size = (isAct(decision) ? 6 : 4) * ratio;
		if (decision.kind === "gap" || x < bbox.left || x > bbox.left + bbox.width)
			continue;
		ctx.globalAlpha = isRelated(state.data, decision.cgroup, state.cgroup) ? 1 : 0.25;
		if (isAct(decision)) {
			ctx.setLineDash([4 * ratio, 3 * ratio]);
			ctx.beginPath();
			ctx.moveTo(x, bbox.top);
			ctx.lineTo(x, bbox.top + bbox.height);
			ctx.stroke();
			ctx.setLineDash([]);
		}
		ctx.beginPath();
		ctx.moveTo(x - size, bbox.top - size * 1.4);
		ctx.lineTo(x + size, bbox.top - size * 1.4);
		ctx.lineTo(x, bbox.top);
		ctx.closePath();
		if (isAct(decision))
			ctx.fill();
		else
			ctx.stroke();
	}
	ctx.restore();
}

// --- the options of uPlot ---

function timeAxis() {
	return {
		stroke: color("--soft"), grid: { stroke: color("--grid"), width: 1 }, ticks: { stroke: color("--line"), width: 1 },
		values: (u, splits) => {
			const step = splits.length > 1 ? splits[1] - splits[0] : 1;
			return splits.map(s => {
				const { day, clock, ms } = timeParts(state.data, s);
				return clock === "00:00:00" ? day.slice(5) : step >= 60 ? clock.slice(0, 5) :
					step >= 1 ? clock : `${clock.slice(6)}.${ms}`;
			});
		},
		space: 70,
	};
}

function valueAxis(kind) {
	return {
		stroke: color("--soft"), grid: { stroke: color("--grid"), width: 1 }, ticks: { show: false },
		values: (u, splits) => splits.map(kind.format), size: 74, space: 34,
		incrs: kind.id === "memory" ? binarySteps : undefined,
	};
}

const binarySteps = Array.from({ length: 50 }, (_, i) => 2 ** i);

function seriesOptions(line) {
	const fill = line.area ? line.color + (line.area === 1 ? "" : Math.round(line.area * 255).toString(16).padStart(2, "0")) : undefined;

	return {
		label: line.label, stroke: line.color, width: line.area === 1 ? 0.6 : line.width || 1.4, fill, dash: line.dash,
		paths: line.step ? uPlot.paths.stepped({ align: -1 }) : uPlot.paths.linear(),
		points: { show: false }, spanGaps: false, show: !line.hidden,
	};
}

// From 0 to the largest value in view; memory to a whole step, which its labels then have
function valueRange(u, min, max) {
	return [0, max > 0 ? max * 1.08 : 1];
}

// Each line on top of the sum of those behind it in the list: the first one is drawn first, and is the sum of all
function stacked(lines) {
	const sums = lines.map(() => null);
	let above = null;

	for (let i = lines.length - 1; i >= 0; i--) {
		const below = above, shown = !lines[i].hidden;
		above = lines[i].values.map((value, row) => value === null ? null :
			(shown ? value : 0) + (below ? below[row] || 0 : 0));
		sums[i] = above;
	}
	return sums;
}

// A step ends at its row, so the first one behind a row without a value begins there
function begun(values) {
	const gaps = new Set(state.data.gaps.map(gap => gap.row));
	return values.map((value, row) => value === null && row + 1 < values.length && !gaps.has(row) ? values[row + 1] : value);
}

function drawn(chart) {
	const lines = chart.kind.stack ? stacked(chart.lines) : chart.lines.map(line => line.values);
	return lines.map((values, i) => chart.lines[i].step ? begun(values) : values);
}

function chartOptions(chart) {
	return {
		width: chartWidth(chart.body), height: chart.kind.height, padding: [14, 8, 0, 0],
		legend: { show: false }, scales: { x: { time: true, min: state.view[0], max: state.view[1] }, y: { range: valueRange } },
		tzDate: s => { const date = new Date((s + state.data.utc_offset_s) * 1000); return new Date(date.getTime() + date.getTimezoneOffset() * 60000); },
		cursor: {
			sync: { key: sync.key, setSeries: false }, y: false, drag: { x: true, y: false, setScale: false },
			points: { show: false }, bind: { dblclick: () => () => { setView(...wholeTime()); return null; } },
		},
		axes: [timeAxis(), valueAxis(chart.kind)],
		series: [{}, ...chart.lines.map(seriesOptions)],
		hooks: {
			drawAxes: [drawGaps], draw: [drawMarks], setSelect: [select],
			setCursor: [u => { if (u.cursor.event && u === hovered()) follow(u); }],
		},
	};
}

const chartWidth = body => onPaper ? 660 : Math.max(body.clientWidth, 200);
const hovered = () => (charts.find(chart => chart.u && chart.u.over.matches(":hover")) || charts[0]).u;

function select(u) {
	if (u.select.width > 3)
		setView(u.posToVal(u.select.left, "x"), u.posToVal(u.select.left + u.select.width, "x"));
	u.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
}

// A pointer that rests gets events as well, when the page is scrolled below it
const pointer = { x: 0, y: 0, rests: false, pressed: false };

function watchPointer() {
	document.addEventListener("mousemove", ({ clientX, clientY }) => {
		pointer.rests = clientX === pointer.x && clientY === pointer.y;
		pointer.x = clientX;
		pointer.y = clientY;
	}, true);
	for (const [event, pressed] of [["pointerdown", true], ["pointerup", false], ["pointercancel", false]])
		document.addEventListener(event, () => { pointer.pressed = pressed; }, true);
}

// The row below the pointer, and the decisions near it
function follow(u) {
	const { idx, left } = u.cursor;

	if (pointer.rests && !state.pointed)
		return;
	if (idx === null || idx === undefined || left < 0) {
		leave();
		return;
	}
	const near = state.data.decisions.filter(decision => decision.kind !== "gap" &&
		Math.abs(u.valToPos(decision.time_ms / 1000, "x") - left) <= 7);
	setRow(idx, near.length ? near : null, true);
}

function leave() {
	if (state.pointed)
		setRow(null);
}

// --- around a chart ---

function legendItem(chart, line, i) {
	const swatch = element("i", { class: line.area === 1 || (line.area && !line.dash) ? null : `line ${line.style || "solid"}` });

	swatch.style.background = swatch.style.borderColor = line.color;
	return element("li", {}, element("button", {
		type: "button", "aria-pressed": String(!line.hidden), title: "Show or hide",
		onclick: event => {
			line.hidden = chart.hidden[line.name] = !line.hidden;
			event.currentTarget.setAttribute("aria-pressed", String(!line.hidden));
			chart.u.setSeries(i + 1, { show: !line.hidden }, false);
			chart.u.setData([state.data.time, ...drawn(chart)], false);
			chart.u.redraw();
			showValues(chart);
		},
	}, swatch, line.label, element("b", { "data-line": line.name })));
}

// Mean of a line over the view; of memory, the last value
function summary(chart, line) {
	const [from, to] = [rowAt(state.view[0]), rowAt(state.view[1])], data = state.data;
	let sum = 0, time = 0, last = null;

	for (let row = from; row <= to; row++) {
		if (line.values[row] === null)
			continue;
		last = line.values[row];
		sum += last * data.length[row];
		time += data.length[row];
	}
	return chart.kind.id === "memory" ? last : time ? sum / time : null;
}

function valueOf(chart, line) {
	return state.row === null ? summary(chart, line) : line.values[state.row];
}

function valueText(chart, line) {
	const value = valueOf(chart, line);

	if (value !== null)
		return chart.kind.format(value);
	return ["max", "high", "above"].includes(line.name) && !inGap() ? "max" : "unknown";
}

const inGap = () => state.row !== null && state.data.gaps.some(gap => gap.row === state.row);

function showValues(chart) {
	chart.at.textContent = state.row === null ? (chart.kind.id === "memory" ? "at the end of the view" : "mean of the view") :
		`at ${formatClock(state.data, state.data.time[state.row])}${inGap() ? ", in a gap" : ""}`;
	chart.lines.forEach(line => {
		chart.legend.querySelector(`[data-line="${line.name}"]`).textContent = valueText(chart, line);
	});
}

function makeChart(kind) {
	const chart = {
		kind, lines: [], hidden: {}, u: null, at: element("span", { class: "at" }),
		legend: element("ul", { class: "keys" }), body: element("div", { class: "plot" }),
	};

	chart.root = element("div", { class: "chart", id: `chart-${kind.id}` },
		element("div", { class: "head" }, element("h3", {}, kind.title), element("span", { class: "unit" }, kind.unit), chart.at),
		chart.legend, chart.body);
	document.getElementById("charts").append(chart.root);
	return chart;
}

// Draw a chart from the start, for another cgroup, in other colours or with other data
function drawChart(chart) {
	const data = state.data, cgroup = data.cgroups[state.cgroup];

	chart.lines = chart.kind.lines(data, seriesOf(data, cgroup));
	chart.lines.forEach(line => { line.hidden = chart.hidden[line.name] ?? line.hidden; });
	if (chart.u)
		chart.u.destroy();
	chart.u = null;
	chart.body.replaceChildren();
	const known = chart.lines.some(line => line.values.some(value => value !== null));
	chart.legend.replaceChildren(...known ? chart.lines.map((line, i) => legendItem(chart, line, i)) : []);
	if (!known) {
		chart.body.append(element("p", { class: "note" }, chart.kind.none));
		return;
	}
	chart.u = new uPlot(chartOptions(chart), [data.time, ...drawn(chart)], chart.body);
	chart.u.root.setAttribute("role", "img");
	chart.u.root.setAttribute("aria-label", `${chart.kind.title} of ${cgroup.name}; the keys ← and → read out values`);
	chart.u.over.addEventListener("mouseleave", leave);
	showValues(chart);
}

const drawCharts = () => charts.forEach(drawChart);

function viewChanged() {
	charts.forEach(chart => {
		if (!chart.u)
			return;
		chart.u.setScale("x", { min: state.view[0], max: state.view[1] });
		showValues(chart);
	});
}

// Move the cursor of the charts when a key, and not the pointer, has moved it
function rowChanged() {
	charts.forEach(chart => {
		if (!chart.u)
			return;
		showValues(chart);
		if (!state.pointed)
			chart.u.setCursor({ left: state.row === null ? -10 : chart.u.valToPos(state.data.time[state.row], "x"), top: 10 }, false);
	});
}

// What the charts say at the row, for those who cannot see them
function spokenValues() {
	const at = formatClock(state.data, state.data.time[state.row]);
	const parts = charts.filter(chart => chart.u).flatMap(chart => chart.lines.filter(line => !line.hidden)
		.map(line => `${line.label} ${valueText(chart, line)}`));

	return `${at}${inGap() ? ", in a gap" : ""}: ${parts.join(", ")}`;
}

function startCharts() {
	watchPointer();
	kinds.forEach(kind => { charts.push(makeChart(kind)); });
	listen("cgroup", drawCharts);
	listen("view", viewChanged);
	listen("row", rowChanged);
	new ResizeObserver(() => charts.forEach(chart => {
		if (chart.u && !onPaper && chart.u.width !== chartWidth(chart.body))
			chart.u.setSize({ width: chartWidth(chart.body), height: chart.kind.height });
	})).observe(document.getElementById("charts"));
}
