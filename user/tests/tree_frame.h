/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Read frames from the fake cgroup tree of a test; a cgroup is a directory with a memory.low, and some
 * have a memory.min
 */
#ifndef TREE_FRAME_H
#define TREE_FRAME_H

#include <dirent.h>
#include <string.h>

#include "dirs.h"
#include "frame.h"
#include "tree.h"

/* remove_cgroup - remove a cgroup: its path leads nowhere, and frames do not have it */
static inline void remove_cgroup(const char *name)
{
	static int nr;
	char removed[32];

	snprintf(removed, sizeof(removed), "removed-x%d", ++nr);
	if (rename(in_dir(name), in_dir(removed)))
		abort();
}

static inline void add_tree(struct frame *frame, struct dirs *dirs, const char *path);

/* Those that were removed are no longer in the tree, but their directories still are */
static inline bool is_child(const struct dirent *entry)
{
	return entry->d_type == DT_DIR && entry->d_name[0] != '.' &&
	       strncmp(entry->d_name, "removed-", 8);
}

static inline void add_tree_children(struct frame *frame, struct dirs *dirs, const char *path)
{
	struct dirent **entry;
	char child[512];
	int n = scandir(in_dir(path + 1), &entry, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		snprintf(child, sizeof(child), "%s/%s", path[1] ? path : "", entry[i]->d_name);
		if (is_child(entry[i]))
			add_tree(frame, dirs, child);
		free(entry[i]);
	}
	free(entry);
}

static inline void add_tree(struct frame *frame, struct dirs *dirs, const char *path)
{
	uint64_t id = dirs_id(dirs, path);
	int cgroup = dirs_open(dirs, id, path);
	char text[64];
	ssize_t n;
	size_t i;

	if (cgroup < 0)
		abort();
	n = dirs_read(cgroup, frame_files[FRAME_MEMORY_LOW], text, sizeof(text));
	if (n < 0 && path[1])
		return;
	i = frame_add(frame, id, path, NULL);
	if (n >= 0)
		frame_set_text(frame, i, FRAME_MEMORY_LOW, text, n);
	n = dirs_read(cgroup, frame_files[FRAME_MEMORY_MIN], text, sizeof(text));
	if (n >= 0)
		frame_set_text(frame, i, FRAME_MEMORY_MIN, text, n);
	add_tree_children(frame, dirs, path);
}

/* tree_frame - read a frame of the tree in dir; the caller gives it back */
static inline struct frame *tree_frame(struct dirs *dirs)
{
	struct frame *frame = frame_new();

	if (!frame)
		abort();
	dirs_begin_round(dirs);
	add_tree(frame, dirs, "/");
	dirs_end_round(dirs);
	if (frame_finish(frame))
		abort();
	return frame;
}

#endif /* TREE_FRAME_H */
