/* Parquet: encodings and files are read back as they were written, equal
 * values give equal bytes, and damage is refused. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "parquet/bloom.h"
#include "parquet/cursor.h"
#include "parquet/decode.h"
#include "parquet/encode.h"
#include "parquet/thrift.h"
#include "parquet/writer.h"
#include "tap.h"

static uint64_t state = 1;

static uint64_t
next(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

/* ---- thrift -------------------------------------------------------------- */

static void
test_thrift(void)
{
    struct bytes out = {0};
    struct thrift_writer writer = {.out = &out};
    struct thrift_reader reader;
    unsigned char deep[64];
    size_t size;
    bool same;

    thrift_open(&writer);
    thrift_put_i64(&writer, 1, INT64_MIN);
    thrift_put_bool(&writer, 2, true);
    thrift_put_text(&writer, 40, "text");
    thrift_close(&writer);
    thrift_reader_init(&reader, out.bytes, out.size);
    thrift_enter(&reader);
    same = thrift_next(&reader) && thrift_int(&reader) == INT64_MIN &&
           thrift_next(&reader) && thrift_bool(&reader) &&
           thrift_next(&reader) && reader.id == 40 &&
           memcmp(thrift_binary(&reader, &size), "text", 4) == 0 && size == 4;
    OK("fields come back as they were put",
       same && !thrift_next(&reader) && !reader.bad);
    bytes_free(&out);

    memset(deep, 0x1c, sizeof deep); /* a struct in a struct in a ... */
    thrift_reader_init(&reader, deep, sizeof deep);
    thrift_enter(&reader);
    if (thrift_next(&reader))
        thrift_skip(&reader);
    OK("structs nested without end are refused", reader.bad);

    thrift_reader_init(&reader, "\x19\xfc\xff\xff\xff\x0f", 6);
    thrift_enter(&reader);
    OK("a list longer than the bytes is refused",
       thrift_next(&reader) && thrift_list(&reader, THRIFT_STRUCT) == 0 &&
           reader.bad);
}

/* ---- encodings ----------------------------------------------------------- */

/* Words whose magnitude grows with i, signs mixed. */
static void
make_words(uint64_t *words, size_t count, unsigned bits, unsigned mode)
{
    uint64_t mask = bits == 32 ? UINT32_MAX : UINT64_MAX;

    for (size_t i = 0; i < count; i++) {
        uint64_t word = mode == 0   ? i * 7
                        : mode == 1 ? next()
                        : mode == 2 ? next() >> next() % 64
                                    : (i & 1 ? UINT64_C(1) << 63 : 0) - i;

        words[i] = word & mask;
    }
}

static bool
delta_holds(size_t count, unsigned bits, unsigned mode, enum delta_shape shape)
{
    static uint64_t words[1000], back[1001];
    struct bytes out = {0};
    const unsigned char *at;
    bool same;

    make_words(words, count, bits, mode);
    encode_delta(words, count, bits, shape, &out);
    at = out.bytes;
    back[count] = 42;
    same = decode_delta(&at, out.bytes + out.size, bits, back, count) &&
           at == out.bytes + out.size && back[count] == 42 &&
           memcmp(words, back, count * sizeof *words) == 0;
    for (size_t cut = 0; same && cut < out.size && count > 0; cut++) {
        at = out.bytes;
        same = !decode_delta(&at, out.bytes + cut, bits, back, count);
    }
    bytes_free(&out);
    return same;
}

static bool
hybrid_holds(size_t count, unsigned width, unsigned runs)
{
    static uint32_t values[5000], back[5001];
    struct bytes out = {0};
    const unsigned char *at;
    bool same;

    for (size_t i = 0; i < count; i++)
        values[i] = i > 0 && next() % (runs + 1) != 0
                        ? values[i - 1]
                        : (uint32_t)(next() & ((1UL << width) - 1));
    encode_hybrid(values, count, width, &out);
    at = out.bytes;
    back[count] = 42;
    same = decode_hybrid(&at, out.bytes + out.size, width, back, count) &&
           back[count] == 42 &&
           memcmp(values, back, count * sizeof *values) == 0;
    bytes_free(&out);
    return same;
}

