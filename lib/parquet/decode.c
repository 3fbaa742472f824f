#include "parquet/decode.h"

#include <assert.h>
#include <string.h>

#define MINIBLOCKS_MAX 512
#define MINI_MAX       4096
#define SKIPPED        64 /* values that are skipped at a time */

static bool
get_varint(const unsigned char **at, const unsigned char *end, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; shift < 64 && *at < end; shift += 7) {
        unsigned byte = *(*at)++;

        *value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return true;
    }
    return false;
}

static bool
get_zigzag(const unsigned char **at, const unsigned char *end, uint64_t *value)
{
    if (!get_varint(at, end, value))
        return false;
    *value = *value >> 1 ^ (~(*value & 1) + 1);
    return true;
}

/* Eight bytes at p, zeros after end. */
static uint64_t
load(const unsigned char *p, const unsigned char *end)
{
    uint64_t word = 0;

    if (end - p >= 8)
        memcpy(&word, p, 8);
    else if (p < end)
        memcpy(&word, p, (size_t)(end - p));
    return word;
}

/* The width bits at bit number bit of p. */
static uint64_t
bits_at(const unsigned char *p, const unsigned char *end, size_t bit,
        unsigned width)
{
    unsigned shift = bit & 7;
    uint64_t word = load(p + bit / 8, end) >> shift;

    if (shift + width > 64)
        word |= load(p + bit / 8 + 8, end) << (64 - shift);
    return width == 64 ? word : word & ((UINT64_C(1) << width) - 1);
}

/* How many of count values of width bits from p can be read by loads of eight
 * bytes that stay before end. */
static size_t
loadable(const unsigned char *p, const unsigned char *end, unsigned width,
         size_t count)
{
    size_t left = (size_t)(end - p), most;

    if (width > 56 || width == 0 || left < 8)
        return 0;
    most = (left - 8) * 8 / width + 1;
    return most < count ? most : count;
}

/* The width (up to 56) bits at bit number bit of p: eight bytes are there. */
static inline uint64_t
quick_bits_at(const unsigned char *p, size_t bit, uint64_t mask)
{
    uint64_t word;

    memcpy(&word, p + bit / 8, 8);
    return word >> (bit & 7) & mask;
}

/* ---- RLE and bit-packing hybrid ------------------------------------------ */

void
hybrid_init(struct hybrid *hybrid, const unsigned char *at,
            const unsigned char *end, unsigned width, size_t count)
{
    *hybrid = (struct hybrid){
        .at = at, .end = end, .width = width, .count = count, .to_come = count};
}

/* Reads the head of the next run; at most of the values that are to come. */
static bool
next_run(struct hybrid *hybrid)
{
    size_t left, width = hybrid->width;
    uint64_t head;

    assert(hybrid->left == 0);
    if (width > 32 || !get_varint(&hybrid->at, hybrid->end, &head))
        return false;
    hybrid->packed = head & 1;
    hybrid->left = head >> 1;
    hybrid->first = 0;
    left = (size_t)(hybrid->end - hybrid->at);
    if (!hybrid->packed) {
        size_t size = (width + 7) / 8;

        if (left < size)
            return false;
        if (hybrid->left > hybrid->to_come)
            hybrid->left = hybrid->to_come;
        hybrid->value = (uint32_t)load(hybrid->at, hybrid->at + size);
        hybrid->at += size;
        return true;
    }
    /* the last group may be cut off after the last value */
    if (hybrid->left > (hybrid->to_come + 7) / 8)
        hybrid->left = (hybrid->to_come + 7) / 8;
    hybrid->run = hybrid->at;
    hybrid->at += hybrid->left * width < left ? hybrid->left * width : left;
    hybrid->left *= 8;
    if (hybrid->left > hybrid->to_come)
        hybrid->left = hybrid->to_come;
    return (hybrid->left * width + 7) / 8 <= left;
}

/* How many of count values the current run has, or the next one; 0: damaged. */
static size_t
run_of(struct hybrid *hybrid, size_t count)
{
    if (count > hybrid->to_come)
        return 0;
    while (hybrid->left == 0)
        if (!next_run(hybrid))
            return 0;
    assert(hybrid->left <= hybrid->to_come);
    return hybrid->left < count ? (size_t)hybrid->left : count;
}

static void
advance(struct hybrid *hybrid, size_t count)
{
    hybrid->first += count;
    hybrid->left -= count;
    hybrid->to_come -= count;
}

/* Value i of what is packed at p in size whole bytes. */
static inline uint32_t
whole_bytes_at(const unsigned char *p, unsigned size, size_t i)
{
    return size == 1 ? p[i] : p[2 * i] | (uint32_t)p[2 * i + 1] << 8;
}

