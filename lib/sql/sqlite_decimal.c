/* sqlite_decimal.c - exact decimals in SQL: the functions that the sqlite3
 * shell has by the same names, so that a query runs here as it does there. */
#include <assert.h>
#include <sqlite3.h>
#include <string.h>

#include "base/decimal.h"
#include "sql/sqlite.h"

static bool
argument(sqlite3_context *context, sqlite3_value *value, i128 *amount)
{
    const char *text = (const char *)sqlite3_value_text(value);
    int size = sqlite3_value_bytes(value);

    if (text && amount_parse(text, (size_t)size, amount) == DECIMAL_OK)
        return true;
    sqlite3_result_error(context, "not an amount", -1);
    return false;
}

static void
give(sqlite3_context *context, i128 amount)
{
    char text[AMOUNT_TEXT_MAX];
    size_t size = amount_format(amount, text);

    sqlite3_result_text(context, text, (int)size, SQLITE_TRANSIENT);
}

/* Gives a + b, or a - b, unless that leaves the range. */
static void
combine(sqlite3_context *context, sqlite3_value **values,
        bool (*operation)(i128 a, i128 b, i128 *result))
{
    i128 a, b;

    if (!argument(context, values[0], &a) || !argument(context, values[1], &b))
        return;
    if (operation(a, b, &a))
        give(context, a);
    else
        sqlite3_result_error(context, "amount out of range", -1);
}

static void
add(sqlite3_context *context, int count, sqlite3_value **values)
{
    assert(count == 2);
    combine(context, values, amount_add);
}

static void
subtract(sqlite3_context *context, int count, sqlite3_value **values)
{
    assert(count == 2);
    combine(context, values, amount_sub);
}

static void
compare(sqlite3_context *context, int count, sqlite3_value **values)
{
    i128 a, b;

    (void)count;
    if (argument(context, values[0], &a) && argument(context, values[1], &b))
        sqlite3_result_int(context, (a > b) - (a < b));
}

/* Sums may leave the range of an amount on the way: unsigned, they wrap and
 * come back.  SQLite aligns its memory to 8 only. */
static void
sum_step(sqlite3_context *context, int count, sqlite3_value **values)
{
    void *memory = sqlite3_aggregate_context(context, sizeof(u128));
    i128 amount;
    u128 sum;

    (void)count;
    if (!memory || !argument(context, values[0], &amount))
        return;
    memcpy(&sum, memory, sizeof sum);
    sum += (u128)amount;
    memcpy(memory, &sum, sizeof sum);
}

static void
sum_final(sqlite3_context *context)
{
    const void *memory = sqlite3_aggregate_context(context, 0);
    i128 amount = 0;

    if (memory)
        memcpy(&amount, memory, sizeof amount);
    if (amount > AMOUNT_MAX || amount < -AMOUNT_MAX)
        sqlite3_result_error(context, "amount out of range", -1);
    else
        give(context, amount);
}

int
sqlite_add_decimals(sqlite3 *handle)
{
    static const struct {
        const char *name;
        int arguments;
        void (*call)(sqlite3_context *, int, sqlite3_value **);
        void (*step)(sqlite3_context *, int, sqlite3_value **);
        void (*final)(sqlite3_context *);
    } table[] = {
        {"decimal_add", 2, add, NULL, NULL},
        {"decimal_sub", 2, subtract, NULL, NULL},
        {"decimal_cmp", 2, compare, NULL, NULL},
        {"decimal_sum", 1, NULL, sum_step, sum_final},
    };
    static const int flags =
        SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    int result = SQLITE_OK;

    assert(handle);
    for (size_t i = 0; result == SQLITE_OK && i < sizeof table / sizeof *table;
         i++)
        result = sqlite3_create_function(
            handle, table[i].name, table[i].arguments, flags, NULL,
            table[i].call, table[i].step, table[i].final);
    return result;
}
