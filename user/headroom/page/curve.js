// SPDX-License-Identifier: GPL-2.0
// The curve of refaults over extra memory, with its interval, of the chosen cgroup

const curvePoints = 240;
let curveChart = null;

// Refaults at @bytes on the curve that columns @x and @y of the points are; straight between two points
function curveAt(points, x, y, bytes) {
	let i = 0;

	while (i < points.length && points[i][x] !== null && points[i][x] <= bytes)
		i++;
	if (i === 0)
		return points[0][y];
	if (i === points.length || points[i][x] === null)
		return points[i - 1][y];
	const [low, high] = [points[i - 1], points[i]], share = (bytes - low[x]) / (high[x] - low[x]);
	return low[y] + (high[y] - low[y]) * share;
}

// As far as there is something to save, or up to the horizon
function curveReach(curve) {
	const least = curve.points[0][1] * 0.002;
	const end = curve.points.find(point => point[1] <= least);

	return Math.min(Math.max(end ? end[0] * 1.15 : Infinity, curve.extra_bytes * 1.3), curve.horizon_bytes) || 1;
}

function curveData(curve) {
	const reach = curveReach(curve), x = [], lines = [[], [], []];

	for (let i = 0; i <= curvePoints; i++) {
		const bytes = reach * i / curvePoints;
		x.push(bytes);
		[0, 2, 4].forEach((column, line) => { lines[line].push(curveAt(curve.points, column, column + 1, bytes)); });
	}
	return [x, ...lines];
}

// The memory that saves most refaults, with its interval
function drawSaving(curve) {
	return u => {
		const { ctx, bbox } = u, ratio = devicePixelRatio, at = bytes => u.valToPos(bytes, "x", true);
		const high = curve.extra_high_bytes === null ? u.scales.x.max : curve.extra_high_bytes;

		ctx.save();
		ctx.fillStyle = ctx.strokeStyle = "#009e73";
		ctx.globalAlpha = 0.18;
		ctx.fillRect(at(curve.extra_low_bytes), bbox.top, Math.max(at(high) - at(curve.extra_low_bytes), ratio), bbox.height);
		ctx.globalAlpha = 1;
		ctx.lineWidth = 2 * ratio;
		ctx.setLineDash([5 * ratio, 3 * ratio]);
		ctx.beginPath();
		ctx.moveTo(at(curve.extra_bytes), bbox.top);
		ctx.lineTo(at(curve.extra_bytes), bbox.top + bbox.height);
		ctx.stroke();
		ctx.restore();
	};
}

function curveOptions(curve, width) {
	const line = color("--accent"), axis = { stroke: color("--soft"), grid: { stroke: color("--grid"), width: 1 }, ticks: { show: false } };

	return {
		width, height: 240, padding: [10, 16, 0, 0], legend: { show: false },
		scales: { x: { time: false }, y: { range: (u, min, max) => [0, max * 1.05 || 1] } },
		cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
		axes: [{ ...axis, values: (u, splits) => splits.map(formatBytes), label: "memory beyond what it had", labelSize: 22, incrs: binarySteps, space: 90 },
		       { ...axis, values: (u, splits) => splits.map(formatRate), size: 62 }],
		series: [{}, { stroke: line, width: 2 }, { stroke: line, width: 0 }, { stroke: line, width: 0 }],
		bands: [{ series: [3, 2], fill: `${line}40` }],
		hooks: { draw: curve.matters ? [drawSaving(curve)] : [], setCursor: [showCurveValue] },
	};
}

function showCurveValue(u) {
	const { idx } = u.cursor, at = document.getElementById("curve-at");

	if (!at)
		return;
	at.textContent = idx === null || idx === undefined ? "" : `with ${formatBytes(u.data[0][idx])} more: ${formatRate(u.data[1][idx])} refaults/s ` +
		`(${formatRate(u.data[2][idx])} to ${formatRate(u.data[3][idx])})`;
}

function curveText(curve) {
	const saved = formatPercent(curve.saved_share);
	const interval = curve.extra_high_bytes === null ? `at least ${formatBytes(curve.extra_low_bytes)}, without an upper bound` :
		`95 % interval ${formatBytes(curve.extra_low_bytes)} to ${formatBytes(curve.extra_high_bytes)}`;
	const gain = curve.matters ? `${formatBytes(curve.extra_bytes)} more would have saved ${saved} of the refaults (${interval}; green). ` :
		"There were too few refaults for more memory to gain much. ";

	return `${gain}The line is the estimate, the band around it the 95 % interval. Horizon: ${formatBytes(curve.horizon_bytes)}; beyond it nothing is known, ` +
		`perhaps up to ${formatRate(curve.beyond_per_s)} refaults/s need more. The prediction assumes a steady load. It rests on ${formatExact(curve.refaults)} refaults from ` +
		`${formatClock(state.data, curve.from_ms / 1000)} to ${formatClock(state.data, curve.to_ms / 1000)}, of ${curve.pool === "target" ? "the cgroup and all below it as one pool" : "the cgroup's own pages"}.`;
}

function drawCurve() {
	const cgroup = state.data.cgroups[state.cgroup], { curve } = cgroup, body = element("div", {});

	if (curveChart)
		curveChart.destroy();
	curveChart = null;
	replace("curve-chart", element("div", { class: "chart" }, element("div", { class: "head" },
		element("h3", { class: "name" }, cgroup.name), element("span", { class: "unit" }, "refaults a second"),
		element("span", { class: "at", id: "curve-at" })), body));
	replace("curve-note", curve ? curveText(curve) : "Too few refaults were recorded for a prediction.");
	if (curve)
		curveChart = new uPlot(curveOptions(curve, chartWidth(body)), curveData(curve), body);
}

function startCurve() {
	listen("cgroup", drawCurve);
	new ResizeObserver(() => {
		const width = chartWidth(document.getElementById("curve-chart"));
		if (curveChart && !onPaper && curveChart.width !== width)
			curveChart.setSize({ width, height: 240 });
	}).observe(document.getElementById("curve-chart"));
}
