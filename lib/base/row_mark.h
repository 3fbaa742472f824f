/* row_mark.h - what a database needs to remember of each row that is kept in
 * memory; zeroed for a row that it does not have. */
#ifndef BASE_ROW_MARK_H
#define BASE_ROW_MARK_H

#include <stdint.h>

struct row_mark {
    uint64_t stored;       /* the version stored; 0: none */
    uint64_t hash;         /* of the row stored */
    uint32_t first_stream; /* that the row came with */
};

#endif
