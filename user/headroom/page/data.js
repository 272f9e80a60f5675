// SPDX-License-Identifier: GPL-2.0
// Load the data of an incident, and decode its series. The head of incident_json.c describes the data.
"use strict";

// The data is in the page; a page without it is served beside its data.
const isServed = () => !document.getElementById("data").textContent.trim();

async function loadData() {
	if (!isServed())
		return JSON.parse(document.getElementById("data").textContent);
	const answer = await fetch("incident.json", { cache: "no-store", signal: AbortSignal.timeout(30000) });
	if (answer.ok)
		return answer.json();
	// A server explains itself in a line of text
	const why = (await answer.text()).trim();
	throw new Error(/text\/plain/.test(answer.headers.get("content-type")) && why ? why :
		`incident.json: ${answer.status} ${answer.statusText}`);
}

function decodeDifferences(differences) {
	let last = 0;
	return differences.map(d => d === null ? null : last += d);
}

// A limit as a value for each row; without a limit Infinity, unknown null
function decodeLimit(changes, rows) {
	const values = new Array(rows).fill(null);

	changes.forEach(([row, value], i) => {
		const end = i + 1 < changes.length ? changes[i + 1][0] : rows;
		values.fill(value === "max" ? Infinity : value, row, end);
	});
	return values;
}

// A series of one value is that value
function spread(series, rows) {
	return Array.isArray(series) ? series : new Array(rows).fill(series);
}

function decodeSeries(series, rows) {
	const decoded = { causes: {} };

	for (const key of ["refaults", "evictions", "waiting"])
		decoded[key] = spread(series[key], rows);
	for (const key of ["current", "swap"])
		decoded[key] = Array.isArray(series[key]) ? decodeDifferences(series[key]) : spread(series[key], rows);
	for (const key of ["min", "low", "high", "max", "above"])
		decoded[key] = decodeLimit(series[key], rows);
	for (const cause of Object.keys(series.causes))
		decoded.causes[cause] = spread(series.causes[cause], rows);
	return decoded;
}

// Adds what is derived: time in seconds, the length of each row, the cgroups as a tree
function prepareData(data) {
	if (data.format !== 1)
		throw new Error(`the data has the format ${data.format}, which this page does not know`);
	data.time = decodeDifferences(data.time_ms).map(ms => ms / 1000);
	data.length = data.time.map((t, i) => i ? t - data.time[i - 1] : 0);
	data.cgroups.forEach((cgroup, number) => {
		cgroup.number = number;
		cgroup.depth = cgroup.parent === null ? 0 : data.cgroups[cgroup.parent].depth + 1;
		cgroup.decoded = null;
	});
	data.tree = data.cgroups.slice().sort((a, b) => comparePaths(a.path, b.path));
	data.decisions.forEach((decision, number) => { decision.number = number; });
	return data;
}

// Parents before children, and siblings by name
function comparePaths(a, b) {
	const left = a.split("/"), right = b.split("/");

	if (a === "/" || b === "/")
		return a === b ? 0 : a === "/" ? -1 : 1;
	for (let i = 0; i < Math.min(left.length, right.length); i++)
		if (left[i] !== right[i])
			return left[i] < right[i] ? -1 : 1;
	return left.length - right.length;
}

// Decoded when they are needed: most cgroups are never looked at
function seriesOf(data, cgroup) {
	if (!cgroup.decoded)
		cgroup.decoded = decodeSeries(cgroup.series, data.time.length);
	return cgroup.decoded;
}

// A counter as a rate per second; null where it is unknown
function rates(data, counter, unit) {
	return counter.map((value, row) => value === null || !data.length[row] ? null :
		value / unit / data.length[row]);
}

// Whether a cgroup is another one, above it or below it
function isRelated(data, a, b) {
	const isWithin = (low, top) => {
		while (low !== null && low !== top)
			low = data.cgroups[low].parent;
		return low === top;
	};
	return a === null || isWithin(a, b) || isWithin(b, a);
}
