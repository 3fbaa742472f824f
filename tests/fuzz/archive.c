/* Fuzzes what lies in the directory of an archive, as a hostile person would
 * write it: manifests after a true one, with right checksums, names and chain
 * (made_manifest.h); rows of the catalog; policy.conf.
 *
 * The input is a byte for the program to be run, and pieces with a 0 between
 * them: the first byte of each says what it is.  Whatever is found, a program
 * ends with a status of its own, and what lies beside the archive and is no
 * tier of it is not touched. */
#include "made_manifest.h"

#include "place.h"
#include "script.h"
#include "sql/database.h"

int xarchive_main(int argc, char **argv);
int xgen_main(int argc, char **argv);
int xrestore_main(int argc, char **argv);

enum { FILES_MAX = 32, PIECES_MAX = 8 };

/* ---- a true archive ------------------------------------------------------ */

static struct {
    char *path;
    unsigned char *bytes;
    size_t size;
    bool directory;
} files[FILES_MAX];
static unsigned file_count;
static struct made_manifest true_one;

static int
keep(const char *path, const struct stat *about, int kind, struct FTW *walk)
{
    size_t size = (size_t)about->st_size;
    int fd = -1;

    (void)walk;
    assert(file_count < FILES_MAX);
    files[file_count].directory = kind == FTW_D;
    files[file_count].path = strdup(path);
    files[file_count].path[0] = 'a'; /* of "t" */
    if (kind != FTW_D) {
        files[file_count].bytes = malloc(size);
        files[file_count].size = size;
        fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0 || read(fd, files[file_count].bytes, size) != (ssize_t)size)
            abort();
        close(fd);
    }
    file_count++;
    return 0;
}

static void
make_archive(void)
{
    struct sha256 sha256 = {0};
    struct failure failure = {0};

    if (place_run(xgen_main, "xgen -n 40 --symbols 1 --seed 1 --stream s",
                  "in.tape") != 0 ||
        place_run(xarchive_main, "xarchive -d t put in.tape", NULL) != 0 ||
        mkdir("outside", 0700) != 0 || nftw("t", keep, 16, FTW_PHYS) != 0)
        abort();
    place_write("outside/file", "here", 4);
    for (unsigned i = 0; i < file_count; i++)
        if (strncmp(files[i].path, "a/_tapes/", 9) == 0) {
            snprintf(true_one.name, sizeof true_one.name, "%s",
                     files[i].path + 9);
            assert(sha256_begin(&sha256, &failure) == 0);
            sha256_add(&sha256, files[i].bytes, files[i].size);
            sha256_end(&sha256, true_one.sha256);
        }
    assert(true_one.sha256[0]);
}

static void
put_archive(void)
{
    place_clear("a");
    for (unsigned i = 0; i < file_count; i++)
        if (!files[i].directory)
            place_write(files[i].path, files[i].bytes, files[i].size);
        else if (mkdir(files[i].path, 0700) != 0)
            abort();
}

/* ---- pieces -------------------------------------------------------------- */

static void
put_manifest(const char *raw, size_t size, struct made_manifest *made,
             unsigned number, const struct made_manifest *before)
{
    char path[160];

    make_manifest(made, raw, size, number, before);
    snprintf(path, sizeof path, "a/_tapes/%s", made->name);
    place_write(path, made->text.bytes, made->text.size);
    bytes_free(&made->text);
}

