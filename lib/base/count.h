/* count.h - a count and its noun in a message: "1 fault", "2 faults".
 *
 *      fail(failure, FAILURE_DATA, COUNT_FORMAT " in %s",
 *           COUNT(faults, "fault"), path);
 */
#ifndef BASE_COUNT_H
#define BASE_COUNT_H

#include <inttypes.h>
#include <stdint.h>

#define PLURAL(count) ((count) == 1 ? "" : "s")

#define COUNT_FORMAT       "%" PRIu64 " %s%s"
#define COUNT(count, noun) (uint64_t)(count), (noun), PLURAL(count)

#endif
