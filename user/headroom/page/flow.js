// SPDX-License-Identifier: GPL-2.0
// Who took from whom: the largest flows as bars, and all as a matrix

const flowMetrics = [["evictions", "evicted"], ["refaults", "evicted and read back"]];
let flowMetric = "evictions";

// The flows of all reasons between two cgroups are one
function sumFlows(data) {
	const sums = new Map();

	for (const flow of data.flows) {
		const key = `${flow.victim} ${flow.evictor}`;
		const sum = sums.get(key) || { victim: flow.victim, evictor: flow.evictor, evictions: 0, refaults: 0, reasons: new Map() };
		sum.evictions += flow.evictions;
		sum.refaults += flow.refaults;
		sum.reasons.set(flow.reason, (sum.reasons.get(flow.reason) || 0) + flow.evictions);
		sums.set(key, sum);
	}
	return [...sums.values()].sort((a, b) => b.evictions - a.evictions);
}

const reasonText = reason => reason ? reason.replaceAll("_", " ") : "unknown reason";
const mainReason = flow => [...flow.reasons].sort((a, b) => b[1] - a[1])[0][0];

function cgroupName(data, number) {
	return number === null ? "unknown" : data.cgroups[number].name;
}

function cgroupLink(data, number) {
	if (number === null)
		return element("span", {}, "another cgroup");
	return element("button", { type: "button", class: "as-link name", onclick: () => { pickCgroup(number); } },
		data.cgroups[number].name);
}

function flowBar(data, flow, most) {
	const back = Math.min(flow.refaults, flow.evictions), width = 100 * flow.evictions / most;
	const bar = element("div", { class: "length", role: "img", "aria-label": `${formatPercent(back / flow.evictions)} were read back` },
		element("span", { class: "back" }), element("span", { class: "gone" }));

	bar.children[0].style.width = `${width * back / flow.evictions}%`;
	bar.children[1].style.width = `${width * (1 - back / flow.evictions)}%`;
	return element("div", { class: "flow" }, element("p", {}, cgroupLink(data, flow.evictor), " took ",
		element("b", {}, `${formatExact(flow.evictions)} pages`), ` (${formatBytes(flow.evictions * data.page_size)}) from `,
		cgroupLink(data, flow.victim), `, ${reasonText(mainReason(flow))}; ${formatPercent(back / flow.evictions)} of them were read back`), bar);
}

function drawFlows(data, flows) {
	const others = flows.filter(flow => flow.evictor !== flow.victim && flow.evictor !== null && flow.evictions);
	const shown = others.slice(0, 6);

	if (!data.blame_known)
		replace("flow-list", element("p", { class: "note" }, "Unknown: the recording has no evictors."));
	else if (!shown.length)
		replace("flow-list", element("p", { class: "note" }, "No cgroup is known to have taken pages from another one."));
	else
		replace("flow-list", ...shown.map(flow => flowBar(data, flow, shown[0].evictions)),
			element("p", { class: "note" }, "Solid: pages that were read back, so that taking them cost something. Striped: pages that were not needed again. A page that is evicted twice counts twice."));
}

// The cgroups with the largest sums in one role, and unknown at the end
function largest(flows, role, most) {
	const sums = new Map();

	for (const flow of flows)
		sums.set(flow[role], (sums.get(flow[role]) || 0) + flow.evictions);
	return [...sums].sort((a, b) => (a[0] === null) - (b[0] === null) || b[1] - a[1]).slice(0, most).map(([number]) => number);
}

function matrixCell(data, flow, victim, evictor, most) {
	const value = flow ? flow[flowMetric] : 0;
	const cell = element("td", { class: victim === evictor ? "self" : null,
		title: flow ? `${cgroupName(data, evictor)} from ${cgroupName(data, victim)}: ${formatExact(flow.evictions)} pages evicted, ${formatExact(flow.refaults)} read back` : null },
		value ? formatCount(value) : "–");

	if (value && victim !== evictor)
		cell.style.background = `rgba(var(--heat), ${(0.1 + 0.5 * value / most).toFixed(2)})`;
	return cell;
}

function drawMatrix(data, flows) {
	const victims = largest(flows, "victim", 12), evictors = largest(flows, "evictor", 10);
	const find = (victim, evictor) => flows.find(flow => flow.victim === victim && flow.evictor === evictor);
	const most = Math.max(1, ...flows.filter(flow => flow.victim !== flow.evictor).map(flow => flow[flowMetric]));

	if (!flows.length) {
		replace("matrix");
		return;
	}
	replace("matrix", metricChoice(data, flows), element("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Pages by victim and evictor" },
		element("table", {},
			element("thead", {}, element("tr", {}, element("th", { class: "side", scope: "col" }, "from ↓   by →"),
				...evictors.map(number => element("th", { scope: "col", class: "name" }, cgroupName(data, number))))),
			element("tbody", {}, ...victims.map(victim => element("tr", {},
				element("th", { class: "side name", scope: "row" }, cgroupName(data, victim)),
				...evictors.map(evictor => matrixCell(data, find(victim, evictor), victim, evictor, most))))))));
}

function metricChoice(data, flows) {
	return element("fieldset", { class: "choice" }, element("legend", {}, "Pages"), ...flowMetrics.map(([metric, label]) => {
		const input = element("input", { type: "radio", name: "metric", checked: metric === flowMetric });
		input.addEventListener("change", () => { flowMetric = metric; drawMatrix(data, flows); });
		return element("label", {}, input, ` ${label}`);
	}));
}

function drawFlow(data) {
	const flows = sumFlows(data);

	drawFlows(data, flows);
	drawMatrix(data, flows);
}