/* Count values of a packed run, from the one that is skip after the next. */
static void
unpack(const struct hybrid *hybrid, size_t skip, uint32_t *values, size_t count)
{
    const unsigned char *p = hybrid->run, *end = hybrid->end;
    size_t first = hybrid->first + skip, width = hybrid->width;
    size_t bit = first * width, i = 0;
    size_t quick = loadable(p, end, hybrid->width, first + count);
    uint64_t mask = (UINT64_C(1) << width) - 1;

    assert(width <= 32 && skip + count <= hybrid->left);
    quick = quick > first ? quick - first : 0;
    for (; i < quick; i++)
        values[i] = (uint32_t)quick_bits_at(p, bit + i * width, mask);
    for (; i < count; i++)
        values[i] = (uint32_t)bits_at(p, end, bit + i * width, hybrid->width);
}

bool
hybrid_next(struct hybrid *hybrid, uint32_t *values, size_t count)
{
    while (count > 0) {
        size_t n = run_of(hybrid, count);

        if (n == 0)
            return false;
        if (hybrid->packed)
            unpack(hybrid, 0, values, n);
        for (size_t i = 0; !hybrid->packed && i < n; i++)
            values[i] = hybrid->value;
        advance(hybrid, n);
        values += n;
        count -= n;
    }
    return true;
}

