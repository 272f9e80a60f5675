// SPDX-License-Identifier: GPL-2.0
/*
 * Recordings: frames and decisions in an SQLite database
 *
 *	meta		name, value		format: 2
 *	boot		id, boot_id
 *	dictionary	id, data		of zstd
 *	frame		id			ascending, without gaps but at the begin
 *			boot			whose monotonic clock it is
 *			monotonic, wall		ns
 *			key			1: needs no other frame; 0: needs the one before
 *			dictionary		that it is compressed with; NULL without
 *			size			bytes before compression
 *			data			pack.c describes them
 *	decision	id, frame, kind, rule, cgroup, cgroup_id, text
 *
 * A frame in KEY_INTERVAL is whole, the others are differences. If frames are missing, or damaged, those up
 * to the next whole one cannot be read, which is an error, and reading continues there. Differences are
 * small and alike, so they are compressed with a dictionary, which is trained on the first ones.
 *
 * The journal of SQLite is a write-ahead log, and each frame is a transaction, with what was decided on
 * it: after a crash at any moment the file has all frames but for the last.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zdict.h>
#include <zstd.h>

#include "pack.h"
#include "store.h"

#define FORMAT		2
#define KEY_INTERVAL	600
/* Differences that a dictionary is trained on, and its size */
#define TRAINING	128
#define DICTIONARY_SIZE	32768
#define LEVEL		6
/* The largest frame that is read, before compression */
#define MAX_FRAME	(1u << 30)
/* Frames between two looks at what is too old */
#define TRIM_INTERVAL	300

/**
 * struct store - an open recording
 * @db: the database
 * @keep: how much is kept
 * @error: the last error
 * @compress: context of zstd
 * @decompress: context of zstd
 * @dictionary: id of the dictionary in use; 0 for none
 * @to: dictionary, prepared to compress
 * @from: dictionary, prepared to decompress
 * @training: differences to train on, and
 * @sizes: their sizes
 * @nr_training: number of them
 * @before: the frame written or read last
 * @boot: row of its boot
 * @boot_id: that boot
 * @frame: number of the frame written or read last
 * @next: number of the frame to read next; 0 before the first
 * @since_key: frames since the last whole one
 * @open: a transaction is open: the last frame is not written yet
 * @incomplete: why a decision of it is missing; 0 if none is
 * @excess: more than @keep may be in the file
 */
struct store {
	sqlite3 *db;
	struct store_keep keep;
	char error[256];
	ZSTD_CCtx *compress;
	ZSTD_DCtx *decompress;
	int64_t dictionary;
	ZSTD_CDict *to;
	ZSTD_DDict *from;
	struct bytes training;
	size_t sizes[TRAINING];
	size_t nr_training;
	struct pack *before;
	int64_t boot;
	char boot_id[40];
	int64_t frame;
	int64_t next;
	unsigned int since_key;
	bool open;
	int incomplete;
	bool excess;
};

static const char schema[] =
	"CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL);"
	"CREATE TABLE IF NOT EXISTS boot (id INTEGER PRIMARY KEY, boot_id TEXT NOT NULL);"
	"CREATE TABLE IF NOT EXISTS dictionary (id INTEGER PRIMARY KEY, data BLOB NOT NULL);"
	"CREATE TABLE IF NOT EXISTS frame (id INTEGER PRIMARY KEY, boot INTEGER NOT NULL,"
	" monotonic INTEGER NOT NULL, wall INTEGER NOT NULL, key INTEGER NOT NULL,"
	" dictionary INTEGER, size INTEGER NOT NULL, data BLOB NOT NULL);"
	"CREATE TABLE IF NOT EXISTS decision (id INTEGER PRIMARY KEY, frame INTEGER NOT NULL,"
	" kind TEXT NOT NULL, rule TEXT, cgroup TEXT, cgroup_id INTEGER, text TEXT NOT NULL);"
	"CREATE INDEX IF NOT EXISTS decision_frame ON decision (frame);"
	"INSERT OR IGNORE INTO meta VALUES ('format', 2);";

