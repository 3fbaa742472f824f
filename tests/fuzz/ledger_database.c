/* Fuzzes the databases of ledgers, as a hostile person would write them: cells
 * of a true one are changed, rows removed and doubled, and the digests of all
 * tables are right again; or else bytes of the file are overwritten.
 *
 * xledger ends with a status of its own, whatever it finds. */
#include <assert.h>

#include "ledgerdb/schema.h"
#include "ledgerdb/tables.h"
#include "place.h"
#include "script.h"

int xgen_main(int argc, char **argv);
int xledger_main(int argc, char **argv);
int xmatch_main(int argc, char **argv);

enum { FILE_MAX = 1 << 20, CHANGES_MAX = 8 };

static unsigned char whole[FILE_MAX]; /* the true one */
static size_t whole_size;

static void
make_ledger(void)
{
    int fd;
    ssize_t size;

    if (place_run(xgen_main, "xgen -n 80 --symbols 2 --seed 1 --stream s",
                  "in.tape") != 0 ||
        place_run(xmatch_main, "xmatch in.tape", "first.tape") != 0 ||
        place_run(xledger_main, "xledger -d true.db first.tape", NULL) != 0 ||
        place_run(xgen_main, "xgen -n 80 --symbols 2 --seed 2 --stream t",
                  "in.tape") != 0 ||
        place_run(xmatch_main, "xmatch in.tape", "second.tape") != 0)
        abort();
    fd = open("true.db", O_RDONLY | O_CLOEXEC);
    size = fd < 0 ? -1 : read(fd, whole, sizeof whole);
    assert(size > 0 && (size_t)size < sizeof whole);
    close(fd);
    whole_size = (size_t)size;
}

/* ---- changes ------------------------------------------------------------- */

/* A value as a literal. */
static void
put_value(struct script *script, char *text, size_t size)
{
    static const char *const texts[] = {
        "NULL",
        "''",
        "'USD'",
        "'-0.00000001'",
        "'170141183460469231731687303715884105727'",
        "'1e5'",
        "X'00'",
        "zeroblob(100000)",
        "'trade'",
        "printf('%.*c', 70000, 'x')",
        "'-1701411834604692317316873037158841057.28'",
        "'ffffffffffffffff'",
        "char(0, 1)",
        "CAST(X'ff80' AS TEXT)"};
    uint8_t which = byte(script);

    if (which % 2)
        snprintf(text, size, "%s",
                 texts[which / 2 % (sizeof texts / sizeof *texts)]);
    else if (which % 4)
        snprintf(text, size, "%lld", (long long)number(script));
    else
        snprintf(text, size, "'%lld'", (long long)number(script));
}

static void
change(struct script *script, struct database *database)
{
    const struct sql_table *table =
        &ledgerdb_tables[byte(script) % LEDGERDB_TABLES];
    const char *column = table->columns[byte(script) % table->count].name;
    const char *key = table->columns[byte(script) % table->count].name;
    struct failure failure = {0};
    unsigned row = byte(script);
    char value[128], sql[512];

    put_value(script, value, sizeof value);
    switch (byte(script) % 8) {
    case 0:
        snprintf(sql, sizeof sql,
                 "DELETE FROM %s WHERE %s = (SELECT %s FROM %s LIMIT 1 OFFSET "
                 "%u)",
                 table->name, key, key, table->name, row);
        break;
    case 1:
        snprintf(sql, sizeof sql,
                 "INSERT OR IGNORE INTO digests VALUES (%s, %u, %s)", value,
                 row, value);
        break;
    case 2:
        snprintf(sql, sizeof sql, "UPDATE OR REPLACE %s SET %s = %s",
                 table->name, column, value);
        break;
    default:
        snprintf(sql, sizeof sql,
                 "UPDATE OR REPLACE %s SET %s = %s WHERE %s = (SELECT %s FROM "
                 "%s LIMIT 1 OFFSET %u)",
                 table->name, column, value, key, key, table->name, row);
    }
    (void)database_execute(database, sql, &failure);
}

/* Where a digest cannot be computed, the row stays as it is. */
static void
mend_digests(struct database *database)
{
    struct sql_digest digest;
    struct failure failure = {0};
    char sql[256];

    for (int i = 0; i < LEDGERDB_TABLES; i++) {
        const char *name = ledgerdb_tables[i].name;

        if (sql_rows_digest(database, &ledgerdb_tables[i], &digest, &failure) !=
            0)
            continue;
        snprintf(sql, sizeof sql,
                 "UPDATE digests SET row_count = %llu, digest = '%016llx' "
                 "WHERE table_name = '%s'",
                 (unsigned long long)digest.rows,
                 (unsigned long long)digest.sum, name);
        (void)database_execute(database, sql, &failure);
    }
}

static void
change_rows(struct script *script)
{
    static const struct database_options ours = {
        .mode = DATABASE_WRITE, .application = LEDGERDB_APPLICATION};
    struct failure failure = {0};
    struct database *database;
    unsigned count = byte(script) % CHANGES_MAX;

    place_write("l.db", whole, whole_size);
    database = database_open_as("l.db", &ours, &failure);
    assert(database);
    (void)database_execute(database,
                           "PRAGMA ignore_check_constraints = ON;"
                           "PRAGMA foreign_keys = OFF;"
                           "PRAGMA synchronous = OFF;",
                           &failure);
    for (unsigned i = 0; i <= count; i++)
        change(script, database);
    mend_digests(database);
    (void)database_rest(database, &failure);
    database_close(database);
}

static void
change_bytes(struct script *script)
{
    static unsigned char copy[FILE_MAX];
    unsigned count = byte(script) % 32;

    memcpy(copy, whole, whole_size);
    for (unsigned i = 0; i <= count; i++) {
        size_t at =
            (byte(script) * 4096UL + byte(script) * 16UL + byte(script) % 16U) %
            whole_size;

        copy[at] = byte(script);
    }
    place_write("l.db", copy, whole_size);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char *const lines[] = {
        "xledger -d l.db --check",
        "xledger -d l.db --print balances",
        "xledger -d l.db --print positions --json",
        "xledger -d l.db first.tape",
        "xledger -d l.db second.tape",
        "xledger -d l.db --print balances second.tape",
    };
    struct script script = {bytes, bytes + size};
    unsigned which = byte(&script);
    int status;

    place_enter();
    if (!whole_size)
        make_ledger();
    unlink("l.db-wal");
    unlink("l.db-shm");
    unlink("l.db-journal");
    if (byte(&script) % 4)
        change_rows(&script);
    else
        change_bytes(&script);
    status = place_run(xledger_main,
                       lines[which % (sizeof lines / sizeof *lines)], NULL);
    assert(status >= 0 && status <= 3);
    place_leave();
    return 0;
}