static inline uint32_t
greater(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

/* What count indices of size whole bytes stand for. */
static inline void
look_up_bytes(const unsigned char *p, unsigned size, struct hybrid_table *table,
              uint64_t *words, size_t count)
{
    const uint64_t *meanings = table->words;
    uint32_t limit = table->count, most = table->most;

    for (size_t i = 0; i < count; i++) {
        uint32_t index = whole_bytes_at(p, size, i);

        most = greater(most, index);
        words[i] = meanings[index < limit ? index : 0];
    }
    table->most = most;
}

/* The same of any width. */
static void
look_up_bits(const struct hybrid *hybrid, struct hybrid_table *table,
             uint64_t *words, size_t count)
{
    const uint64_t *meanings = table->words;
    uint32_t limit = table->count, most = table->most;
    uint32_t indices[64];

    for (size_t done = 0; done < count; done += 64) {
        size_t n = count - done < 64 ? count - done : 64;

        unpack(hybrid, done, indices, n);
        for (size_t i = 0; i < n; i++) {
            most = greater(most, indices[i]);
            words[done + i] = meanings[indices[i] < limit ? indices[i] : 0];
        }
    }
    table->most = most;
}

static void
look_up_run(const struct hybrid *hybrid, struct hybrid_table *table,
            uint64_t *words, size_t count)
{
    uint32_t index = hybrid->value;
    uint64_t word;

    assert(table->count > 0 && count <= hybrid->left);
    if (hybrid->packed && hybrid->width == 8) {
        look_up_bytes(hybrid->run + hybrid->first, 1, table, words, count);
    } else if (hybrid->packed && hybrid->width == 16) {
        look_up_bytes(hybrid->run + 2 * hybrid->first, 2, table, words, count);
    } else if (hybrid->packed) {
        look_up_bits(hybrid, table, words, count);
    } else {
        table->most = greater(table->most, index);
        word = table->words[index < table->count ? index : 0];
        for (size_t i = 0; i < count; i++)
            words[i] = word;
    }
}

bool
hybrid_look_up(struct hybrid *hybrid, struct hybrid_table *table,
               uint64_t *words, size_t count)
{
    while (count > 0 && table->count > 0) {
        size_t n = run_of(hybrid, count);

        if (n == 0)
            return false;
        look_up_run(hybrid, table, words, n);
        advance(hybrid, n);
        words += n;
        count -= n;
    }
    return count == 0 && table->most < table->count;
}

/* The index that is next. */
static inline uint32_t
next_index(const struct hybrid *hybrid)
{
    size_t first = hybrid->first, width = hybrid->width;

    if (!hybrid->packed)
        return hybrid->value;
    if (width == 8 || width == 16)
        return whole_bytes_at(hybrid->run, (unsigned)width / 8, first);
    return (uint32_t)bits_at(hybrid->run, hybrid->end, first * width,
                             hybrid->width);
}

bool
hybrid_pick(struct hybrid *hybrid, struct hybrid_table *table,
            const uint32_t *rows, size_t count, uint64_t *words)
{
    if (table->count == 0)
        return count == 0;
    assert(count == 0 || (rows[0] >= hybrid->count - hybrid->to_come &&
                          rows[count - 1] < hybrid->count));
    for (size_t i = 0; i < count; i++) {
        uint64_t skip = rows[i] - (hybrid->count - hybrid->to_come);
        uint32_t index;

        while (skip >= hybrid->left) {
            skip -= hybrid->left;
            advance(hybrid, (size_t)hybrid->left);
            if (run_of(hybrid, 1) == 0)
                return false;
        }
        advance(hybrid, (size_t)skip);
        index = next_index(hybrid);
        table->most = greater(table->most, index);
        words[i] = table->words[index < table->count ? index : 0];
    }
    return count == 0 || table->most < table->count;
}

bool
decode_hybrid(const unsigned char **at, const unsigned char *end,
              unsigned width, uint32_t *values, size_t count)
{
    struct hybrid hybrid;
    bool good;

    hybrid_init(&hybrid, *at, end, width, count);
    good = hybrid_next(&hybrid, values, count);
    *at = hybrid.at;
    return good;
}

bool
decode_run(const unsigned char **at, const unsigned char *end, unsigned width,
           uint32_t *value, size_t count)
{
    const unsigned char *next = *at;
    uint64_t head;

    if (!get_varint(&next, end, &head) || head & 1 || head >> 1 < count ||
        width > 32 || (size_t)(end - next) < (width + 7) / 8)
        return false;
    *value = (uint32_t)load(next, next + (width + 7) / 8);
    *at = next + (width + 7) / 8;
    return true;
}

/* ---- DELTA_BINARY_PACKED ------------------------------------------------- */

bool
delta_init(struct delta *delta, const unsigned char *at,
           const unsigned char *end, size_t count)
{
    uint64_t block;

    *delta = (struct delta){
        .at = at, .end = end, .to_come = count, .is_first = true};
    if (!get_varint(&delta->at, end, &block) ||
        !get_varint(&delta->at, end, &delta->minis) ||
        !get_varint(&delta->at, end, &delta->to_come) ||
        !get_zigzag(&delta->at, end, &delta->value))
        return false;
    if (delta->minis == 0 || delta->minis > MINIBLOCKS_MAX ||
        block % delta->minis || delta->to_come != count)
        return false;
    delta->mini_size = block / delta->minis;
    delta->next = delta->mini_size;
    delta->next_mini = delta->minis;
    return delta->mini_size > 0 && delta->mini_size % 8 == 0 &&
           delta->mini_size <= MINI_MAX;
}

/* Moves to the next miniblock: its bytes are there in full, also when it has
 * fewer values. */
static bool
next_mini(struct delta *delta)
{
    uint64_t size;

    if (delta->next_mini == delta->minis) {
        if (!get_zigzag(&delta->at, delta->end, &delta->least) ||
            (size_t)(delta->end - delta->at) < delta->minis)
            return false;
        delta->widths = delta->at;
        delta->at += delta->minis;
        delta->next_mini = 0;
    }
    delta->width = delta->widths[delta->next_mini++];
    size = delta->mini_size / 8 * delta->width;
    if (delta->width > 64 || size > (size_t)(delta->end - delta->at))
        return false;
    delta->mini = delta->at;
    delta->at += size;
    delta->next = 0;
    return true;
}

/* The sums of what count differences of size whole bytes are above least. */
static inline uint64_t
add_bytes(const unsigned char *p, unsigned size, uint64_t least, uint64_t value,
          uint64_t *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t difference = 0;

        memcpy(&difference, p + i * size, size);
        words[i] = value += least + difference;
    }
    return value;
}

/* The same of any width: some by loads of eight bytes. */
static uint64_t
add_bits(const struct delta *delta, uint64_t value, uint64_t *words,
         size_t count)
{
    const unsigned char *p = delta->mini;
    size_t width = delta->width, bit = delta->next * width, i = 0;
    size_t quick = loadable(p, delta->end, delta->width, delta->next + count);
    uint64_t mask = (UINT64_C(1) << (width & 63)) - 1;

    quick = quick > delta->next ? quick - delta->next : 0;
    for (; i < quick; i++)
        words[i] = value +=
            delta->least + quick_bits_at(p, bit + i * width, mask);
    for (; i < count; i++)
        words[i] = value +=
            delta->least + bits_at(p, delta->at, bit + i * width, delta->width);
    return value;
}