/* Note SQLite's error; returns a negative errno for it */
static int db_error(struct store *s, const char *what)
{
	int code = sqlite3_errcode(s->db);

	snprintf(s->error, sizeof(s->error), "%s: %s", what, sqlite3_errmsg(s->db));
	switch (code) {
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_CANTOPEN:
		return -ENOENT;
	case SQLITE_PERM:
	case SQLITE_READONLY:
		return -EACCES;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_NOTADB:
	case SQLITE_CORRUPT:
	case SQLITE_ERROR:
		return -EBADMSG;
	default:
		return -EIO;
	}
}

static int fail(struct store *s, int err, const char *what)
{
	snprintf(s->error, sizeof(s->error), "%s", what);
	return err;
}

static int execute(struct store *s, const char *sql)
{
	return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 :
		db_error(s, "cannot write the recording");
}

static sqlite3_stmt *prepare(struct store *s, const char *sql)
{
	sqlite3_stmt *statement = NULL;

	if (sqlite3_prepare_v2(s->db, sql, -1, &statement, NULL) != SQLITE_OK)
		return NULL;
	return statement;
}

/* Run a statement that returns at most one row with a number. -ENODATA without one. */
static int64_t query_number(struct store *s, const char *sql, int64_t argument)
{
	sqlite3_stmt *q = prepare(s, sql);
	int64_t number = -ENODATA;
	int status;

	if (!q)
		return db_error(s, "cannot read the recording");
	if (sqlite3_bind_parameter_count(q))
		sqlite3_bind_int64(q, 1, argument);
	status = sqlite3_step(q);
	if (status == SQLITE_ROW && sqlite3_column_type(q, 0) != SQLITE_NULL)
		number = sqlite3_column_int64(q, 0);
	else if (status != SQLITE_ROW && status != SQLITE_DONE)
		number = db_error(s, "cannot read the recording");
	sqlite3_finalize(q);
	return number;
}

static int check_format(struct store *s)
{
	int64_t format = query_number(s, "SELECT value FROM meta WHERE name = 'format'", 0);

	if (format == FORMAT)
		return 0;
	/* what is no database, or has no such table, is no recording */
	if (format < 0 && format != -ENODATA && format != -EBADMSG)
		return format;
	if (format > FORMAT)
		return fail(s, -EPROTONOSUPPORT,
			    "a later version of headroom wrote the recording");
	if (format > 0)
		return fail(s, -EPROTONOSUPPORT, "an earlier version of headroom wrote the recording:"
			    " read it with that one, or begin another file");
	return fail(s, -EBADMSG, "the file is no recording of headroom");
}

static int open_database(struct store **result, const char *path, int flags)
{
	struct store *s = calloc(1, sizeof(*s));

	*result = s;
	if (!s)
		return -ENOMEM;
	if (sqlite3_open_v2(path, &s->db, flags, NULL) != SQLITE_OK)
		return db_error(s, "cannot open the recording");
	sqlite3_busy_timeout(s->db, 2000);
	s->compress = ZSTD_createCCtx();
	s->decompress = ZSTD_createDCtx();
	if (!s->compress || !s->decompress)
		return fail(s, -ENOMEM, "out of memory");
	/* The row of a frame has its size and its dictionary */
	ZSTD_CCtx_setParameter(s->compress, ZSTD_c_contentSizeFlag, 0);
	ZSTD_CCtx_setParameter(s->compress, ZSTD_c_dictIDFlag, 0);
	ZSTD_CCtx_setParameter(s->compress, ZSTD_c_compressionLevel, LEVEL);
	return 0;
}

static int load_dictionary(struct store *s, int64_t id);

/*
 * Reading statistics takes a capability, so what was read is for the owner alone. SQLite gives the
 * files beside it the same mode. What is wrong with the path, it reports.
 */
