/* postgres_pipe.c - requests, their results, and what goes wrong. */
#include <assert.h>
#include <string.h>

#include "sql/postgres.h"

/* ---- failures ------------------------------------------------------------ */

struct class
{
    const char *states; /* what an SQLSTATE begins with */
    enum failure_class kind;
    const char *advice;
};

/* In order; the last one is for all others: the SQL is ours and was right when
 * it was written, so the tables are not the ones that were made. */
static const struct class classes[] = {
    {"55P03", FAILURE_ENVIRONMENT,
     "another program is writing to it; run it again, or use --wait"},
    {"57014", FAILURE_ENVIRONMENT, "it took too long; run it again"},
    {"42501", FAILURE_ENVIRONMENT, "the role may not do that"},
    {"42P07", FAILURE_ENVIRONMENT,
     "it has such a table already; run it again, or name an empty schema"},
    {"3F000", FAILURE_ENVIRONMENT, "make a schema that the role may write to"},
    {"25006", FAILURE_ENVIRONMENT, "it is a standby, or set to read only"},
    {"22021", FAILURE_DATA, "the tape has text that PostgreSQL cannot hold"},
    {"23", FAILURE_DATA, "its rows contradict each other; see xledger --check"},
    {"08", FAILURE_ENVIRONMENT, NULL},
    {"28", FAILURE_ENVIRONMENT, NULL},
    {"3D", FAILURE_ENVIRONMENT, NULL},
    {"40", FAILURE_ENVIRONMENT, "run it again"},
    {"53", FAILURE_ENVIRONMENT, NULL},
    {"55", FAILURE_ENVIRONMENT, NULL},
    {"57", FAILURE_ENVIRONMENT, "run it again"},
    {"58", FAILURE_ENVIRONMENT, NULL},
    {"", FAILURE_DATA,
     "it was changed by hand, or is damaged: restore a copy, or post the "
     "tapes anew"},
};

/* The first line, without what PostgreSQL begins a message with. */
static int
line_of(const char **text)
{
    static const char *const words[] = {"ERROR:  ", "FATAL:  ", "PANIC:  "};

    for (unsigned i = 0; i < sizeof words / sizeof *words; i++)
        if (strncmp(*text, words[i], strlen(words[i])) == 0)
            *text += strlen(words[i]);
    return (int)strcspn(*text, "\n");
}

bool
postgres_is_lost(const struct postgres *postgres)
{
    return !postgres->handle || pq.status(postgres->handle) != CONNECTION_OK;
}

int
postgres_fail(struct postgres *postgres, const PGresult *result,
              struct failure *failure)
{
    const char *state =
        result ? pq.resultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const char *text =
        state ? pq.resultErrorField(result, PG_DIAG_MESSAGE_PRIMARY)
              : pq.errorMessage(postgres->handle);
    const struct class *class = classes;
    int size;

    if (!text || !*text)
        text = "the connection was lost";
    size = line_of(&text);
    if (!state)
        return fail(failure, FAILURE_ENVIRONMENT, "%s: %.*s",
                    postgres->base.name, size, text);
    while (strncmp(state, class->states, strlen(class->states)) != 0)
        class ++;
    return fail(failure, class->kind, "%s: %.*s%s%s", postgres->base.name, size,
                text, class->advice ? ": " : "",
                class->advice ? class->advice : "");
}

/* ---- requests ------------------------------------------------------------ */

int
postgres_send(struct postgres *postgres, const char *sql,
              const struct postgres_parameters *parameters,
              postgres_taker *take, void *owner, struct failure *failure)
{
    static const int binary[SQL_COLUMNS_MAX + 1] = {1, 1, 1, 1, 1, 1, 1,
                                                    1, 1, 1, 1, 1, 1};
    static const struct postgres_parameters none;
    const struct postgres_parameters *p = parameters ? parameters : &none;

    assert(p->count >= 0 && p->count <= SQL_COLUMNS_MAX + 1);
    if (postgres->sent_count == POSTGRES_SENT &&
        postgres_sync(postgres, failure) != 0)
        return -1;
    if (pq.sendQueryParams(postgres->handle, sql, p->count, p->types, p->values,
                           p->sizes, binary, 1) != 1)
        return postgres_fail(postgres, NULL, failure);
    postgres->sent[postgres->sent_count++] =
        (struct postgres_sent){take, owner};
    return 0;
}

/* ---- results ------------------------------------------------------------- */

/* The results of one request, of which the first failure counts. */
static int
take_results(struct postgres *postgres, const struct postgres_sent *sent,
             bool failed, struct failure *failure)
{
    PGresult *result;
    int outcome = 0;

    while ((result = pq.getResult(postgres->handle))) {
        ExecStatusType status = pq.resultStatus(result);

        if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) {
            postgres->answered = true;
            if (!failed && outcome == 0 && sent->take)
                outcome = sent->take(postgres, sent->owner, result, failure);
            if (outcome == POSTGRES_KEPT) {
                outcome = 0;
                continue;
            }
        } else if (status != PGRES_PIPELINE_ABORTED && !failed &&
                   outcome == 0) {
            outcome = postgres_fail(postgres, result, failure);
        }
        pq.clear(result);
        if (postgres_is_lost(postgres))
            break;
    }
    if (outcome == 0 && !failed && postgres_is_lost(postgres))
        outcome = postgres_fail(postgres, NULL, failure);
    return outcome;
}

int
postgres_sync(struct postgres *postgres, struct failure *failure)
{
    PGresult *result;
    int outcome = 0;
    unsigned count = postgres->sent_count;

    postgres->sent_count = 0;
    postgres->answered = false;
    if (count == 0)
        return 0;
    if (pq.pipelineSync(postgres->handle) != 1)
        return postgres_fail(postgres, NULL, failure);
    for (unsigned i = 0; i < count && !postgres_is_lost(postgres); i++)
        if (take_results(postgres, &postgres->sent[i], outcome != 0, failure) !=
            0)
            outcome = -1;
    while (!postgres_is_lost(postgres) &&
           (result = pq.getResult(postgres->handle))) {
        bool end = pq.resultStatus(result) == PGRES_PIPELINE_SYNC;

        pq.clear(result);
        if (end)
            break;
    }
    if (outcome == 0 && postgres_is_lost(postgres))
        outcome = postgres_fail(postgres, NULL, failure);
    return outcome;
}
