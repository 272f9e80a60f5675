// SPDX-License-Identifier: GPL-2.0
/*
 * Hands: they do the deeds of rules on this machine
 *
 * A deed in a thread has its own descriptor of the cgroup's directory, whose id was checked. So it
 * is done to this cgroup or to none, whatever happens to the path.
 *
 *	hands -> job -> job	waiting, running, or ended and not collected yet; all under one lock
 *
 * A rule may want to reclaim from thousands of cgroups in one frame. Their jobs wait for a few threads,
 * in order. What has not begun when the next frame comes is not done: it rests on an old one, and
 * the rule may have changed its mind. A kill never waits.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hands.h"
#include "killing.h"
#include "run.h"

/* Reclaims, and programs, that run at the same time */
#define MOST_RECLAIMS	8
#define MOST_PROGRAMS	8
#define TEXT		1536
/* Of it, for the program before a kill */
#define HOOK_TEXT	640

/** enum job_state - where a job is */
enum job_state {
	JOB_WAITING,
	JOB_RUNNING,
	JOB_ENDED,	/* the outcome is known */
};

/**
 * struct job - a deed in a thread
 * @next: in the list of the hands
 * @hands: whose it is
 * @deed: the deed; its index in the frame is not valid any more
 * @dir: the cgroup's directory; negative errno if it could not be opened, or is not needed
 * @run: DEED_RUN: the program; DEED_KILL: the one that runs before, or NULL
 * @wants_run: the rule has a program
 * @id: the cgroup
 * @path: its path
 * @rule: name of the rule
 * @state: where it is
 * @error: negative errno; 0
 * @text: the outcome
 */
struct job {
	struct job *next;
	struct hands *hands;
	struct deed deed;
	int dir;
	struct run *run;
	bool wants_run;
	uint64_t id;
	char *path;
	char *rule;
	enum job_state state;
	int error;
	char text[TEXT];
};

/**
 * struct hands - all deeds
 * @lock: protects all that follows, and the state of each job
 * @users: the service, and each thread
 * @job: the jobs, the oldest first
 */
struct hands {
	struct dirs *dirs;
	pthread_mutex_t lock;
	unsigned int users;
	struct job *job;
};

static void free_job(struct job *job)
{
	if (job->dir >= 0)
		close(job->dir);
	run_free(job->run);
	free(job->path);
	free(job->rule);
	free(job);
}

static void put_hands(struct hands *hands)
{
	bool last;

	pthread_mutex_lock(&hands->lock);
	last = !--hands->users;
	pthread_mutex_unlock(&hands->lock);
	if (!last)
		return;
	for (struct job *job = hands->job, *next; job; job = next) {
		next = job->next;
		free_job(job);
	}
	pthread_mutex_destroy(&hands->lock);
	free(hands);
}

struct hands *hands_new(struct dirs *dirs)
{
	struct hands *hands = calloc(1, sizeof(*hands));

	if (!hands)
		return NULL;
	hands->dirs = dirs;
	hands->users = 1;
	pthread_mutex_init(&hands->lock, NULL);
	return hands;
}

void hands_free(struct hands *hands)
{
	if (hands)
		put_hands(hands);
}

/* The kernel returns EAGAIN if it reclaimed less, which is no failure: the rule sees how much */
static void reclaim(struct job *job)
{
	char text[64];
	int err = -EINVAL;

	if (job->deed.swappiness >= 0) {
		snprintf(text, sizeof(text), "%llu swappiness=%d",
			 (unsigned long long)job->deed.value, job->deed.swappiness);
		err = dirs_write(job->dir, "memory.reclaim", text);
	}
	/*
	 * Kernels before 6.8 know no swappiness there. Of 0, that is an error: what must not go to
	 * swap would.
	 */
	if (err == -EINVAL && job->deed.swappiness) {
		snprintf(text, sizeof(text), "%llu", (unsigned long long)job->deed.value);
		err = dirs_write(job->dir, "memory.reclaim", text);
	}
	job->error = err == -EAGAIN ? 0 : err;
	if (job->error)
		snprintf(job->text, sizeof(job->text), "cannot reclaim from %s%s: %s", job->path,
			 job->error == -EINVAL && !job->deed.swappiness ?
			 " without swapping, which needs a newer kernel" : "",
			 strerror(-job->error));
	else
		snprintf(job->text, sizeof(job->text), "reclaimed %s from %s",
			 err ? "less than was asked for" : "memory", job->path);
}

/* Kill, after the program that the rule has for that: whatever becomes of it */
static void kill_it(struct job *job)
{
	char said[HOOK_TEXT] = "";
	int err = job->run ? run_wait(job->run, said, sizeof(said)) : 0;
	size_t n;

	job->error = killing_run(job->dir, job->path, job->text, sizeof(job->text) - HOOK_TEXT);
	n = strlen(job->text);
	if (job->run)
		snprintf(job->text + n, sizeof(job->text) - n, "; before that, %s%s",
			 err ? "its hook failed: " : "", said);
	else if (job->wants_run)
		snprintf(job->text + n, sizeof(job->text) - n, "; its hook did not run: out of memory");
}

static void do_job(struct job *job)
{
	if (job->dir < 0 && job->deed.kind != DEED_RUN) {
		job->error = job->dir;
		snprintf(job->text, sizeof(job->text), "cannot open %s: %s", job->path,
			 job->dir == -ENOENT ? "it was removed" : strerror(-job->dir));
		return;
	}
	switch (job->deed.kind) {
	case DEED_RECLAIM:
		reclaim(job);
		break;
	case DEED_KILL:
		kill_it(job);
		break;
	case DEED_RUN:
		job->error = run_wait(job->run, job->text, sizeof(job->text));
		break;
	case DEED_TELL:		/* the event loop does it */
	case DEED_DEMAND:
	case DEED_KINDS:
		job->error = -ENOSYS;
		break;
	}
}

