/* SPDX-License-Identifier: GPL-2.0 */
/* The files of page/, as text. Not in C, where a build with link-time optimization would not see the symbols */

.macro text name
	.globl	\name
	.type	\name, %object
\name:
.endm

	.section .rodata
	text page_html
	.incbin "page.html"
	.byte 0
	text page_css
	.incbin "page.css"
	.byte 0
	text page_js
	.incbin "data.js"
	.incbin "format.js"
	.incbin "theme.js"
	.incbin "state.js"
	.incbin "charts.js"
	.incbin "flow.js"
	.incbin "curve.js"
	.incbin "tables.js"
	.incbin "live.js"
	.incbin "page.js"
	.byte 0
	text page_uplot_js
	.incbin "uPlot/uPlot.iife.js"
	.byte 0
	text page_uplot_css
	.incbin "uPlot/uPlot.min.css"
	.byte 0

	.section .note.GNU-stack, "", %progbits
