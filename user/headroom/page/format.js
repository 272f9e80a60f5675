// SPDX-License-Identifier: GPL-2.0
// Numbers, sizes and times as text, and elements with text

function inUnits(value, step, units) {
	let unit = 0;

	while (unit < units.length - 1 && Math.abs(value) >= step - 0.05) {
		value /= step;
		unit++;
	}
	return (unit ? value.toFixed(1) : String(Math.round(value))) + units[unit];
}

const formatBytes = bytes => inUnits(bytes, 1024, [" B", " KiB", " MiB", " GiB", " TiB"]);
const formatNs = ns => inUnits(ns, 1000, [" ns", " us", " ms", " s"]);
const formatCount = count => count < 10000 ? String(count) : inUnits(count, 1000, ["", "k", "M", "G", "T"]);
const formatExact = count => count.toLocaleString("en");

function formatRate(rate) {
	if (rate > 0 && rate < 0.05)
		return "<0.1";
	return rate < 99.95 ? rate.toFixed(rate ? 1 : 0) : formatCount(Math.round(rate));
}

function formatTasks(tasks) {
	if (tasks > 0 && tasks < 0.005)
		return "<0.01";
	return tasks.toFixed(tasks && tasks < 10 ? 2 : 0);
}

const formatPercent = share => share > 0 && share < 0.01 ? "<1 %" : `${Math.round(100 * share)} %`;

// Times are those of the place where the report was made, wherever it is read
function timeParts(data, seconds) {
	const date = new Date((seconds + data.utc_offset_s) * 1000).toISOString();
	return { day: date.slice(0, 10), clock: date.slice(11, 19), ms: date.slice(20, 23) };
}

function formatClock(data, seconds) {
	const { day, clock } = timeParts(data, seconds);
	return data.time[data.time.length - 1] - data.time[0] > 20 * 3600 ? `${day} ${clock}` : clock;
}

function formatDuration(seconds) {
	if (seconds < 60)
		return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
	const rounded = Math.round(seconds), minutes = Math.floor(rounded / 60);
	return minutes < 60 ? `${minutes} min ${rounded % 60} s` :
		`${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

// Names of cgroups, and all other text, only ever become text
function element(tag, attributes, ...children) {
	const made = document.createElement(tag);

	for (const [name, value] of Object.entries(attributes || {})) {
		if (name === "onclick")
			made.addEventListener("click", value);
		else if (value !== null && value !== false)
			made.setAttribute(name, value === true ? "" : value);
	}
	made.append(...children.filter(child => child !== null).map(child =>
		child instanceof Node ? child : document.createTextNode(child)));
	return made;
}

const replace = (id, ...children) => document.getElementById(id).replaceChildren(...children.filter(child => child !== null));

function table(headings, rows) {
	return element("div", { class: "scroll", tabindex: "0", role: "group" }, element("table", {},
		element("thead", {}, element("tr", {}, ...headings.map(([text, kind]) =>
			element("th", { scope: "col", class: kind || null }, text)))),
		element("tbody", {}, ...rows)));
}
