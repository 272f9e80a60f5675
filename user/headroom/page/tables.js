// SPDX-License-Identifier: GPL-2.0
// The summary, and the tables of decisions, stalls and cgroups

const labels = {
	time: "Recorded", waits: "Waits", evictors: "Reason", actions: "Action", effect: "Effect",
	memory: "Memory", unknown: "Unknown",
};

function sentence(said) {
	const shows = said.cgroup !== null;

	return element("p", { "data-label": labels[said.about] || said.about, "data-about": said.about }, element("span", {}, said.text),
		shows ? element("button", { type: "button", onclick: () => {
			look(said.from_ms, said.to_ms, said.cgroup);
			document.getElementById("time").scrollIntoView();
		} }, "Show") : null);
}

// Sentences about the same cgroup are one story
function drawSummary(data) {
	const stories = [];

	for (const said of data.summary) {
		const last = stories[stories.length - 1];
		if (last && last[0].cgroup === said.cgroup)
			last.push(said);
		else
			stories.push([said]);
	}
	replace("sentences", ...stories.map(story => element("div", { class: "story" },
		story[0].cgroup === null ? null : element("h3", { class: "name" }, data.cgroups[story[0].cgroup].name),
		...story.map(sentence))));
}

const kindText = { decision: "condition", knob: "knob", deed: "deed", outcome: "outcome", gap: "gap" };

function decisionRow(data, decision) {
	return element("tr", { "data-decision": String(decision.number) },
		element("td", { class: "time" }, element("button", { type: "button", class: "as-link", onclick: () => { showDecision(decision); } },
			formatClock(data, decision.time_ms / 1000))),
		element("td", { class: "kind" }, kindText[decision.kind] || decision.kind),
		element("td", { class: "text" }, decision.text));
}

function showDecision(decision) {
	const at = decision.time_ms / 1000, [from, to] = state.view;

	pickCgroup(decision.cgroup);
	if (at < from || at > to || to - from > 1200)
		look(decision.time_ms - 120000, decision.time_ms + 240000, null);
	setRow(rowAt(at), [decision]);
	document.getElementById("time").scrollIntoView();
}

function drawDecisions(data) {
	if (!data.decisions.length) {
		replace("decision-list", element("p", { class: "note" }, "The recording has no decisions. headroomd records its own; headroom record has none."));
		return;
	}
	replace("decision-list", table([["Time"], ["Kind"], ["What, and why"]], data.decisions.map(decision => decisionRow(data, decision))),
		...data.left_out.decisions ? [element("p", { class: "note" }, `${formatExact(data.left_out.decisions)} later decisions are left out.`)] : []);
}

function stallTime(stall) {
	const range = stall.low_ns === stall.high_ns ? formatNs(stall.low_ns) : `${formatNs(stall.low_ns)} to ${formatNs(stall.high_ns)}`;
	return stall.ended ? range : `${range}, and longer`;
}

function stallRow(data, stall) {
	const at = data.time[stall.row];
	const cause = data.causes.find(known => known.name === stall.cause);

	return element("tr", {},
		element("td", { class: "number" }, stallTime(stall)),
		element("td", {}, cause ? cause.label : stall.cause),
		element("td", { class: "grow" }, cgroupLink(data, stall.cgroup)),
		element("td", { class: "time" }, element("button", { type: "button", class: "as-link", onclick: () => {
			look(at * 1000 - 30000, at * 1000 + 30000, stall.cgroup);
			setRow(stall.row);
			document.getElementById("time").scrollIntoView();
		} }, formatClock(data, at))),
		element("td", { class: "number" }, stall.pid === null ? "–" : String(stall.pid)));
}

function drawStalls(data) {
	if (!data.stalls.length) {
		replace("stall-list", element("p", { class: "note" }, "No stall was recorded."));
		return;
	}
	replace("stall-list", table([["Duration", "number"], ["Cause"], ["Cgroup"], ["Ended at"], ["Pid", "number"]], data.stalls.map(stall => stallRow(data, stall))),
		element("p", { class: "note" }, "The slowest stall of each cgroup and cause between two frames. Two durations are the range that it is known to be in; a pid is known only of a stall that a frame saw."));
}

function cgroupRow(data, cgroup, most) {
	const meter = element("span", { class: "meter", "aria-hidden": "true" }, element("span", {}));

	meter.firstChild.style.width = `${most ? 100 * cgroup.waiting_ns / most : 0}%`;
	return element("tr", { "data-cgroup": String(cgroup.number) },
		element("td", { class: "grow" }, cgroupLink(data, cgroup.number)),
		element("td", { class: "number" }, formatNs(cgroup.waiting_ns), meter),
		element("td", { class: "number" }, cgroup.longest_ns ? formatNs(cgroup.longest_ns) : "–"),
		element("td", { class: "number" }, formatCount(cgroup.refaults)),
		element("td", { class: "number" }, formatCount(cgroup.evictions)),
		element("td", { class: "number" }, cgroup.peak_bytes === null ? "unknown" : formatBytes(cgroup.peak_bytes)),
		element("td", { class: "number" }, cgroup.curve && cgroup.curve.matters ? formatBytes(cgroup.curve.extra_bytes) : "–"));
}

const isIdle = cgroup => !cgroup.waiting_ns && !cgroup.refaults && !cgroup.evictions;

function cgroupTable(data, cgroups) {
	const most = Math.max(...data.cgroups.map(cgroup => cgroup.waiting_ns));

	return table([["Cgroup"], ["Waited", "number"], ["Slowest stall", "number"], ["Refaults", "number"], ["Evictions", "number"],
		["Peak memory", "number"], ["Would help", "number"]], cgroups.map(cgroup => cgroupRow(data, cgroup, most)));
}

function drawCgroups(data) {
	const idle = data.tree.filter(isIdle), left = data.left_out;

	replace("cgroup-list", cgroupTable(data, data.tree.filter(cgroup => !isIdle(cgroup))),
		idle.length ? element("details", {}, element("summary", {}, `${idle.length} idle ${idle.length === 1 ? "cgroup" : "cgroups"}`),
			cgroupTable(data, idle)) : null);
	replace("left-out", left.cgroups ? `${formatExact(left.cgroups)} ${left.cgroups === 1 ? "cgroup that did" : "cgroups that did"} least ${left.cgroups === 1 ? "is" : "are"} left out: ` +
		`in sum they waited ${formatNs(left.waiting_ns)} and read back ${formatExact(left.refaults)} pages. ` : "",
		"A cgroup includes those below it, but for the slowest stall. “Would help” is the extra memory that would have saved most refaults.");
	markCgroup();
}

function markCgroup() {
	document.querySelectorAll("#cgroup-list tr[data-cgroup]").forEach(row => {
		row.classList.toggle("chosen", Number(row.dataset.cgroup) === state.cgroup);
	});
}