static void
test_encodings(void)
{
    static const size_t counts[] = {0, 1, 2, 32, 33, 128, 129, 130, 999};
    unsigned char out[16];
    bool delta = true, hybrid = true;

    for (unsigned i = 0; i < 9; i++)
        for (unsigned mode = 0; mode < 4; mode++)
            for (enum delta_shape s = DELTA_FINE; s <= DELTA_BYTES; s++)
                delta &= delta_holds(counts[i], 32, mode, s) &&
                         delta_holds(counts[i], 64, mode, s);
    OK("differences come back, and are refused when cut off", delta);
    for (size_t count = 1; count < 5000; count = count * 3 / 2 + 1)
        for (unsigned width = 1; width <= 24; width++)
            hybrid &= hybrid_holds(count, width, 0) &&
                      hybrid_holds(count, width, 20) &&
                      hybrid_holds(count, width, 300);
    OK("indices of every width come back, with runs and without", hybrid);
    OK("a literal and an overlapping copy are read from Snappy",
       decode_snappy((const void *)"\x0a\x04"
                                   "ab\x1e\x02\x00",
                     7, out, 10) &&
           memcmp(out, "ababababab", 10) == 0);
    OK("a Snappy copy from before the start is refused",
       !decode_snappy((const void *)"\x0a\x04"
                                    "ab\x1e\x03\x00",
                      7, out, 10));
}

/* ---- files --------------------------------------------------------------- */

static const struct parquet_column columns[] = {
    {"seq", PARQUET_INT64, PARQUET_PLAIN_VALUE, 0, 0, 0, false},
    {"price", PARQUET_INT64, PARQUET_DECIMAL, 8, 18, 0, true, true},
    {"count", PARQUET_INT32, PARQUET_UNSIGNED, 0, 0, 0, true},
    {"amount", PARQUET_FIXED, PARQUET_DECIMAL, 8, 38, 16, true},
    {"name", PARQUET_BYTE_ARRAY, PARQUET_STRING, 0, 0, 0, true, true},
    {"nothing", PARQUET_INT64, PARQUET_TIME_NANOS, 0, 0, 0, true},
    {"side", PARQUET_BYTE_ARRAY, PARQUET_STRING, 0, 0, 0, true},
    {"few", PARQUET_INT64, PARQUET_UNSIGNED, 0, 0, 0, true},
    {"time", PARQUET_INT64, PARQUET_TIME_NANOS, 0, 0, 0, true},
};
#define COLUMNS (sizeof columns / sizeof *columns)
#define TEXTS   300

struct table {
    uint32_t rows;
    uint64_t words[COLUMNS][5000];
    uint8_t valid[COLUMNS][5000];
    char bytes[TEXTS][24];
    struct parquet_text amounts[TEXTS], names[TEXTS];
};
static struct table table;

static void
make_table(uint32_t rows)
{
    table.rows = rows;
    for (uint32_t i = 0; i < TEXTS; i++) {
        uint64_t number = next();

        memset(table.bytes[i], (int)i, 24);
        memcpy(table.bytes[i], &number, 8);
        table.amounts[i] = (struct parquet_text){(void *)table.bytes[i], 16};
        table.names[i] = (struct parquet_text){(void *)table.bytes[i], i % 24};
    }
    for (uint32_t i = 0; i < rows; i++) {
        table.words[0][i] = i + 1;
        table.words[1][i] = (uint64_t)((int64_t)(next() % 1000) - 500);
        table.words[2][i] = (uint32_t)next();
        table.words[3][i] = next() % TEXTS;
        table.words[4][i] = next() % TEXTS;
        table.words[5][i] = 0;
        table.words[6][i] = next() % 2;
        table.words[7][i] = next() % 40 << 40;
        table.words[8][i] = i % 4 ? table.words[8][i - 1] : next();
        for (unsigned c = 0; c < COLUMNS; c++) {
            table.valid[c][i] = c == 0 || c > 5 || (c != 5 && next() % 10 > 0);
            if (!table.valid[c][i])
                table.words[c][i] = 0;
        }
    }
}

