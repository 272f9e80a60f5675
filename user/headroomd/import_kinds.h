/* SPDX-License-Identifier: GPL-2.0 */
/* The translations, one for each kind of file */
#ifndef HEADROOMD_IMPORT_KINDS_H
#define HEADROOMD_IMPORT_KINDS_H

#include "import_write.h"

/* The most files of systemd that are translated together */
#define IMPORT_FILES	64

/**
 * struct import_file - a file to translate
 * @name: its path
 * @text: what is in it
 * @size: bytes of @text, without the zero byte behind them
 */
struct import_file {
	const char *name;
	char *text;
	size_t size;
};

/** import_oomd - translate the JSON of oomd */
void import_oomd(struct import *import, const struct import_file *file);
/** import_earlyoom - translate the options of earlyoom in /etc/default/earlyoom */
void import_earlyoom(struct import *import, const struct import_file *file);
/**
 * import_systemd - translate files of systemd-oomd: oomd.conf, *.oomrule, and units
 *
 * All files together, because units name rules, and oomd.conf has what they leave out.
 */
void import_systemd(struct import *import, const struct import_file *const *file, size_t nr);

#endif /* HEADROOMD_IMPORT_KINDS_H */
