/* SPDX-License-Identifier: GPL-2.0 */
/* Recordings: frames and decisions in an SQLite database */
#ifndef FRAME_STORE_H
#define FRAME_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frame.h"

struct store;

/**
 * struct store_keep - how much of a recording is kept
 * @age: ns; 0 for all
 * @size: bytes of the file; 0 for no limit
 */
struct store_keep {
	uint64_t age;
	uint64_t size;
};

/**
 * struct store_decision - an entry of the decision log
 * @rule: name of the rule; NULL if none
 * @cgroup: path
 * @id: cgroup
 * @kind: "decision", "knob", "deed", "outcome" or "gap"
 * @text: as the log has it
 */
struct store_decision {
	const char *rule;
	const char *cgroup;
	uint64_t id;
	const char *kind;
	const char *text;
};

/**
 * store_create - open a recording to append to, or begin one
 * @store: result; free it with store_close(), in every case: it has the error
 *
 * Return: 0; -EBADMSG if the file is no recording; -EPROTONOSUPPORT if another version wrote it, in
 * another format; or another negative errno.
 */
int store_create(struct store **store, const char *path, const struct store_keep *keep);
/**
 * store_open - open a recording to read it; as store_create(), -ENOENT if there is none
 *
 * It needs no right to write, to the file or to its directory.
 */
int store_open(struct store **store, const char *path);
void store_close(struct store *store);
/**
 * store_keep - change how much of the recording is kept
 *
 * Each frame that is appended then drops a part of the excess, the oldest first.
 */
void store_keep(struct store *store, const struct store_keep *keep);
/** store_error - the last error, for people; valid until the next call */
const char *store_error(const struct store *store);

/**
 * store_append - append a frame
 *
 * It is on disk with store_commit(): a crash before that loses this frame, and no other.
 *
 * Return: 0 or a negative errno.
 */
int store_append(struct store *store, struct frame *frame);
/** store_decide - append an entry of the decision log, which belongs to the last frame */
int store_decide(struct store *store, const struct store_decision *decision);
/**
 * store_commit - write the last frame, and what was decided, as a whole
 *
 * Return: 0 or a negative errno, also of an earlier store_decide(). Then the frame is not written.
 */
int store_commit(struct store *store);

/**
 * struct store_span - what a recording has
 * @frames: number of frames
 * @first: wall clock of the first one, ns
 * @last: wall clock of the last one, ns
 * @bytes: size of all frames, compressed
 */
struct store_span {
	uint64_t frames;
	uint64_t first;
	uint64_t last;
	uint64_t bytes;
};

int store_span(struct store *store, struct store_span *span);
/** store_last - the wall clock of the last frame, which is found at once, however many there are */
int store_last(struct store *store, uint64_t *wall);
/**
 * store_count - count the frames that reading has between two moments
 * @from: as for store_seek()
 * @to: the last moment
 * @frames: result
 *
 * Return: 0; -ENODATA if there are no frames; or another negative errno.
 */
int store_count(struct store *store, uint64_t from, uint64_t to, uint64_t *frames);
/**
 * store_note_interval - note the time that is meant to be between two frames
 * @ns: it replaces what was noted before
 *
 * Return: 0 or a negative errno, as store_error() says.
 */
int store_note_interval(struct store *store, uint64_t ns);
/**
 * store_interval - the time that was meant to be between two frames
 * @ns: result: what was noted last; if nothing was, the median, which gaps do not bend; 0 if there are
 *	fewer than two frames
 *
 * Return: 0 or a negative errno, as store_error() says.
 */
int store_interval(struct store *store, uint64_t *ns);
/**
 * store_seek - continue reading with the last frame at or before a moment
 * @wall: CLOCK_REALTIME, ns; before the first frame, it is that one
 *
 * Return: 0; -ENODATA if there are no frames; or another negative errno.
 */
int store_seek(struct store *store, uint64_t wall);
/** store_seek_frame - the same with the number of a frame, as store_next() returns it */
int store_seek_frame(struct store *store, uint64_t number);
/**
 * store_next - read the next frame
 * @frame: result; give it back with frame_put()
 * @number: result: number of the frame in the recording; NULL if not wanted
 *
 * Begins with the first one, or where store_seek() said.
 *
 * Return: 1; 0 behind the last one; -EBADMSG if the frame is damaged: the next call continues with
 * the next whole one; or another negative errno.
 */
int store_next(struct store *store, struct frame **frame, uint64_t *number);
/**
 * store_decisions - call a function for each entry of the decision log of a frame
 * @number: of the frame
 *
 * Return: 0 or a negative errno, as store_error() says; -EBADMSG if an entry is incomplete.
 */
int store_decisions(struct store *store, uint64_t number,
		    void (*f)(void *arg, const struct store_decision *decision), void *arg);

#endif /* FRAME_STORE_H */
