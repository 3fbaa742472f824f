/* thrift.h - the part of Apache Thrift's compact protocol that the metadata
 * of a Parquet file is written in.
 *
 * Source of the rules: thrift-compact-protocol.md of Apache Thrift.
 */
#ifndef PARQUET_THRIFT_H
#define PARQUET_THRIFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

#define THRIFT_DEPTH 16 /* structs in each other; Parquet needs 6 */

enum thrift_type {
    THRIFT_STOP = 0,
    THRIFT_TRUE = 1, /* as a field: the value true */
    THRIFT_FALSE = 2,
    THRIFT_BYTE = 3,
    THRIFT_I16 = 4,
    THRIFT_I32 = 5,
    THRIFT_I64 = 6,
    THRIFT_DOUBLE = 7,
    THRIFT_BINARY = 8,
    THRIFT_LIST = 9,
    THRIFT_SET = 10,
    THRIFT_MAP = 11,
    THRIFT_STRUCT = 12,
};

/* ---- writing ------------------------------------------------------------ */

struct thrift_writer {
    struct bytes *out;
    unsigned depth;
    int16_t last[THRIFT_DEPTH]; /* field of each open struct */
};

/* Opens the outermost struct, or the next element of a list of structs. */
void thrift_open(struct thrift_writer *writer);
void thrift_close(struct thrift_writer *writer);

/* Fields of the open struct, in ascending order of id. */
void thrift_put_bool(struct thrift_writer *writer, int16_t id, bool value);
void thrift_put_i32(struct thrift_writer *writer, int16_t id, int32_t value);
void thrift_put_i64(struct thrift_writer *writer, int16_t id, int64_t value);
void thrift_put_byte(struct thrift_writer *writer, int16_t id, int8_t value);
void thrift_put_binary(struct thrift_writer *writer, int16_t id,
                       const void *bytes, size_t size);
void thrift_put_text(struct thrift_writer *writer, int16_t id,
                     const char *text);
/* A struct: its fields follow, then thrift_close. */
void thrift_put_struct(struct thrift_writer *writer, int16_t id);
/* A struct without fields, as Parquet's unions use for a choice. */
void thrift_put_empty(struct thrift_writer *writer, int16_t id);
/* A list: its count elements follow, by the three below or thrift_open. */
void thrift_put_list(struct thrift_writer *writer, int16_t id,
                     enum thrift_type element, size_t count);
void thrift_element_int(struct thrift_writer *writer, int64_t value);
void thrift_element_bool(struct thrift_writer *writer, bool value);
void thrift_element_binary(struct thrift_writer *writer, const void *bytes,
                           size_t size);

/* ---- reading ------------------------------------------------------------ */

/* Errors are sticky: bad is set and everything after reads as 0 or empty.
 * Nothing is allocated and no loop is longer than the bytes. */
struct thrift_reader {
    const unsigned char *start, *at, *end;
    unsigned depth;
    int16_t last[THRIFT_DEPTH];
    bool bad;
    /* of the field that thrift_next found */
    int16_t id;
    enum thrift_type type;
};

void thrift_reader_init(struct thrift_reader *reader, const void *bytes,
                        size_t size);

/* Enters the outermost struct, a struct field or a struct element. */
void thrift_enter(struct thrift_reader *reader);

/* The next field of the struct entered: id and type; false at its end, which
 * leaves it, and when bad.  Each field must be read, entered or skipped. */
bool thrift_next(struct thrift_reader *reader);

/* The value of an i16, i32 or i64 field; bad when it is of another type. */
int64_t thrift_int(struct thrift_reader *reader);
/* The same, bad unless it is from min to max. */
int64_t thrift_int_in(struct thrift_reader *reader, int64_t min, int64_t max);
bool thrift_bool(struct thrift_reader *reader);
/* Points into the bytes. */
const unsigned char *thrift_binary(struct thrift_reader *reader, size_t *size);

/* The number of elements of a list field; bad unless its elements are of that
 * type (any boolean for THRIFT_TRUE), or when the bytes cannot hold so many. */
size_t thrift_list(struct thrift_reader *reader, enum thrift_type element);
int64_t thrift_next_int(struct thrift_reader *reader);

/* Passes over the field, whatever it is. */
void thrift_skip(struct thrift_reader *reader);

#endif
