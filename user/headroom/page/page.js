// SPDX-License-Identifier: GPL-2.0
// The page: begin with the data, and connect pickers, buttons and keys

function drawHead(data) {
	const [from, to] = wholeTime(), { day } = timeParts(data, from);

	const what = data.live ? "Live" : "Incident";

	document.title = `${what}: ${data.recording}`;
	document.querySelector("h1").textContent = what;
	replace("about", `${data.recording}, ${day}, ${timeParts(data, from).clock} to ${formatClock(data, to)}`);
	replace("time-note", "A stall counts when it ends, so a long one is a peak at its end. Grey: gaps, of which nothing is known. Triangles: what Headroom did (filled) and thought (open)." +
		(data.per_row > 1 ? ` Each value is the mean of ${data.per_row} frames.` : ""));
	replace("footer", `Made by headroom ${data.live ? "metrics" : "report"} ${data.version} from ${formatExact(data.frames)} frames. Times are at UTC${offsetText(data.utc_offset_s)}.` +
		(data.sample_shift ? ` One page in ${2 ** data.sample_shift} was tracked; refaults are scaled up.` : "") + " Charts: uPlot, MIT licence.");
}

function offsetText(seconds) {
	const minutes = Math.abs(Math.round(seconds / 60)), digits = n => String(n).padStart(2, "0");
	return `${seconds < 0 ? "−" : "+"}${digits(Math.floor(minutes / 60))}:${digits(minutes % 60)}`;
}

function showRange() {
	const [from, to] = state.view;
	replace("range", `${formatClock(state.data, from)} to ${formatClock(state.data, to)}, ${formatDuration(to - from)}`);
}

// --- the picker ---

function optionText(cgroup) {
	const name = cgroup.depth > 1 ? cgroup.name.slice(cgroup.name.lastIndexOf("/")) : cgroup.name;

	return "\u2003".repeat(Math.max(cgroup.depth - 1, 0)) + name + (cgroup.waiting_ns ? `  (${formatNs(cgroup.waiting_ns)})` : "");
}

// Other data may have other cgroups; where it has the same ones, a list that is open stays so
function fillPicker(data) {
	const picker = document.getElementById("cgroup"), names = data.tree.map(cgroup => cgroup.name);

	if (names.join("\n") !== [...picker.options].map(option => option.title).join("\n"))
		picker.replaceChildren(...data.tree.map(cgroup => element("option", { title: cgroup.name })));
	data.tree.forEach((cgroup, i) => {
		picker.options[i].value = String(cgroup.number);
		picker.options[i].textContent = optionText(cgroup);
	});
	picker.value = String(state.cgroup);
}

function startPicker() {
	const picker = document.getElementById("cgroup");

	picker.addEventListener("change", () => { pickCgroup(Number(picker.value)); });
	listen("cgroup", () => { picker.value = String(state.cgroup); });
}

function stepCgroup(by) {
	const { tree } = state.data, at = tree.findIndex(cgroup => cgroup.number === state.cgroup);
	pickCgroup(tree[(at + by + tree.length) % tree.length].number);
}

// The cgroup of the first story, or the one that waited most
function firstCgroup(data) {
	const story = data.summary.find(said => said.cgroup !== null);

	if (story)
		return story.cgroup;
	return data.cgroups.reduce((most, cgroup) => cgroup.own_waiting_ns > most.own_waiting_ns ? cgroup : most).number;
}

// --- the tip at the cursor ---

function showTip() {
	const tip = document.getElementById("tip"), chart = charts.find(known => known.u);
	const gap = state.row === null ? null : state.data.gaps.find(known => known.row === state.row);

	tip.hidden = !chart || state.row === null || !(state.decision || gap);
	if (tip.hidden)
		return;
	tip.replaceChildren(...gap ? [element("p", {}, `A gap: ${gap.why}.`)] : [],
		...(state.decision || []).slice(0, 3).map(decision => element("p", {}, `${formatClock(state.data, decision.time_ms / 1000)}  ${decision.text}`)),
		...state.decision && state.decision.length > 3 ? [element("p", {}, `and ${state.decision.length - 3} more`)] : []);
	const over = chart.u.over.getBoundingClientRect();
	const x = over.left + chart.u.valToPos(state.data.time[state.row], "x") + 12;
	tip.style.left = `${Math.max(Math.min(x, document.documentElement.clientWidth - tip.offsetWidth - 8), 4) + scrollX}px`;
	tip.style.top = `${over.top + scrollY + 8}px`;
}

// --- keys and buttons ---

function stepDecision(by) {
	const list = state.data.decisions.filter(isAct);
	const at = state.row === null ? state.view[0] : state.data.time[state.row];
	const next = by > 0 ? list.find(decision => decision.time_ms / 1000 > at + 0.5) :
		list.filter(decision => decision.time_ms / 1000 < at - 0.5).pop();

	if (next)
		showDecision(next);
}

function toggleKeys() {
	const list = document.getElementById("key-list");

	list.hidden = !list.hidden;
	document.getElementById("keys").setAttribute("aria-expanded", String(!list.hidden));
}

function speak() {
	replace("spoken", state.row === null ? "" : spokenValues());
}

function changeTheme() {
	toggleTheme();
	redraw();
}

function redraw() {
	drawCharts();
	drawCurve();
}

const actions = {
	"[": () => stepCgroup(-1), "]": () => stepCgroup(1),
	"+": () => zoom(0.5), "=": () => zoom(0.5), "-": () => zoom(2), "−": () => zoom(2),
	"0": () => setView(...wholeTime()), n: () => stepDecision(1), p: () => stepDecision(-1),
	t: changeTheme, "?": toggleKeys, Escape: () => setRow(null),
};

function pressed(event) {
	const typing = event.target.matches("select, input, textarea");
	const arrow = { ArrowLeft: -1, ArrowRight: 1 }[event.key];

	if (typing || event.ctrlKey || event.metaKey || event.altKey)
		return;
	if (arrow && !event.target.matches(".scroll")) {
		if (event.shiftKey)
			move(arrow * 0.25);
		else
			moveRow(arrow);
		speak();
	} else if (actions[event.key]) {
		actions[event.key]();
	} else {
		return;
	}
	event.preventDefault();
}

function startControls() {
	const buttons = {
		back: () => move(-0.5), forth: () => move(0.5), in: () => zoom(0.5), out: () => zoom(2),
		all: () => setView(...wholeTime()), theme: changeTheme, keys: toggleKeys,
	};

	for (const [id, act] of Object.entries(buttons))
		document.getElementById(id).addEventListener("click", act);
	document.addEventListener("keydown", pressed);
	listen("row", showTip);
	listen("view", showTip);
	listen("view", showRange);
}

// Everything that the data says, as it is looked at now
function drawAll() {
	const { data } = state;

	drawHead(data);
	drawSummary(data);
	fillPicker(data);
	drawCharts();
	drawFlow(data);
	drawCurve();
	drawDecisions(data);
	drawStalls(data);
	drawCgroups(data);
	showRange();
}

function begin(data) {
	state.data = data;
	state.cgroup = firstCgroup(data);
	state.view = wholeTime();
	watchTheme(redraw);
	startPicker();
	startCharts();
	startCurve();
	startControls();
	listen("cgroup", markCgroup);
	drawAll();
	// for tests, and for those who want to look
	window.incident = { state, charts, seriesOf, live, ready: performance.now() };
}

async function start() {
	if (isServed())
		await followRecording();
	else
		begin(prepareData(await loadData()));
}

start().catch(error => {
	showFailure(error);
	throw error;
});