static int
fill(void *owner, unsigned column, struct parquet_cells *cells,
     struct failure *failure)
{
    static uint64_t words[5000];

    (void)owner;
    (void)failure;
    *cells = (struct parquet_cells){
        .rows = table.rows,
        .words = words,
        .valid = table.valid[column],
        .table = column == 3 ? table.amounts : table.names,
        .table_count = TEXTS,
    };
    for (uint32_t i = 0; i < table.rows; i++)
        if (table.valid[column][i])
            words[cells->count++] = table.words[column][i];
    return 0;
}

static bool
write_table(const char *path, struct parquet_scratch *scratch,
            struct quick_value *hash)
{
    struct failure failure = {0};
    struct parquet_writer writer;
    struct output output;
    bool good;

    good =
        output_open(&output, path, &failure) == 0 &&
        parquet_writer_init(&writer, &output, scratch, columns, COLUMNS,
                            &failure) == 0 &&
        parquet_writer_group(&writer, table.rows, fill, NULL, &failure) == 0 &&
        parquet_writer_group(&writer, table.rows, fill, NULL, &failure) == 0 &&
        parquet_footer_add(&writer.footer, "key", "value", &failure) == 0 &&
        parquet_writer_end(&writer, hash, &failure) == 0 &&
        output_commit(&output) == 0;
    parquet_writer_free(&writer);
    if (!good)
        tap_note("%s", failure.text);
    return good;
}

static bool
same_chunk(const struct parquet_values *values, unsigned column)
{
    for (uint32_t i = 0; i < table.rows; i++) {
        uint64_t want = table.words[column][i];

        if (values->valid[i] != table.valid[column][i])
            return false;
        if (!values->valid[i])
            continue;
        if (column == 3 || column == 4 || column == 6) {
            const struct parquet_text *is = &values->table[values->words[i]];
            const struct parquet_text *was =
                column == 3 ? &table.amounts[want] : &table.names[want];

            if (is->size != was->size ||
                memcmp(is->bytes, was->bytes, is->size) != 0)
                return false;
        } else if (values->words[i] != want) {
            return false;
        }
    }
    return true;
}

/* 1: all as it was; 0: refused, and the failure names the file; -1: neither.
 */
static int
read_table(const char *path)
{
    struct failure failure = {0};
    struct parquet_reader reader = {0};
    struct parquet_chunk_values chunk = {0};
    int result = parquet_reader_open(&reader, path, &failure) == 0;
    bool same = true;

    if (result)
        same = reader.footer.column_count == COLUMNS &&
               reader.footer.group_count == 2;
    for (uint32_t i = 0; result && same && i < 2 * COLUMNS; i++) {
        result = parquet_reader_chunk(&reader, i / COLUMNS, i % COLUMNS, &chunk,
                                      &failure) == 0;
        same = !result || (chunk.values.count == table.rows &&
                           same_chunk(&chunk.values, i % COLUMNS));
    }
    parquet_chunk_values_free(&chunk);
    parquet_reader_close(&reader);
    if (result)
        return same ? 1 : -1;
    return strstr(failure.text, path) && failure.kind == FAILURE_DATA ? 0 : -1;
}

static bool
same_value(const struct parquet_cursor *some, const struct parquet_piece *piece,
           uint32_t i, const struct parquet_values *all, uint32_t row)
{
    bool valid = !piece->valid || piece->valid[i];
    const struct parquet_text *a, *b;

    if (valid != all->valid[row] || !valid)
        return valid == all->valid[row];
    if (all->table_count == 0)
        return piece->words[i] == all->words[row];
    a = &some->chunk.values.table[piece->words[i]];
    b = &all->table[all->words[row]];
    return a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0;
}

