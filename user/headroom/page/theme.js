// SPDX-License-Identifier: GPL-2.0
// Light, dark, and paper. The canvases of charts cannot use style sheets, so they ask for colours.

const causeColors = {
	refault: "#0072b2", swap_in: "#56b4e9", direct_reclaim: "#d55e00", memcg_reclaim: "#e69f00",
	memory_high_reclaim: "#f0e442", memory_high_throttle: "#cc79a7", compaction: "#009e73",
	other: "#8a8f98",
};
const causeColor = name => causeColors[name] || "#8a8f98";

const color = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const darkSystem = matchMedia("(prefers-color-scheme: dark)");
let chosenTheme = null, onPaper = false;

function applyTheme() {
	document.documentElement.dataset.theme = onPaper ? "light" :
		chosenTheme || (darkSystem.matches ? "dark" : "light");
}

function toggleTheme() {
	chosenTheme = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
	applyTheme();
}

// Call @redraw whenever colours have changed
function watchTheme(redraw) {
	applyTheme();
	darkSystem.addEventListener("change", () => { applyTheme(); redraw(); });
	window.addEventListener("beforeprint", () => { onPaper = true; applyTheme(); redraw(); });
	window.addEventListener("afterprint", () => { onPaper = false; applyTheme(); redraw(); });
}
