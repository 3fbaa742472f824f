/* postgres_value.c - values as the protocol has them: sizes and integers with
 * the highest byte first, NUMERIC as digits of base 10^4. */
#include <assert.h>
#include <string.h>

#include "sql/postgres.h"

/* From the catalog of types: they are the same in every server. */
enum {
    TYPE_BOOL = 16,
    TYPE_BYTES = 17,
    TYPE_INT8 = 20,
    TYPE_INT2 = 21,
    TYPE_INT4 = 23,
    TYPE_TEXT = 25,
    TYPE_NUMERIC = 1700,
};

#define NUMERIC_NEGATIVE 0x4000
#define NUMERIC_DIGITS   12 /* of base 10^4, that an amount has at most */

static const struct {
    Oid one, many;
} types[] = {
    [SQL_NULL] = {0, 0},
    [SQL_INTEGER] = {TYPE_INT8, 1016},
    [SQL_TEXT] = {TYPE_TEXT, 1009},
    [SQL_AMOUNT] = {TYPE_NUMERIC, 1231},
    [SQL_BYTES] = {TYPE_BYTES, 1001},
};

Oid
postgres_type(enum sql_kind kind)
{
    return types[kind].one;
}

Oid
postgres_array_type(enum sql_kind kind)
{
    return types[kind].many;
}

/* ---- out ----------------------------------------------------------------- */

static unsigned char *
put_number(unsigned char *at, uint64_t number, unsigned size)
{
    for (unsigned i = size; i > 0; i--, number >>= 8)
        at[i - 1] = (unsigned char)number;
    return at + size;
}

/* How many decimals to show of what is after the point: the last two digits
 * of base 10^4. */
static unsigned
scale_of(unsigned high, unsigned low)
{
    unsigned decimals = high * 10000 + low, scale = 8;

    if (decimals == 0)
        return 0;
    for (; decimals % 10 == 0; decimals /= 10)
        scale--;
    return scale;
}

/* Digits from the highest, how many, the power of the first, sign, scale. */
static size_t
encode_amount(i128 amount, unsigned char out[8 + 2 * NUMERIC_DIGITS])
{
    u128 rest = amount < 0 ? -(u128)amount : (u128)amount;
    unsigned digits[NUMERIC_DIGITS], count = 0, last = 0;
    unsigned char *at = out;

    while (rest > UINT64_MAX) {
        digits[count++] = (unsigned)(rest % 10000);
        rest /= 10000;
    }
    for (uint64_t low = (uint64_t)rest; low > 0; low /= 10000)
        digits[count++] = (unsigned)(low % 10000);
    while (last < count && digits[last] == 0)
        last++;
    assert(count <= NUMERIC_DIGITS);
    at = put_number(at, count - last, 2);
    at = put_number(at, count > 0 ? count - 3 : 0, 2);
    at = put_number(at, amount < 0 ? NUMERIC_NEGATIVE : 0, 2);
    at = put_number(
        at, scale_of(count > 1 ? digits[1] : 0, count > 0 ? digits[0] : 0), 2);
    for (unsigned i = count; i > last; i--)
        at = put_number(at, digits[i - 1], 2);
    return (size_t)(at - out);
}

void
postgres_put_value(struct bytes *out, const struct sql_value *value)
{
    unsigned char encoded[8 + 2 * NUMERIC_DIGITS], size[4];
    const void *bytes = encoded;
    size_t length = 0;

    switch (value->kind) {
    case SQL_NULL: length = UINT32_MAX; break;
    case SQL_INTEGER:
        put_number(encoded, (uint64_t)value->integer, 8);
        length = 8;
        break;
    case SQL_AMOUNT: length = encode_amount(value->amount, encoded); break;
    case SQL_TEXT:
    case SQL_BYTES: bytes = sql_get_text(value, &length); break;
    }
    put_number(size, length, 4);
    bytes_put(out, size, 4);
    if (value->kind != SQL_NULL)
        bytes_put(out, bytes, length);
}

void
postgres_fill_head(unsigned char head[POSTGRES_ARRAY_HEAD], enum sql_kind kind,
                   uint32_t count)
{
    assert(count > 0 && types[kind].one != 0);
    head = put_number(head, 1, 4); /* one dimension */
    head = put_number(head, 1, 4); /* there may be nulls */
    head = put_number(head, types[kind].one, 4);
    head = put_number(head, count, 4);
    put_number(head, 1, 4); /* the first index */
}

/* ---- in ------------------------------------------------------------------ */

static uint64_t
get_number(const unsigned char *at, unsigned size)
{
    uint64_t number = 0;

    for (unsigned i = 0; i < size; i++)
        number = number << 8 | at[i];
    return number;
}

/* False when it is no amount: not a number, too large, too many decimals. */
static bool
decode_amount(const unsigned char *at, int size, i128 *amount)
{
    int count, weight;
    u128 sum = 0;
    uint64_t sign;

    if (size < 8)
        return false;
    count = (int)get_number(at, 2);
    weight = (int16_t)get_number(at + 2, 2);
    sign = get_number(at + 4, 2);
    if (size != 8 + 2 * count || (sign & ~(uint64_t)NUMERIC_NEGATIVE) != 0 ||
        (count > 0 && (weight > NUMERIC_DIGITS - 3 || weight - count < -3)))
        return false;
    for (int i = 0; i <= weight + 2; i++)
        sum = sum * 10000 + (i < count ? get_number(at + 8 + 2 * i, 2) : 0);
    if (count > 0 && sum > (u128)AMOUNT_MAX)
        return false;
    *amount = count == 0 ? 0 : sign ? -(i128)sum : (i128)sum;
    return true;
}

static int
fail_value(const struct postgres *postgres, struct failure *failure)
{
    return fail(failure, FAILURE_DATA,
                "%s: a column is not of its type, or holds no amount: "
                "it was changed by hand, or is damaged",
                postgres->base.name);
}

static bool
decode_integer(Oid type, const unsigned char *at, int64_t *integer)
{
    switch (type) {
    case TYPE_INT8: *integer = (int64_t)get_number(at, 8); return true;
    case TYPE_INT4: *integer = (int32_t)get_number(at, 4); return true;
    case TYPE_INT2: *integer = (int16_t)get_number(at, 2); return true;
    case TYPE_BOOL: *integer = at[0]; return true;
    default: return false;
    }
}

int
postgres_get_value(const struct postgres *postgres, const PGresult *result,
                   int row, int column, enum sql_kind kind,
                   struct sql_value *value, struct failure *failure)
{
    const char *text = pq.getvalue(result, row, column);
    int size = pq.getlength(result, row, column);
    Oid type = pq.ftype(result, column);
    const unsigned char *bytes = (const unsigned char *)text;

    *value = sql_null();
    if (pq.getisnull(result, row, column))
        return 0;
    value->kind = kind == SQL_NULL ? SQL_BYTES : kind;
    switch (kind) {
    case SQL_NULL: return 0;
    case SQL_TEXT: *value = sql_text(text, (size_t)size); return 0;
    case SQL_BYTES: *value = sql_bytes(text, (size_t)size); return 0;
    case SQL_INTEGER:
        if (decode_integer(type, bytes, &value->integer))
            return 0;
        break;
    case SQL_AMOUNT:
        if (type == TYPE_NUMERIC && decode_amount(bytes, size, &value->amount))
            return 0;
        break;
    }
    return fail_value(postgres, failure);
}
