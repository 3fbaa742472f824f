/* itch.h - the messages of NASDAQ TotalView-ITCH 5.0.
 *
 * itch.c finds the messages in what carries them; itch_events.c makes events
 * of them, book events in itch_book.c.
 *
 * Source: NASDAQ TotalView-ITCH 5.0 specification; big-endian fields, prices
 * in 1/10000, times in nanoseconds since midnight, New York.
 */
#ifndef WIRE_ITCH_H
#define WIRE_ITCH_H

#include "format/importer.h"
#include "wire/binary.h"
#include "wire/itch_orders.h"

#define ITCH_STOCKS      65536
#define ITCH_MESSAGE_MAX 50
#define ITCH_PRICE_UNIT  INT64_C(10000) /* 10^-8 in 1/10000 */
#define ITCH_EXCHANGE    "NASDAQ"

/* The part that all messages begin with. */
enum { ITCH_TYPE = 0, ITCH_LOCATE = 1, ITCH_TIME = 5, ITCH_BODY = 11 };

struct itch {
    struct importer *importer;
    struct failure *failure;
    int64_t midnight;
    int64_t received; /* of the current message; or null */
    uint32_t *stocks; /* local ids by locate; 0: not known; owned */
    struct itch_orders orders;

    uint64_t unknown_types;  /* messages left out */
    uint64_t unknown_stocks; /* messages of stocks that were never named */
    uint64_t unknown_orders; /* that were never announced */
};

/* The size of a message of that type; 0: there is no such type. */
unsigned itch_size(unsigned type);

/* Makes events of a message of the right size.  0, or -1 with the failure
 * set. */
int itch_take(struct itch *itch, const unsigned char *message);

/* ---- for the two files that make events ---------------------------------- */

/* A message, as far as all are alike. */
struct itch_message {
    const unsigned char *at;
    int64_t time;
    uint32_t instrument; /* 0: none */
};

int itch_take_book(struct itch *itch, const struct itch_message *message);
int itch_take_other(struct itch *itch, const struct itch_message *message);

#endif