/* A cell of the catalog gets another value, or all of a column. */
static void
put_row(struct script *script, struct database *database)
{
    static const struct {
        const char *table, *columns[12];
        unsigned count;
    } tables[] = {
        {"head", {"number", "name", "sha256"}, 3},
        {"tape",
         {"name", "stream", "status", "tape_last_seq", "events", "sha256"},
         6},
        {"part",
         {"path", "tape", "type", "date", "tier", "rows", "bytes", "first_seq",
          "last_seq", "time_min", "time_max", "sha256"},
         12},
        {"instrument", {"id", "exchange", "symbol"}, 3},
        {"part_instrument", {"part", "instrument"}, 2}};
    static const char *const values[] = {
        "'../outside/file'",
        "'type=trade/../../outside/file'",
        "''",
        "X'0001'",
        "'warm'",
        "printf('%.*c', 5000, 'x')",
        "char(0,10,9)",
        "'9999-99-99'",
        "'2026-01-08T00:00:00Z'",
        "zeroblob(70000)",
        "'type=trade/date=2026-01-08/part-0000000000000000-1-1.parquet'",
        "'aaaaaaaaaaaaaaaa-1-99'"};
    unsigned t = byte(script) % 5, row = byte(script);
    const char *column = tables[t].columns[byte(script) % tables[t].count];
    struct failure failure = {0};
    char sql[512], value[128];

    if (byte(script) % 2)
        snprintf(value, sizeof value, "%s",
                 values[byte(script) % (sizeof values / sizeof *values)]);
    else
        snprintf(value, sizeof value, "%lld", (long long)number(script));
    if (row % 8 == 7)
        snprintf(sql, sizeof sql, "DELETE FROM %s WHERE rowid %% 3 = %u",
                 tables[t].table, row / 8 % 3);
    else
        snprintf(sql, sizeof sql,
                 "UPDATE OR REPLACE %s SET %s = %s WHERE %s = (SELECT %s FROM "
                 "%s LIMIT 1 OFFSET %u)",
                 tables[t].table, column, value, column, column,
                 tables[t].table, row / 8);
    (void)database_execute(database, sql, &failure);
}

static void
put_rows(const char *raw, size_t size)
{
    struct script script = {(const uint8_t *)raw, (const uint8_t *)raw + size};
    struct failure failure = {0};
    struct database *database =
        database_open("a/catalog.db", DATABASE_WRITE, &failure);

    if (!database)
        return;
    (void)database_execute(
        database, "PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF;",
        &failure);
    while (script.at < script.end)
        put_row(&script, database);
    database_close(database);
}

static void
put_policy(const char *raw, size_t size)
{
    struct bytes text = {0};
    struct failure failure = {0};

    put_text(&text, "tier hot .\ntier warm ../warm\n");
    bytes_put(&text, raw, size);
    put_text(&text, "\n");
    assert(bytes_ok(&text, &failure) == 0);
    place_write("a/policy.conf", text.bytes, text.size);
    bytes_free(&text);
}

static void
put_pieces(const char *at, const char *end)
{
    static struct made_manifest made[2];
    const struct made_manifest *before = &true_one;

    for (unsigned i = 0, number = 2; i < PIECES_MAX && at < end; i++) {
        size_t size = strnlen(at, (size_t)(end - at));

        if (size > 0 && *at == 'p') {
            put_policy(at + 1, size - 1);
        } else if (size > 0 && *at == 'c') {
            /* its rows may be any bytes: it is the last piece */
            put_rows(at + 1, (size_t)(end - at) - 1);
            return;
        } else {
            put_manifest(at, size, &made[number % 2], number, before);
            before = &made[number++ % 2];
        }
        at += size + (at + size < end);
    }
}

/* ---- programs ------------------------------------------------------------ */

static const struct {
    int (*main)(int argc, char **argv);
    const char *line;
} calls[] = {
    {xarchive_main, "xarchive -d a verify"},
    {xarchive_main, "xarchive -d a fsck"},
    {xarchive_main, "xarchive -d a fsck --rebuild"},
    {xarchive_main, "xarchive -d a compact"},
    {xarchive_main, "xarchive -d a ls"},
    {xarchive_main, "xarchive -d a columns"},
    {xarchive_main, "xarchive -d a plan --now 2030-01-01"},
    {xarchive_main, "xarchive -d a sweep --now 2030-01-01"},
    {xarchive_main, "xarchive -d a audit"},
    {xarchive_main, "xarchive -d a hold h --case c -s ACME -a 4"},
    {xarchive_main, "xarchive -d a put in.tape"},
    {xrestore_main, "xrestore -d a"},
    {xrestore_main, "xrestore -d a -s SYM001 -t order"},
    {xrestore_main, "xrestore -d a --stream s --no-verify"},
};

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const char *at = (const char *)bytes, *end = at + size;
    unsigned which = size ? bytes[0] : 0;
    int status;

    if (size == 0)
        return 0;
    place_enter();
    if (!file_count)
        make_archive();
    put_archive();
    place_clear("warm");
    mkdir("warm", 0700);
    put_pieces(at + 1, end);
    status = place_run(calls[which % (sizeof calls / sizeof *calls)].main,
                       calls[which % (sizeof calls / sizeof *calls)].line,
                       "out.tape");
    assert(status >= 0 && status <= 3);
    assert(access("outside/file", F_OK) == 0);
    place_leave();
    return 0;
}
