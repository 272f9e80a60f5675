/* SPDX-License-Identifier: GPL-2.0 */
/* Load the module under test and read what it reports */
#ifndef _SELFTESTS_MODULE_H
#define _SELFTESTS_MODULE_H

#include <stdbool.h>
#include <headroom.h>

/* Each returns 0 or a negative errno */
int module_load(const char *parameters);
int module_unload(void);
/* Unloads it first, so that the parameters take effect and the counters start at zero */
int module_reload(const char *parameters);

/* Each returns NULL after printing on stderr what failed; the caller frees the result */
struct headroom_cgroup *module_read(const char *cgroup);
struct headroom_blame *module_blame(const char *cgroup);
struct headroom_status *module_status(void);

/* Frees *@cg and reads @cgroup in its place; 0, or -1 and *@cg is NULL */
int module_update(struct headroom_cgroup **cg, const char *cgroup);

/* One number of the status; -1 if the status cannot be read */
#define MODULE_STATUS(field)						\
({									\
	struct headroom_status *_s = module_status();			\
	int64_t _value = _s ? (int64_t)_s->field : -1;			\
									\
	headroom_status_free(_s);					\
	_value;								\
})

/* Whether the hook whose name begins with @name is attached; -1 if none is listed */
int module_hook(const char *name);

/* Whether the kernel reports what reclaim scans; Linux 6.1 does not for MGLRU */
bool module_sees_scans(void);

/* The sum of all drop counters, printed on stderr unless 0; -1 if they cannot be read */
int64_t module_dropped(void);

bool kernel_is_6_1(void);
/* Whether ext4 may read a file in folios of more than one page */
bool kernel_has_large_folios(void);

/* Evictions and refaults for one reason, of all kinds of pages */
struct headroom_pages pages_for_reason(const struct headroom_stats *stats, int reason);
/* Evictions and refaults of one kind of pages, for all reasons */
struct headroom_pages pages_of_kind(const struct headroom_stats *stats, int kind);
/* Prints on stderr the counts that are not zero */
void print_pages(const char *cgroup, const struct headroom_stats *stats);

#endif /* _SELFTESTS_MODULE_H */
