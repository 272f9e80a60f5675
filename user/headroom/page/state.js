// SPDX-License-Identifier: GPL-2.0
// What is looked at: a cgroup, a part of the time, a row. Parts of the page listen to what changes.

const state = { data: null, cgroup: 0, view: [0, 1], row: null, decision: null, pointed: false };
const listeners = { cgroup: [], view: [], row: [] };

const listen = (what, f) => { listeners[what].push(f); };
const announce = what => { listeners[what].forEach(f => f()); };

function pickCgroup(number) {
	if (number === null || number === state.cgroup)
		return;
	state.cgroup = number;
	announce("cgroup");
}

function wholeTime() {
	const time = state.data.time;
	return [time[0], time[time.length - 1]];
}

// The view stays within the time, and is never shorter than two rows
function setView(from, to) {
	const [first, last] = wholeTime();
	const least = Math.min(last - first, 2 * (last - first) / (state.data.time.length - 1));
	const length = Math.min(Math.max(to - from, least), last - first);

	from = Math.min(Math.max(from, first), last - length);
	state.view = [from, from + length];
	announce("view");
}

function zoom(factor) {
	const [from, to] = state.view;
	const middle = state.row !== null ? state.data.time[state.row] : (from + to) / 2;
	const at = Math.min(Math.max(middle, from), to);

	setView(at - (at - from) * factor, at + (to - at) * factor);
}

function move(share) {
	const [from, to] = state.view;
	setView(from + (to - from) * share, to + (to - from) * share);
}

// The first row at or behind a moment
function rowAt(seconds) {
	const time = state.data.time;
	let low = 0, high = time.length - 1;

	while (low < high) {
		const middle = (low + high) >> 1;
		if (time[middle] < seconds)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

// @pointed: by the pointer, so that it ends when the pointer leaves
function setRow(row, decision = null, pointed = false) {
	state.row = row;
	state.pointed = pointed;
	state.decision = decision;
	announce("row");
}

function moveRow(rows) {
	const last = state.data.time.length - 1;
	const from = state.row === null ? rowAt((state.view[0] + state.view[1]) / 2) : state.row;
	const row = Math.min(Math.max(from + rows, 0), last), at = state.data.time[row];
	const [left, right] = state.view;

	if (at < left || at > right)
		setView(at - (right - left) / 2, at + (right - left) / 2);
	setRow(row);
}

// Look at a part of the time with some room on both sides
function look(fromMs, toMs, cgroup) {
	const from = fromMs / 1000, to = toMs / 1000, room = Math.max((to - from) * 0.15, 5);

	pickCgroup(cgroup);
	setView(from - room, to + room);
}