/* Rows that are picked, or taken when rows is NULL, are those of the whole. */
static bool
pieces_hold(struct parquet_cursor *cursor, const struct parquet_values *all,
            const uint32_t *rows, uint32_t total)
{
    struct failure failure = {0};
    bool same = true;

    parquet_cursor_rewind(cursor);
    for (uint32_t done = 0, count; same && done < total; done += count) {
        struct parquet_piece piece;

        count = 1 + (uint32_t)(next() % PARQUET_PIECE);
        count = count < total - done ? count : total - done;
        same =
            (rows ? parquet_cursor_pick(
                        cursor, (struct parquet_picks){rows + done, count},
                        &piece, &failure)
                  : parquet_cursor_take(cursor, count, &piece, &failure)) == 0;
        for (uint32_t i = 0; same && i < count; i++)
            same = same_value(cursor, &piece, i, all,
                              rows ? rows[done + i] : done + i);
    }
    return same;
}

/* A cursor gives what the whole is, in every column: all of it, some rows, and
 * a few. */
static bool
cursors_hold(const char *path)
{
    struct failure failure = {0};
    struct parquet_reader reader = {0};
    struct parquet_chunk_values all = {0};
    struct parquet_cursor cursor = {0};
    uint32_t some[5000], few[5000], some_count = 0, few_count = 0;
    bool same = parquet_reader_open(&reader, path, &failure) == 0;

    for (uint32_t i = 0; i < table.rows; i++) {
        if (next() % 7 == 0)
            some[some_count++] = i;
        if (next() % 900 == 0)
            few[few_count++] = i;
    }
    for (unsigned c = 0; same && c < COLUMNS; c++)
        same = parquet_reader_chunk(&reader, 1, c, &all, &failure) == 0 &&
               parquet_cursor_open(&cursor, &reader, 1, c, &failure) == 0 &&
               pieces_hold(&cursor, &all.values, NULL, table.rows) &&
               pieces_hold(&cursor, &all.values, some, some_count) &&
               pieces_hold(&cursor, &all.values, few, few_count);
    /* the table alone, only of what is in it as a whole */
    same &= parquet_reader_dictionary(&reader, 0, 6, &all, &failure) == 1 &&
            all.values.table_count == 2 &&
            parquet_reader_dictionary(&reader, 0, 0, &all, &failure) == 0;
    parquet_chunk_values_free(&all);
    parquet_cursor_free(&cursor);
    parquet_reader_close(&reader);
    return same;
}

/* Every price there is passes, and of those that are not hardly any. */
static bool
blooms_hold(const char *path)
{
    struct failure failure = {0};
    struct parquet_reader reader = {0};
    bool found = parquet_reader_open(&reader, path, &failure) == 0;
    unsigned wrong = 0;

    for (uint32_t i = 0; found && i < table.rows; i++)
        if (table.valid[1][i])
            found = parquet_reader_may_have(&reader, i % 2, 1,
                                            table.words[1][i], &failure) == 1;
    for (uint64_t word = 1000; found && word < 2000; word++)
        wrong += parquet_reader_may_have(&reader, 0, 1, word, &failure) != 0;
    parquet_reader_close(&reader);
    tap_note("%u of 1000 pass that are not there", wrong);
    return found && wrong < 60;
}

/* The hash is XXH64, its upper half chooses among all blocks. */
static bool
bloom_is_as_told(void)
{
    static const unsigned char none[BLOOM_BLOCK];
    unsigned char all[BLOOM_BLOCK];

    memset(all, 0xff, sizeof all);
    return bloom_hash(0) == UINT64_C(0x34c96acdcadb1bbb) &&
           bloom_block(UINT64_MAX, 4096) == 4096 - BLOOM_BLOCK &&
           bloom_block(0, 4096) == 0 && !bloom_has(none, 7) &&
           bloom_has(all, 7);
}