static void create_private(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
}

int store_create(struct store **result, const char *path, const struct store_keep *keep)
{
	struct store *s;
	int64_t last;
	int err;

	create_private(path);
	err = open_database(result, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
	s = *result;
	if (!err)
		err = execute(s, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
	if (!err)
		err = execute(s, schema);
	if (!err)
		err = check_format(s);
	if (err)
		return err;
	s->keep = *keep;
	last = query_number(s, "SELECT max(id) FROM frame", 0);
	s->frame = last > 0 ? last : 0;
	last = query_number(s, "SELECT max(id) FROM dictionary", 0);
	return last > 0 ? load_dictionary(s, last) : 0;
}

/* Open as a file that does not change: the name of the file becomes a URI */
static int open_unchanging(struct store **result, const char *path)
{
	char *uri = malloc(3 * strlen(path) + sizeof("file:?immutable=1")), *to = uri;
	int err;

	if (!uri)
		return -ENOMEM;
	to += sprintf(to, "file:");
	for (; *path; path++)
		to += sprintf(to, strchr("%?#", *path) ? "%%%02x" : "%c", *path);
	strcpy(to, "?immutable=1");
	err = open_database(result, uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
	free(uri);
	return err ? err : check_format(*result);
}

/* As access(), which ignores the capabilities of all users but root */
static int may_access(const char *path, int mode)
{
	return faccessat(AT_FDCWD, path, mode, AT_EACCESS);
}

/* With CAP_DAC_READ_SEARCH one may read what SQLite, which asks access(), takes for unreadable */
static void respect_capabilities(void)
{
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);

	if (vfs && vfs->iVersion >= 3)
		vfs->xSetSystemCall(vfs, "access", (sqlite3_syscall_ptr)may_access);
}

/*
 * The write-ahead log has an index beside it, which a reader creates if no program has the recording
 * open. In a directory that it may not write to, that fails. But then there is no log, so the file does
 * not change, and can be read without an index. @err: that of opening it with one
 */
static int open_without_index(struct store **result, const char *path, int err)
{
	char *log;
	bool is_written;

	if (may_access(path, F_OK))
		return errno == ENOENT ? -ENOENT : -EACCES;
	if (asprintf(&log, "%s-wal", path) < 0)
		return -ENOMEM;
	is_written = may_access(log, F_OK) == 0 || errno != ENOENT;
	free(log);
	if (is_written)
		return err;
	store_close(*result);
	return open_unchanging(result, path);
}

int store_open(struct store **result, const char *path)
{
	int err;

	respect_capabilities();
	err = open_database(result, path, SQLITE_OPEN_READONLY);
	if (!err)
		err = check_format(*result);
	return err == -ENOENT || err == -EACCES ? open_without_index(result, path, err) : err;
}

static void drop_dictionary(struct store *s)
{
	ZSTD_freeCDict(s->to);
	ZSTD_freeDDict(s->from);
	s->to = NULL;
	s->from = NULL;
	s->dictionary = 0;
}

void store_keep(struct store *s, const struct store_keep *keep)
{
	s->keep = *keep;
	s->excess = true;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	store_commit(s);
	drop_dictionary(s);
	ZSTD_freeCCtx(s->compress);
	ZSTD_freeDCtx(s->decompress);
	bytes_free(&s->training);
	pack_free(s->before);
	sqlite3_close(s->db);
	free(s);
}

const char *store_error(const struct store *s)
{
	return s && s->error[0] ? s->error : "out of memory";
}

/* --- dictionaries --- */

static int use_dictionary(struct store *s, int64_t id, const void *data, size_t size)
{
	drop_dictionary(s);
	s->to = ZSTD_createCDict(data, size, LEVEL);
	s->from = ZSTD_createDDict(data, size);
	if (!s->to || !s->from)
		return fail(s, -ENOMEM, "out of memory");
	s->dictionary = id;
	return 0;
}

static int load_dictionary(struct store *s, int64_t id)
{
	sqlite3_stmt *q = prepare(s, "SELECT data FROM dictionary WHERE id = ?");
	int err;

	if (!q)
		return db_error(s, "cannot read the recording");
	sqlite3_bind_int64(q, 1, id);
	if (sqlite3_step(q) == SQLITE_ROW)
		err = use_dictionary(s, id, sqlite3_column_blob(q, 0), sqlite3_column_bytes(q, 0));
	else
		err = fail(s, -EBADMSG, "a dictionary is missing");
	sqlite3_finalize(q);
	return err;
}

static int save_dictionary(struct store *s, const void *data, size_t size)
{
	sqlite3_stmt *q = prepare(s, "INSERT INTO dictionary (data) VALUES (?)");
	int err = 0;

	if (!q)
		return db_error(s, "cannot write the recording");
	sqlite3_bind_blob(q, 1, data, size, SQLITE_STATIC);
	if (sqlite3_step(q) != SQLITE_DONE)
		err = db_error(s, "cannot write the recording");
	sqlite3_finalize(q);
	return err ? err : use_dictionary(s, sqlite3_last_insert_rowid(s->db), data, size);
}

/* Collect differences; with enough of them, train a dictionary. Without one all works as well. */
static int train(struct store *s, const struct bytes *difference)
{
	char *dictionary;
	size_t size;
	int err = 0;

	if (s->dictionary || s->nr_training == TRAINING)
		return 0;
	bytes_add(&s->training, difference->data, difference->size);
	s->sizes[s->nr_training++] = difference->size;
	if (s->nr_training < TRAINING)
		return 0;
	dictionary = malloc(DICTIONARY_SIZE);
	if (!dictionary || s->training.failed) {
		free(dictionary);
		return fail(s, -ENOMEM, "out of memory");
	}
	size = ZDICT_trainFromBuffer(dictionary, DICTIONARY_SIZE, s->training.data, s->sizes,
				     TRAINING);
	/* It fails if the differences have nothing in common */
	if (!ZDICT_isError(size))
		err = save_dictionary(s, dictionary, size);
	bytes_free(&s->training);
	free(dictionary);
	return err;
}

/* --- writing --- */

static int find_boot(struct store *s, const char *boot_id)
{
	sqlite3_stmt *q;
	int err = 0;

	if (s->boot && !strcmp(s->boot_id, boot_id))
		return 0;
	q = prepare(s, "INSERT INTO boot (boot_id) VALUES (?)");
	if (!q)
		return db_error(s, "cannot write the recording");
	sqlite3_bind_text(q, 1, boot_id, -1, SQLITE_STATIC);
	if (sqlite3_step(q) != SQLITE_DONE)
		err = db_error(s, "cannot write the recording");
	sqlite3_finalize(q);
	s->boot = sqlite3_last_insert_rowid(s->db);
	snprintf(s->boot_id, sizeof(s->boot_id), "%s", boot_id);
	return err;
}

static int insert_frame(struct store *s, const struct frame *frame, bool key, size_t size,
			const void *data, size_t compressed)
{
	sqlite3_stmt *q = prepare(s, "INSERT INTO frame VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
	int err = 0;

	if (!q)
		return db_error(s, "cannot write the recording");
	sqlite3_bind_int64(q, 1, s->frame + 1);
	sqlite3_bind_int64(q, 2, s->boot);
	sqlite3_bind_int64(q, 3, frame->time.monotonic);
	sqlite3_bind_int64(q, 4, frame->time.wall);
	sqlite3_bind_int(q, 5, key);
	if (!key && s->dictionary)
		sqlite3_bind_int64(q, 6, s->dictionary);
	sqlite3_bind_int64(q, 7, size);
	sqlite3_bind_blob64(q, 8, data, compressed, SQLITE_STATIC);
	if (sqlite3_step(q) != SQLITE_DONE)
		err = db_error(s, "cannot write the recording");
	sqlite3_finalize(q);
	return err;
}

static int write_frame(struct store *s, const struct frame *frame, bool key,
		       const struct bytes *bytes)
{
	size_t room = ZSTD_compressBound(bytes->size), size;
	void *data = malloc(room);
	int err;

	if (!data)
		return fail(s, -ENOMEM, "out of memory");
	ZSTD_CCtx_refCDict(s->compress, key ? NULL : s->to);
	size = ZSTD_compress2(s->compress, data, room, bytes->data, bytes->size);
	err = ZSTD_isError(size) ? fail(s, -EIO, ZSTD_getErrorName(size)) :
	      insert_frame(s, frame, key, bytes->size, data, size);
	free(data);
	return err;
}

/* Drop the frames before the whole one @first, and what belongs to them */
static int trim_to(struct store *s, int64_t first)
{
	static const char *const sql[] = {
		"DELETE FROM decision WHERE frame < ?",
		"DELETE FROM frame WHERE id < ?",
	};
	int err = 0;

	for (size_t i = 0; !err && i < 2; i++) {
		sqlite3_stmt *q = prepare(s, sql[i]);

		if (!q)
			return db_error(s, "cannot write the recording");
		sqlite3_bind_int64(q, 1, first);
		if (sqlite3_step(q) != SQLITE_DONE)
			err = db_error(s, "cannot write the recording");
		sqlite3_finalize(q);
	}
	return err;
}

/* Bytes of the file that are in use */
static int64_t bytes_used(struct store *s)
{
	int64_t pages = query_number(s, "PRAGMA page_count", 0);
	int64_t unused = query_number(s, "PRAGMA freelist_count", 0);
	int64_t size = query_number(s, "PRAGMA page_size", 0);

	return pages < 0 || unused < 0 || size < 0 ? 0 : (pages - unused) * size;
}

/*
 * Drop the first whole frame and its differences if they are too old, or the file is too large. The
 * next frame continues, so that none takes long, however much there is to drop.
 */
static int trim(struct store *s, const struct frame *frame)
{
	int64_t old = 0, second = query_number(s, "SELECT min(id) FROM frame WHERE key AND id >"
						  " (SELECT min(id) FROM frame)", 0);

	if (s->keep.age && frame->time.wall > s->keep.age)
		old = query_number(s, "SELECT max(id) FROM frame WHERE wall < ?",
				   frame->time.wall - s->keep.age);
	s->excess = second > 0 && (old >= second - 1 ||
				   (s->keep.size && bytes_used(s) > (int64_t)s->keep.size));
	return s->excess ? trim_to(s, second) : 0;
}

/* Write a frame within a transaction. A frame of another boot, or after a failure, is whole. */
static int append(struct store *s, struct frame *frame, struct pack *pack)
{
	bool key = !s->before || s->since_key >= KEY_INTERVAL - 1 ||
		   strcmp(s->boot_id, frame->boot_id);
	struct bytes bytes = {};
	int err = find_boot(s, frame->boot_id);

	pack_encode(pack, key ? NULL : s->before, &bytes);
	if (!err && bytes.failed)
		err = fail(s, -ENOMEM, "out of memory");
	if (!err && !key)
		err = train(s, &bytes);
	if (!err)
		err = write_frame(s, frame, key, &bytes);
	if (!err && (s->excess || (s->frame + 1) % TRIM_INTERVAL == 0))
		err = trim(s, frame);
	bytes_free(&bytes);
	if (!err)
		s->since_key = key ? 0 : s->since_key + 1;
	return err;
}

/* Take back what was not written, so that the next frame is whole */
static void roll_back(struct store *s)
{
	sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	s->open = false;
	pack_free(s->before);
	s->before = NULL;
	s->boot = 0;
	drop_dictionary(s);
}

int store_append(struct store *s, struct frame *frame)
{
	struct pack *pack;
	int err = pack_frame(frame, &pack);

	if (err)
		return fail(s, err, strerror(-err));
	if (s->open)
		store_commit(s);
	err = execute(s, "BEGIN");
	s->open = !err;
	s->incomplete = 0;
	if (!err)
		err = append(s, frame, pack);
	if (err) {
		pack_free(pack);
		roll_back(s);
		return err;
	}
	pack_free(s->before);
	s->before = pack;
	s->frame++;
	return 0;
}

int store_commit(struct store *s)
{
	int err;

	if (!s->open)
		return 0;
	/* SQLite may have rolled back already, and would say that there is nothing to commit */
	err = s->incomplete ? s->incomplete : execute(s, "COMMIT");
	if (err) {
		roll_back(s);
		s->frame--;
		return err;
	}
	s->open = false;
	return 0;
}

static int insert_decision(struct store *s, const struct store_decision *d)
{
	sqlite3_stmt *q;
	int err = 0;

	q = prepare(s, "INSERT INTO decision (frame, kind, rule, cgroup, cgroup_id, text)"
		       " VALUES (?, ?, ?, ?, ?, ?)");
	if (!q)
		return db_error(s, "cannot write the recording");
	sqlite3_bind_int64(q, 1, s->frame);
	sqlite3_bind_text(q, 2, d->kind, -1, SQLITE_STATIC);
	sqlite3_bind_text(q, 3, d->rule, -1, SQLITE_STATIC);
	sqlite3_bind_text(q, 4, d->cgroup, -1, SQLITE_STATIC);
	sqlite3_bind_int64(q, 5, d->id);
	sqlite3_bind_text(q, 6, d->text, -1, SQLITE_STATIC);
	if (sqlite3_step(q) != SQLITE_DONE)
		err = db_error(s, "cannot write the recording");
	sqlite3_finalize(q);
	return err;
}

int store_decide(struct store *s, const struct store_decision *d)
{
	if (s->open && !s->incomplete)
		s->incomplete = insert_decision(s, d);
	return s->open ? s->incomplete : 0;
}

/* --- reading --- */

int store_span(struct store *s, struct store_span *span)
{
	sqlite3_stmt *q = prepare(s, "SELECT count(*), coalesce(min(wall), 0), coalesce(max(wall), 0),"
				     " coalesce(sum(length(data)), 0) FROM frame");
	int err = 0;

	*span = (struct store_span){};
	if (!q)
		return db_error(s, "cannot read the recording");
	if (sqlite3_step(q) == SQLITE_ROW)
		*span = (struct store_span){
			.frames = sqlite3_column_int64(q, 0), .first = sqlite3_column_int64(q, 1),
			.last = sqlite3_column_int64(q, 2), .bytes = sqlite3_column_int64(q, 3),
		};
	else
		err = db_error(s, "cannot read the recording");
	sqlite3_finalize(q);
	return err;
}

int store_last(struct store *s, uint64_t *wall)
{
	int64_t last = query_number(s, "SELECT wall FROM frame ORDER BY id DESC LIMIT 1", 0);

	*wall = last < 0 ? 0 : last;
	return last < 0 ? last : 0;
}

/* Number of the last frame at or before a moment; that of the first one if all are behind it */
static int64_t number_at(struct store *s, uint64_t wall)
{
	int64_t number = query_number(s, "SELECT max(id) FROM frame WHERE wall <= ?",
				      wall > INT64_MAX ? INT64_MAX : wall);

	return number == -ENODATA ? query_number(s, "SELECT min(id) FROM frame", 0) : number;
}

int store_count(struct store *s, uint64_t from, uint64_t to, uint64_t *frames)
{
	int64_t first = number_at(s, from), last = first < 0 ? first : number_at(s, to);

	*frames = last < first || last < 0 ? 0 : last - first + 1;
	return last < 0 ? last : 0;
}

int store_note_interval(struct store *s, uint64_t ns)
{
	sqlite3_stmt *q = prepare(s, "INSERT OR REPLACE INTO meta VALUES ('interval', ?)");
	bool noted = q && !sqlite3_bind_int64(q, 1, ns) && sqlite3_step(q) == SQLITE_DONE;
	int err = noted ? 0 : db_error(s, "cannot write the recording");

	sqlite3_finalize(q);
	return err;
}

static int median_interval(struct store *s, uint64_t *ns)
{
	sqlite3_stmt *q = prepare(s, "WITH step AS (SELECT monotonic - lag(monotonic)"
				     " OVER (PARTITION BY boot ORDER BY id) AS ns FROM frame)"
				     " SELECT ns FROM step WHERE ns > 0 ORDER BY ns"
				     " LIMIT 1 OFFSET (SELECT count(*) FROM step WHERE ns > 0) / 2");
	int found = q ? sqlite3_step(q) : SQLITE_ERROR;
	int err = 0;

	*ns = found == SQLITE_ROW ? sqlite3_column_int64(q, 0) : 0;
	if (found != SQLITE_ROW && found != SQLITE_DONE)
		err = db_error(s, "cannot read the recording");
	sqlite3_finalize(q);
	return err;
}

int store_interval(struct store *s, uint64_t *ns)
{
	int64_t noted = query_number(s, "SELECT value FROM meta WHERE name = 'interval'", 0);

	if (noted == -ENODATA)
		return median_interval(s, ns);
	*ns = noted < 0 ? 0 : noted;
	return noted < 0 ? noted : 0;
}

static int decompress(struct store *s, const void *data, size_t compressed, size_t size,
		      const struct pack *before, struct pack **pack)
{
	char *bytes = malloc(size + 1);
	size_t n;
	int err;

	*pack = NULL;
	if (!bytes)
		return fail(s, -ENOMEM, "out of memory");
	if (s->from)
		n = ZSTD_decompress_usingDDict(s->decompress, bytes, size, data, compressed,
					       s->from);
	else
		n = ZSTD_decompressDCtx(s->decompress, bytes, size, data, compressed);
	err = ZSTD_isError(n) || n != size ? -EBADMSG : pack_decode(bytes, size, before, pack);
	free(bytes);
	return err == -EBADMSG ? fail(s, err, "the first of them is damaged") : err;
}

/* Read the frame of a row, on top of the one before if it is a difference */
static int read_row(struct store *s, sqlite3_stmt *q, struct pack **pack)
{
	bool key = sqlite3_column_int(q, 1);
	int64_t dictionary = sqlite3_column_int64(q, 2), size = sqlite3_column_int64(q, 3);
	int err = 0;

	if (!key && (!s->before || sqlite3_column_int64(q, 0) != s->frame + 1))
		return fail(s, -EBADMSG, "the one before the first of them is missing");
	if (size < 0 || size > MAX_FRAME)
		return fail(s, -EBADMSG, "the first of them is damaged");
	if (!dictionary)
		drop_dictionary(s);
	else if (dictionary != s->dictionary)
		err = load_dictionary(s, dictionary);
	return err ? err : decompress(s, sqlite3_column_blob(q, 4), sqlite3_column_bytes(q, 4),
				      size, key ? NULL : s->before, pack);
}

/* Frame @id cannot be read, so neither can those up to the next whole one: continue there */
static int skip_to_key(struct store *s, int64_t id)
{
	int64_t key = query_number(s, "SELECT min(id) FROM frame WHERE key AND id > ?", id), nr;
	char why[128];

	if (key < 0 && key != -ENODATA)
		return key;
	snprintf(why, sizeof(why), "%.127s", s->error);
	s->next = key < 0 ? INT64_MAX : key;
	nr = query_number(s, "SELECT count(*) FROM frame WHERE id < ?", s->next) -
	     query_number(s, "SELECT count(*) FROM frame WHERE id < ?", id);
	snprintf(s->error, sizeof(s->error), "frames that cannot be read: %" PRId64 ", since %s", nr, why);
	return -EBADMSG;
}

/* Read the next frame into @before. Returns as store_next(). */
static int read_next(struct store *s)
{
	sqlite3_stmt *q = prepare(s, "SELECT id, key, dictionary, size, data FROM frame"
				     " WHERE id >= ? ORDER BY id LIMIT 1");
	struct pack *pack = NULL;
	int64_t id = 0;
	int status, err = 0;

	if (!q)
		return db_error(s, "cannot read the recording");
	sqlite3_bind_int64(q, 1, s->next);
	status = sqlite3_step(q);
	if (status == SQLITE_ROW) {
		id = sqlite3_column_int64(q, 0);
		err = read_row(s, q, &pack);
	} else if (status != SQLITE_DONE) {
		err = db_error(s, "cannot read the recording");
	}
	sqlite3_finalize(q);
	if (status == SQLITE_DONE)
		return 0;
	pack_free(s->before);
	s->before = pack;
	s->frame = id;
	s->next = status == SQLITE_ROW ? id + 1 : INT64_MAX;
	if (err == -EBADMSG && status == SQLITE_ROW)
		err = skip_to_key(s, id);
	return err ? err : 1;
}

int store_next(struct store *s, struct frame **frame, uint64_t *number)
{
	int err = read_next(s);

	*frame = NULL;
	if (err <= 0)
		return err;
	if (number)
		*number = s->frame;
	err = pack_unpack(s->before, frame);
	if (err == -EBADMSG)
		return fail(s, err, "a frame of the recording is damaged");
	return err ? err : 1;
}

/* Continue with the last frame that @sql selects by @argument, or else with the first one */
static int seek(struct store *s, const char *sql, uint64_t argument)
{
	int64_t to = query_number(s, sql, argument), key;
	int err = 1;

	if (to == -ENODATA)
		to = query_number(s, "SELECT min(id) FROM frame", 0);
	if (to < 0)
		return to;
	key = query_number(s, "SELECT max(id) FROM frame WHERE key AND id <= ?", to);
	if (key < 0)
		return key == -ENODATA ? fail(s, -EBADMSG, "the recording has no whole frame") : key;
	pack_free(s->before);
	s->before = NULL;
	/* All before it, to build on */
	for (s->next = key; s->next < to && err > 0; )
		err = read_next(s);
	return err < 0 ? err : 0;
}

int store_seek(struct store *s, uint64_t wall)
{
	return seek(s, "SELECT max(id) FROM frame WHERE wall <= ?", wall);
}

int store_seek_frame(struct store *s, uint64_t number)
{
	return seek(s, "SELECT max(id) FROM frame WHERE id <= ?", number);
}

int store_decisions(struct store *s, uint64_t number,
		    void (*f)(void *arg, const struct store_decision *decision), void *arg)
{
	sqlite3_stmt *q = prepare(s, "SELECT kind, rule, cgroup, cgroup_id, text FROM decision"
				     " WHERE frame = ? ORDER BY id");
	int status;

	if (!q)
		return db_error(s, "cannot read the recording");
	sqlite3_bind_int64(q, 1, number);
	while ((status = sqlite3_step(q)) == SQLITE_ROW) {
		const struct store_decision d = {
			.kind = (const char *)sqlite3_column_text(q, 0),
			.rule = (const char *)sqlite3_column_text(q, 1),
			.cgroup = (const char *)sqlite3_column_text(q, 2),
			.id = sqlite3_column_int64(q, 3),
			.text = (const char *)sqlite3_column_text(q, 4),
		};

		/* Neither is NULL in what was written here, but the file may be of another origin */
		if (!d.kind || !d.text) {
			sqlite3_finalize(q);
			return fail(s, -EBADMSG, "a decision has no kind or no text");
		}
		f(arg, &d);
	}
	sqlite3_finalize(q);
	return status == SQLITE_DONE ? 0 : db_error(s, "cannot read the recording");
}