/* Jobs of a kind that run */
static unsigned int count_running(const struct hands *hands, enum deed_kind kind)
{
	unsigned int nr = 0;

	for (const struct job *job = hands->job; job; job = job->next)
		nr += job->deed.kind == kind && job->state == JOB_RUNNING;
	return nr;
}

/* Mark the oldest job that waits, a reclaim, as running; NULL if there is none, or enough run */
static struct job *take_waiting(struct hands *hands)
{
	struct job *job = hands->job;

	if (count_running(hands, DEED_RECLAIM) >= MOST_RECLAIMS)
		return NULL;
	while (job && job->state != JOB_WAITING)
		job = job->next;
	if (job)
		job->state = JOB_RUNNING;
	return job;
}

/* A thread: do a job, then those that wait */
static void *run_jobs(void *arg)
{
	struct job *job = arg;
	struct hands *hands = job->hands;

	while (job) {
		do_job(job);
		pthread_mutex_lock(&hands->lock);
		job->state = JOB_ENDED;
		job = take_waiting(hands);
		pthread_mutex_unlock(&hands->lock);
	}
	put_hands(hands);
	return NULL;
}

/* Programs of several rules are different deeds, even for the same cgroup */
static bool is_same(const struct job *a, const struct job *b)
{
	return a->id == b->id && a->deed.kind == b->deed.kind &&
	       (a->deed.kind != DEED_RUN || !strcmp(a->rule, b->rule));
}

/* Why a deed is not done; NULL if it may be */
static const char *refusal(const struct hands *hands, const struct job *new)
{
	for (const struct job *job = hands->job; job; job = job->next)
		if (is_same(job, new) && job->state != JOB_ENDED)
			return "the last one is still under way";
	return new->deed.kind == DEED_RUN && count_running(hands, DEED_RUN) >= MOST_PROGRAMS ?
		"too many programs are under way" : NULL;
}

static int open_dir(struct hands *hands, const struct frame_cgroup *cgroup)
{
	int dir = dirs_open(hands->dirs, cgroup->id, cgroup->path), copy;

	if (dir < 0)
		return dir;
	copy = fcntl(dir, F_DUPFD_CLOEXEC, 0);
	return copy < 0 ? -errno : copy;
}

static struct job *new_job(struct hands *hands, const struct frame *frame,
			   const struct deed *deed, const struct decision *decision)
{
	const struct frame_cgroup *cgroup = &frame->cgroup[deed->cgroup];
	struct job *job = calloc(1, sizeof(*job));
	bool runs = deed->kind == DEED_RUN;
	bool wants_run = runs || (deed->kind == DEED_KILL && run_is_given(decision->rule));

	if (!job)
		return NULL;
	*job = (struct job){
		.hands = hands, .deed = *deed, .id = cgroup->id, .path = strdup(cgroup->path),
		.rule = strdup(decision->rule->name),
		.wants_run = wants_run, .run = wants_run ? run_new(frame, deed, decision) : NULL,
		.dir = runs ? -ENOENT : open_dir(hands, cgroup),
	};
	if (job->path && job->rule && (job->run || !runs))
		return job;
	free_job(job);
	return NULL;
}

/* End a job that has not begun */
static void refuse(struct job *job, const char *why)
{
	job->state = JOB_ENDED;
	job->error = -EBUSY;
	snprintf(job->text, sizeof(job->text), "nothing is done to %s: %s", job->path, why);
}

/* Start the thread of a job; without one, the job ends at once */
static void start(struct hands *hands, struct job *job)
{
	pthread_attr_t attr;
	pthread_t thread;
	int err;

	job->state = JOB_RUNNING;
	hands->users++;
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	err = pthread_create(&thread, &attr, run_jobs, job);
	pthread_attr_destroy(&attr);
	if (!err)
		return;
	hands->users--;
	job->state = JOB_ENDED;
	job->error = -err;
	snprintf(job->text, sizeof(job->text), "cannot start a thread: %s", strerror(err));
}

void hands_act(void *arg, const struct frame *frame, const struct deed *deed,
	       const struct decision *decision)
{
	struct hands *hands = arg;
	struct job *job = new_job(hands, frame, deed, decision), **last;
	const char *why;

	if (!job)
		return;
	pthread_mutex_lock(&hands->lock);
	why = refusal(hands, job);
	if (why)
		refuse(job, why);
	else if (deed->kind != DEED_RECLAIM || count_running(hands, DEED_RECLAIM) < MOST_RECLAIMS)
		start(hands, job);
	for (last = &hands->job; *last; last = &(*last)->next)
		;
	*last = job;
	pthread_mutex_unlock(&hands->lock);
}

/* Take a job that does not run out of the list; NULL if there is none */
static struct job *take_idle(struct hands *hands)
{
	struct job **at = &hands->job, *job;

	pthread_mutex_lock(&hands->lock);
	while (*at && (*at)->state == JOB_RUNNING)
		at = &(*at)->next;
	job = *at;
	if (job)
		*at = job->next;
	pthread_mutex_unlock(&hands->lock);
	if (job && job->state == JOB_WAITING)
		refuse(job, "those before it took until the next frame");
	return job;
}

void hands_collect(struct hands *hands, void (*f)(void *arg, const struct outcome *outcome),
		   void *arg)
{
	struct job *job;

	while ((job = take_idle(hands))) {
		const struct outcome outcome = {
			.kind = job->deed.kind, .rule = job->rule, .id = job->id,
			.path = job->path, .text = job->text, .error = job->error,
		};

		f(arg, &outcome);
		free_job(job);
	}
}