/* Where the footer says that a dictionary lies there is a page of values. */
static bool
misplaced_dictionary_holds(const char *path, struct parquet_scratch *scratch)
{
    struct failure failure = {0};
    struct parquet_writer writer;
    struct parquet_chunk *chunk;
    struct parquet_reader reader = {0};
    struct parquet_chunk_values values = {0};
    struct quick_value hash;
    struct output output;
    bool good;

    if (output_open(&output, path, &failure) != 0 ||
        parquet_writer_init(&writer, &output, scratch, columns, COLUMNS,
                            &failure) != 0 ||
        parquet_writer_group(&writer, table.rows, fill, NULL, &failure) != 0)
        abort();
    chunk = writer.footer.groups[0].chunks;
    chunk->dictionary_offset = chunk->data_offset;
    chunk->data_offset += chunk->size;
    good = parquet_writer_end(&writer, &hash, &failure) == 0 &&
           output_commit(&output) == 0 &&
           parquet_reader_open(&reader, path, &failure) == 0 &&
           parquet_reader_dictionary(&reader, 0, 0, &values, &failure) == 0 &&
           values.words.size == 0 && values.values.count == 0;
    parquet_writer_free(&writer);
    parquet_chunk_values_free(&values);
    parquet_reader_close(&reader);
    return good;
}

static char *
read_file(const char *path, size_t *size)
{
    struct failure failure = {0};

    return input_read_file(path, 1 << 24, size, &failure);
}

static void
write_file(const char *path, const char *bytes, size_t size)
{
    FILE *file;

    unlink(path); /* file systems hurry to write one that is cut to nothing */
    file = fopen(path, "w");
    if (!file || fwrite(bytes, 1, size, file) != size || fclose(file) != 0)
        abort();
}

/* Flips bits of the pages, all of which a CRC covers, and of the footer,
 * which none does: there the outcome may be another table, but no crash. */
static void
test_damage(const char *path, const char *damaged)
{
    size_t size, footer;
    char *bytes = read_file(path, &size);
    uint32_t length;
    unsigned wrong = 0, cut = 0;

    memcpy(&length, bytes + size - 8, 4);
    footer = size - 8 - length;
    for (size_t i = 0; i < size; i++) {
        int result;

        bytes[i] ^= (char)(1 << next() % 8);
        write_file(damaged, bytes, size);
        result = read_table(damaged);
        wrong += result < 0 && i < footer;
        free(bytes);
        bytes = read_file(path, &size);
    }
    OK("a bit flipped in a page is refused or changes nothing", wrong == 0);
    for (size_t i = 0; i < size; i += 1 + i / 64) {
        write_file(damaged, bytes, i);
        cut += read_table(damaged) != 0;
    }
    OK("a file cut off anywhere is refused, by name", cut == 0);
    free(bytes);
}

static void
test_files(void)
{
    char directory[] = "/tmp/xtape-parquet-XXXXXX";
    char one[64], two[64];
    struct quick_value first, second;
    struct failure failure = {0};
    struct parquet_scratch scratch;
    bool written;

    if (!mkdtemp(directory) || parquet_scratch_init(&scratch, &failure) != 0)
        abort();
    snprintf(one, sizeof one, "%s/one.parquet", directory);
    snprintf(two, sizeof two, "%s/two.parquet", directory);
    make_table(5000);
    written = write_table(one, &scratch, &first) &&
              write_table(two, &scratch, &second);
    OK("a file with values of every type is written", written);
    OK("the same values give the same bytes",
       memcmp(&first, &second, sizeof first) == 0);
    OK("it is read back as it was", read_table(one) == 1);
    OK("rows that are picked are those of the whole", cursors_hold(one));
    OK("its Bloom filters let pass what is there, and little else",
       blooms_hold(one) && bloom_is_as_told());
    OK("a page of values is not taken for a dictionary",
       misplaced_dictionary_holds(two, &scratch));
    make_table(40);
    OK("so is a small one",
       write_table(one, &scratch, &first) && read_table(one) == 1);
    test_damage(one, two);
    unlink(one);
    unlink(two);
    rmdir(directory);
    parquet_scratch_free(&scratch);
}

int
main(void)
{
    test_thrift();
    test_encodings();
    test_files();
    return tap_done();
}
