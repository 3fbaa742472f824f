/* seed.h - a number that is another one in every run, for hash tables: who
 * does not know it cannot make keys that all fall on one spot.
 *
 * No result may depend on it; a table that uses it is never iterated.
 */
#ifndef BASE_SEED_H
#define BASE_SEED_H

#include <stdint.h>

extern uint64_t hash_seed; /* set before main */

#endif
