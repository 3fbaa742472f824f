/* move.h - gives a file its final name. */
#ifndef IO_MOVE_H
#define IO_MOVE_H

#include "base/failure.h"

/* Renames from to to, over a file of that name, and makes the name durable.
 * Both lie in the same directory.  1; 0 when there is no file from; -1. */
int file_move(const char *from, const char *to, struct failure *failure);

#endif
