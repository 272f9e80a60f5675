/* SPDX-License-Identifier: GPL-2.0 */
/* The files of page/, as text; page_files.S contains them */
#ifndef PAGE_FILES_H
#define PAGE_FILES_H

extern const char page_html[];
extern const char page_css[];
extern const char page_js[];
extern const char page_uplot_js[];
extern const char page_uplot_css[];

#endif /* PAGE_FILES_H */
