/* seed.h - a number that differs from run to run, for hash tables: without
 * knowing it, nobody can construct keys that all collide.
 *
 * No result may depend on it; a table that uses it is never iterated.
 */
#ifndef BASE_SEED_H
#define BASE_SEED_H

#include <stdint.h>

extern uint64_t hash_seed; /* set before main */

#endif
