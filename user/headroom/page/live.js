// SPDX-License-Identifier: GPL-2.0
// Follow a recording that grows: read the data again, and draw it with what was looked at still in view

const live = { timer: null, paused: false, retry: 5000 };

// What is the same cgroup in other data; the first one if there is none
function sameCgroup(data, path) {
	const found = data.cgroups.findIndex(cgroup => cgroup.path === path);
	return found < 0 ? firstCgroup(data) : found;
}

// A view of all the time stays one; one that ends with the data moves on with it
function followView(old, time) {
	const [from, to] = state.view, first = old[0], last = old[old.length - 1], end = time[time.length - 1];

	if (from <= first && to >= last)
		return [time[0], end];
	const by = to >= last ? end - last : 0;
	return [from + by, to + by];
}

function renew(data) {
	const old = state.data, at = state.row === null ? null : old.time[state.row], opened = openParts();
	const view = followView(old.time, data.time), { path } = old.cgroups[state.cgroup];

	state.data = data;
	state.cgroup = sameCgroup(data, path);
	state.row = at === null ? null : rowAt(at);
	state.decision = null;
	drawAll();
	openAgain(opened);
	setView(...view);
	announce("row");
}

// What is unfolded stays so
const openParts = () => [...document.querySelectorAll("details[open]")].map(part => part.parentElement.id);

function openAgain(ids) {
	ids.forEach(id => {
		const part = document.querySelector(`#${id} > details`);
		if (part)
			part.open = true;
	});
}

// A recording that has ended is not live
function liveText(data) {
	const last = data.time[data.time.length - 1], age = data.live.now_ms / 1000 - last;
	const span = formatDuration(data.live.span_ms / 1000);

	return age > 60 ? `The last frame is ${formatDuration(age)} old. The ${span} before it` :
		`The last ${span}, up to ${formatClock(data, last)}`;
}

function showLive(text) {
	document.getElementById("live").hidden = false;
	replace("live-text", `${text}${live.paused ? " (paused)" : ""}`);
}

function showFailure(error) {
	const failure = document.getElementById("failure");

	failure.hidden = !error;
	failure.textContent = error ? `The page cannot be ${state.data ? "refreshed" : "shown"}: ${error.message}` : "";
}

// A drag would end if its chart was drawn again
const mayDraw = () => !live.paused && !document.hidden && !pointer.pressed;

async function refresh() {
	clearTimeout(live.timer);
	try {
		if (mayDraw()) {
			const data = prepareData(await loadData());
			live.retry = data.live ? data.live.refresh_ms : 5000;
			if (!state.data)
				begin(data);
			else if (mayDraw())
				renew(data);
			showFailure(null);
		}
	} catch (error) {
		showFailure(error);
	}
	if (state.data && state.data.live)
		showLive(liveText(state.data));
	clearTimeout(live.timer);
	live.timer = setTimeout(refresh, live.retry);
}

function togglePause() {
	live.paused = !live.paused;
	document.getElementById("pause").textContent = live.paused ? "Continue" : "Pause";
	refresh();
}

function followRecording() {
	document.getElementById("pause").addEventListener("click", togglePause);
	document.addEventListener("visibilitychange", () => {
		if (!document.hidden)
			refresh();
	});
	return refresh();
}
