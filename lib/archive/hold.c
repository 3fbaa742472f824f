#include "archive/hold.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/catalog_rows.h"
#include "archive/part_reader.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/json_flat.h"

/* ---- reading ------------------------------------------------------------- */

/* A member of a line that holds a list, added to a selection. */
static int
add_list(struct selection *selection, const char *line, size_t size,
         const char *key,
         int (*add)(struct selection *, const char *, struct failure *),
         bool *given, struct failure *failure)
{
    struct bytes value = {0};
    int result = 0;

    *given = json_flat_get(line, size, key, &value);
    if (*given)
        result = add(selection, (const char *)value.bytes, failure);
    bytes_free(&value);
    return result;
}

static int64_t
get_time(const char *line, size_t size, const char *key)
{
    struct bytes value = {0};
    int64_t time = TIME_NULL;

    if (json_flat_get(line, size, key, &value))
        (void)time_parse((const char *)value.bytes, value.size, &time);
    bytes_free(&value);
    return time;
}

static int
parse(struct legal_hold *hold, const char *line, size_t size,
      struct failure *failure)
{
    struct selection *both[] = {&hold->selection, &hold->accounts};
    bool given;

    hold->line = line;
    hold->size = size;
    hold->until = get_time(line, size, "until");
    for (int i = 0; i < 2; i++) {
        selection_init(both[i]);
        both[i]->from = get_time(line, size, "from");
        both[i]->to = get_time(line, size, "to");
    }
    if (add_list(&hold->selection, line, size, "types", selection_add_types,
                 &given, failure) != 0 ||
        add_list(&hold->selection, line, size, "symbols", selection_add_symbols,
                 &hold->by_symbol, failure) != 0)
        return -1;
    return add_list(&hold->accounts, line, size, "accounts",
                    selection_add_accounts, &hold->by_account, failure);
}

static void
drop(struct legal_hold *hold)
{
    selection_free(&hold->selection);
    selection_free(&hold->accounts);
}

static int
add(struct holds *holds, const char *id, const char *line, size_t size,
    struct failure *failure)
{
    struct legal_hold *list =
        array_grow(holds->list, &holds->capacity, holds->count + 1UL,
                   sizeof *list, failure);
    struct legal_hold *hold;

    if (!list)
        return -1;
    holds->list = list;
    hold = &list[holds->count++];
    *hold = (struct legal_hold){0};
    snprintf(hold->id, sizeof hold->id, "%s", id);
    return parse(hold, line, size, failure);
}

static void
remove_hold(struct holds *holds, unsigned i)
{
    assert(i < holds->count);
    drop(&holds->list[i]);
    holds->list[i] = holds->list[--holds->count];
}

/* All of that id: one whose time was over may have been placed anew. */
static void
release(struct holds *holds, const char *id)
{
    for (unsigned i = 0; i < holds->count;)
        if (strcmp(holds->list[i].id, id) == 0)
            remove_hold(holds, i);
        else
            i++;
}

/* Those whose time is over hold no more. */
static void
drop_ended(struct holds *holds, int64_t now)
{
    for (unsigned i = 0; i < holds->count;)
        if (holds->list[i].until != TIME_NULL && holds->list[i].until <= now)
            remove_hold(holds, i);
        else
            i++;
}

int
holds_read(struct holds *holds, const struct journal *journal,
           struct failure *failure)
{
    struct bytes what = {0}, id = {0};
    const char *line;
    size_t at = 0, size;
    int result = 0;

    *holds = (struct holds){0};
    while (result == 0 && journal_next(journal, &at, &line, &size)) {
        if (!json_flat_get(line, size, "what", &what) ||
            !json_flat_get(line, size, "id", &id))
            continue;
        if (strcmp((char *)what.bytes, "release") == 0)
            release(holds, (const char *)id.bytes);
        else if (strcmp((char *)what.bytes, "hold") == 0)
            result = add(holds, (const char *)id.bytes, line, size, failure);
    }
    bytes_free(&what);
    bytes_free(&id);
    drop_ended(holds, journal->now);
    return result;
}

void
holds_free(struct holds *holds)
{
    for (unsigned i = 0; i < holds->count; i++)
        drop(&holds->list[i]);
    free(holds->list);
    *holds = (struct holds){0};
}

const struct legal_hold *
holds_find(const struct holds *holds, const char *id)
{
    for (unsigned i = 0; i < holds->count; i++)
        if (strcmp(holds->list[i].id, id) == 0)
            return &holds->list[i];
    return NULL;
}

/* ---- writing ------------------------------------------------------------- */

static void
put_text(struct json *json, const char *key, const char *text)
{
    if (!text)
        return;
    json_key(json, key);
    json_text(json, text);
}

static void
put_time(struct json *json, const char *key, int64_t time)
{
    if (time == TIME_NULL)
        return;
    json_key(json, key);
    json_time(json, time);
}

/* Whether the lists mean something: nothing may be noted that cannot be read
 * again. */