/* The next count values of the current miniblock. */
static uint64_t
add_up(const struct delta *delta, uint64_t *words, size_t count)
{
    uint64_t least = delta->least, value = delta->value;
    const unsigned char *p = delta->mini + delta->next * delta->width / 8;

    assert(delta->width <= 64 && delta->next + count <= delta->mini_size);
    switch (delta->width) {
    case 0: return add_bytes(p, 0, least, value, words, count);
    case 8: return add_bytes(p, 1, least, value, words, count);
    case 16: return add_bytes(p, 2, least, value, words, count);
    case 24: return add_bytes(p, 3, least, value, words, count);
    case 32: return add_bytes(p, 4, least, value, words, count);
    default: return add_bits(delta, value, words, count);
    }
}

/* How many of count values the current miniblock has, or the next one; 0:
 * damaged. */
static size_t
mini_of(struct delta *delta, size_t count)
{
    size_t left;

    if (delta->next == delta->mini_size && !next_mini(delta))
        return 0;
    left = delta->mini_size - delta->next;
    return left < count ? left : count;
}

bool
delta_next(struct delta *delta, uint64_t *words, size_t count)
{
    if (count > delta->to_come)
        return false;
    delta->to_come -= count;
    if (count > 0 && delta->is_first) {
        *words++ = delta->value;
        delta->is_first = false;
        count--;
    }
    while (count > 0) {
        size_t n = mini_of(delta, count);

        if (n == 0)
            return false;
        delta->value = add_up(delta, words, n);
        delta->next += n;
        words += n;
        count -= n;
    }
    return true;
}

bool
delta_skip(struct delta *delta, size_t count)
{
    uint64_t words[SKIPPED];

    while (count > 0) {
        size_t n = count < SKIPPED ? count : SKIPPED;

        if (delta->to_come >= n && !delta->is_first) {
            n = mini_of(delta, n);
            if (n > 0 && delta->width == 0) { /* of equal differences */
                delta->value += n * delta->least;
                delta->next += n;
                delta->to_come -= n;
                count -= n;
                continue;
            }
        }
        if (n == 0 || !delta_next(delta, words, n))
            return false;
        count -= n;
    }
    return true;
}

bool
decode_delta(const unsigned char **at, const unsigned char *end, unsigned bits,
             uint64_t *words, size_t count)
{
    struct delta delta;

    assert(bits == 32 || bits == 64);
    if (!delta_init(&delta, *at, end, count) ||
        !delta_next(&delta, words, count))
        return false;
    for (size_t i = 0; bits == 32 && i < count; i++)
        words[i] = (uint32_t)words[i];
    *at = delta.at;
    return true;
}

/* ---- Snappy -------------------------------------------------------------- */

/* A length or distance of size bytes, little-endian. */
static bool
get_bytes(const unsigned char **at, const unsigned char *end, unsigned size,
          size_t *value)
{
    if ((size_t)(end - *at) < size)
        return false;
    *value = (size_t)load(*at, *at + size);
    *at += size;
    return true;
}

static bool
get_literal(const unsigned char **at, const unsigned char *end, unsigned tag,
            unsigned char **out, const unsigned char *out_end)
{
    size_t length = tag >> 2;

    if (length >= 60 && !get_bytes(at, end, (unsigned)length - 59, &length))
        return false;
    length++;
    if (length > (size_t)(end - *at) || length > (size_t)(out_end - *out))
        return false;
    memcpy(*out, *at, length);
    *at += length;
    *out += length;
    return true;
}

static bool
get_copy(const unsigned char **at, const unsigned char *end, unsigned tag,
         const unsigned char *start, unsigned char **out,
         const unsigned char *out_end)
{
    size_t length = (tag >> 2) + 1, distance;

    if ((tag & 3) == 1) {
        length = (tag >> 2 & 7) + 4;
        if (!get_bytes(at, end, 1, &distance))
            return false;
        distance |= (size_t)(tag >> 5) << 8;
    } else if (!get_bytes(at, end, (tag & 3) == 2 ? 2 : 4, &distance)) {
        return false;
    }
    if (distance == 0 || distance > (size_t)(*out - start) ||
        length > (size_t)(out_end - *out))
        return false;
    for (; length > 0; length--, ++*out)
        **out = *(*out - distance);
    return true;
}

bool
decode_snappy(const unsigned char *bytes, size_t length, unsigned char *out,
              size_t size)
{
    const unsigned char *at = bytes, *end = bytes + length;
    unsigned char *to = out;
    uint64_t full;

    if (!get_varint(&at, end, &full) || full != size)
        return false;
    while (at < end) {
        unsigned tag = *at++;

        if ((tag & 3) == 0 ? !get_literal(&at, end, tag, &to, out + size)
                           : !get_copy(&at, end, tag, out, &to, out + size))
            return false;
    }
    return to == out + size;
}
