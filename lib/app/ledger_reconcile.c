#include "app/ledger_reconcile.h"

#include <assert.h>
#include <stdlib.h>

#include "app/reconcile.h"

static void
remark_rest(const struct reconciliation *all, struct run *run)
{
    if (all->positions == 0 || all->balances == 0)
        run_remark(run, "the statement has no %s: they are not compared",
                   all->positions ? "balances" : "positions");
    if (all->unnamed)
        run_remark(run,
                   "not compared: %llu account%s that the statement does "
                   "not name",
                   (unsigned long long)all->unnamed,
                   all->unnamed == 1 ? "" : "s");
}

/* "bank.csv: 3 breaks: 2 quantity, 1 sign". */
static int
conclude(const struct reconciliation *all, const char *path, struct run *run)
{
    uint64_t kinds[BREAK_KINDS];
    uint64_t count = reconcile_count(all, kinds);
    struct bytes text = {0};
    const char *before = "";

    if (count == 0)
        return 0;
    for (int i = 0; i < BREAK_KINDS; i++) {
        if (kinds[i] == 0)
            continue;
        bytes_put_format(&text, "%s%llu %s", before,
                         (unsigned long long)kinds[i], break_kind_words[i]);
        before = ", ";
    }
    fail(&run->failure, FAILURE_DATA, "%s: %llu break%s: %.*s", path,
         (unsigned long long)count, count == 1 ? "" : "s", (int)text.size,
         (const char *)text.bytes);
    bytes_free(&text);
    return -1;
}

/* The postings of the accounts that have a break. */
static int
read_history(struct ledger_session *session, struct reconciliation *all,
             struct failure *failure)
{
    uint64_t *accounts = allocate(failure, all->count, sizeof *accounts);
    size_t count = 0;
    int result = accounts ? 0 : -1;

    for (size_t i = 0; i < all->count && result == 0; i++)
        if (all->breaks[i].account != LEDGER_NONE)
            accounts[count++] =
                session->ledger.accounts[all->breaks[i].account].id;
    if (count > 0)
        result = ledgerdb_history(session->database, accounts, count,
                                  reconcile_movement, all, failure);
    free(accounts);
    return result;
}

int
ledger_reconcile(struct ledger_session *session, struct run *run)
{
    const struct ledger_options *options = session->options;
    const struct ledger_report_source source = {
        &session->ledger, &session->names, &run->instruments};
    struct statement_file file = {0};
    struct reconciliation all = {0};
    struct bytes text = {0};
    int result;

    assert(options->reconcile && session->database);
    result = statement_read(&file, options->reconcile, &options->maps,
                            &run->instruments, &run->failure);
    if (result == 0)
        result = reconcile_compare(&all, &source, &file, &run->failure) == 0
                     ? 0
                     : fail_at(&run->failure, "%s", options->reconcile);
    if (result == 0 && all.count > 0)
        result = read_history(session, &all, &run->failure);
    if (result == 0)
        result = reconcile_explain(&all, &run->failure);
    if (result == 0)
        result = reconcile_write(&all, options->json, &text, &run->failure);
    if (result == 0 && !options->json && all.count == 0)
        bytes_put_format(&text,
                         "no breaks: %llu positions and %llu balances "
                         "agree\n",
                         (unsigned long long)all.positions,
                         (unsigned long long)all.balances);
    if (result == 0)
        result = output_put(&run->output, text.bytes, text.size);
    if (result == 0) {
        remark_rest(&all, run);
        result = conclude(&all, options->reconcile, run);
    }
    bytes_free(&text);
    reconcile_free(&all);
    statement_file_free(&file);
    return result;
}
