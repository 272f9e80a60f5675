// SPDX-License-Identifier: GPL-2.0
/*
 * usage: bench_bpf OBJECT
 *
 * Run a compiled BPF program, for scripts/bench: load and attach it, print "ready", and at
 * SIGINT or SIGTERM the number of refaults that it counted.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static int failed(const char *what, const char *path)
{
	fprintf(stderr, "bench_bpf: cannot %s %s\n", what, path);
	return 1;
}

static int attach(struct bpf_object *object)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, object)
		if (!bpf_program__attach(program))
			return -1;
	return 0;
}

/* The only variable of the program is that number */
static int print_refaults(struct bpf_object *object)
{
	struct bpf_map *map = bpf_object__find_map_by_name(object, ".bss");
	uint64_t refaults = 0;
	uint32_t key = 0;

	if (!map || bpf_map__lookup_elem(map, &key, sizeof(key), &refaults, sizeof(refaults), 0))
		return -1;
	printf("refaults %" PRIu64 "\n", refaults);
	return 0;
}

int main(int argc, char **argv)
{
	struct bpf_object *object;
	sigset_t set;
	int sig;

	if (argc != 2) {
		fprintf(stderr, "usage: bench_bpf OBJECT\n");
		return 2;
	}
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	object = bpf_object__open_file(argv[1], NULL);
	if (!object)
		return failed("open", argv[1]);
	if (bpf_object__load(object))
		return failed("load", argv[1]);
	if (attach(object))
		return failed("attach", argv[1]);
	puts("ready");
	fflush(stdout);
	sigwait(&set, &sig);
	if (print_refaults(object))
		return failed("read the counts of", argv[1]);
	/* The kernel detaches the program as this process ends */
	return 0;
}