static int
check_lists(const struct hold_terms *terms, struct failure *failure)
{
    struct selection selection;
    int result = 0;

    selection_init(&selection);
    if (terms->types)
        result = selection_add_types(&selection, terms->types, failure);
    if (result == 0 && terms->symbols)
        result = selection_add_symbols(&selection, terms->symbols, failure);
    if (result == 0 && terms->accounts)
        result = selection_add_accounts(&selection, terms->accounts, failure);
    selection_free(&selection);
    return result;
}

int
hold_place(struct journal *journal, const struct holds *holds,
           const struct hold_terms *terms, struct failure *failure)
{
    struct json *json;

    if (strlen(terms->id) == 0 || strlen(terms->id) >= HOLD_ID_MAX)
        return fail(failure, FAILURE_USAGE,
                    "the id of a hold has 1 to %d bytes", HOLD_ID_MAX - 1);
    if (holds_find(holds, terms->id))
        return fail(failure, FAILURE_USAGE, "there is a hold %s already",
                    terms->id);
    if (terms->from != TIME_NULL && terms->to != TIME_NULL &&
        terms->from >= terms->to)
        return fail(failure, FAILURE_USAGE, "--to is not after --from");
    if (check_lists(terms, failure) != 0)
        return -1;
    if (journal_mend(journal, failure) != 0)
        return -1;
    json = journal_begin(journal, "hold");
    put_text(json, "id", terms->id);
    put_text(json, "case", terms->reason);
    put_text(json, "by", terms->by);
    put_time(json, "from", terms->from);
    put_time(json, "to", terms->to);
    put_text(json, "types", terms->types);
    put_text(json, "symbols", terms->symbols);
    put_text(json, "accounts", terms->accounts);
    put_time(json, "until", terms->until);
    if (journal_end(journal, failure) != 0)
        return -1;
    return journal_commit(journal, failure);
}

int
hold_release(struct journal *journal, const struct holds *holds,
             const struct hold_terms *terms, struct failure *failure)
{
    struct json *json;

    if (!holds_find(holds, terms->id))
        return fail(failure, FAILURE_USAGE,
                    "there is no hold %s; xarchive holds lists them",
                    terms->id);
    if (journal_mend(journal, failure) != 0)
        return -1;
    json = journal_begin(journal, "release");
    put_text(json, "id", terms->id);
    put_text(json, "case", terms->reason);
    put_text(json, "by", terms->by);
    if (journal_end(journal, failure) != 0)
        return -1;
    return journal_commit(journal, failure);
}

/* ---- parts --------------------------------------------------------------- */

/* Whether the part can have events of the type and time. */
static bool
may_concern(const struct legal_hold *hold, const struct part *part)
{
    const struct selection *selection = &hold->selection;
    int64_t first = part->time_min, last = part->time_max;

    if (!selection_may_take_type(selection, part->name.type))
        return false;
    if (selection->from != TIME_NULL && last < selection->from)
        return false;
    return selection->to == TIME_NULL || first < selection->to;
}

/* Takes an instrument: 1, which ends the search, when it is held. */
struct symbol_search {
    const struct legal_hold *hold;
    bool found;
};

static int
take_symbol(void *owner, const char *exchange, size_t exchange_size,
            const char *symbol, size_t symbol_size)
{
    struct symbol_search *search = owner;

    search->found |= selection_may_take_symbol(
        &search->hold->selection, exchange, exchange_size, symbol, symbol_size);
    return 0;
}

/* Whether some event of the part is of one of the accounts: 1, 0, -1. */
static int
has_account(const struct legal_hold *hold, const struct archive *archive,
            const struct part *part, const struct tape_header *header,
            struct failure *failure)
{
    struct part_filter filter = PART_FILTER_ALL;
    struct selection *selection = (struct selection *)&hold->accounts;
    struct part_reader reader;
    struct input input;
    char *path;
    int result = archive_open_part(archive, part, &input, &path, failure);

    if (result > 0) {
        selection_begin(selection, header);
        filter.selection = selection;
        result =
            part_reader_open(&reader, &input, path, &filter, NULL, failure);
        while (result == 0 && (result = part_reader_next(&reader, failure)) > 0)
            if (!selection_takes(selection, reader.event))
                result = 0;
            else
                break;
        part_reader_close(&reader);
    }
    free(path);
    return result;
}

static int
holds_one(const struct legal_hold *hold, const struct archive *archive,
          const struct part *part, struct failure *failure)
{
    struct symbol_search search = {hold, false};
    int there;

    if (!may_concern(hold, part))
        return 0;
    if (!hold->by_symbol)
        return 1;
    there = part_instruments(archive, part, take_symbol, &search, failure);
    /* of one that is missing nobody knows */
    return there < 0 ? -1 : there == 0 || search.found;
}

int
holds_part(const struct holds *holds, const struct archive *archive,
           const struct part *part, const struct tape_header *header,
           const struct legal_hold **by, struct failure *failure)
{
    *by = NULL;
    for (unsigned i = 0; i < holds->count; i++) {
        const struct legal_hold *hold = &holds->list[i];
        int is = holds_one(hold, archive, part, failure);

        if (is > 0 && hold->by_account && header)
            is = has_account(hold, archive, part, header, failure);
        if (is > 0)
            *by = hold;
        if (is != 0)
            return is;
    }
    return 0;
}
