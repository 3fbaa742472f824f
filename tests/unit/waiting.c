/* Names that wait for who uses them. */
#include "tape/waiting.h"

#include <stdio.h>
#include <string.h>

#include "tap.h"
#include "tape/schema.h"

#define MANY 20000 /* more than are kept when they were given */

struct named {
    struct name name;
    char text[8];
};

static struct named
name_of(uint8_t kind, uint64_t id)
{
    struct named named = {0};

    event_init(&named.name, EVENT_NAME);
    named.name.event.words = sizeof named / 8;
    named.name.kind = kind;
    named.name.id = id;
    named.name.text = (struct text){sizeof named.name, 8, 0};
    memcpy(named.text, &id, sizeof id);
    return named;
}

static int
take(struct waiting *waiting, uint8_t kind, uint64_t id)
{
    struct failure failure = {0};
    struct named named = name_of(kind, id);

    return waiting_take(waiting, &named.name.event, &failure);
}

/* The id of the next name that an event uses; 0: none. */
static uint64_t
next(struct waiting *waiting, const void *event)
{
    const struct name *name = (const void *)waiting_next(waiting, event);

    return name ? name->id : 0;
}

static void
used(void)
{
    struct waiting waiting = {0};
    struct tape_header header = {0};
    struct failure failure = {0};
    struct named other;
    struct order order;
    const struct event *name;

    waiting_begin(&waiting, &header);
    event_init(&order, EVENT_ORDER);
    order.event.time = 77;
    order.order_id = 5;
    order.account_id = 6;
    OK("names wait",
       take(&waiting, ID_ORDER, 5) == 1 && take(&waiting, ID_ACCOUNT, 5) == 1 &&
           take(&waiting, ID_ACCOUNT, 6) == 1 &&
           take(&waiting, ID_ACCOUNT, 6) == 1 && waiting.count == 3);
    other = name_of(ID_ORDER, 5);
    other.text[0] = 'x';
    OK("another text of an id is not kept from whoever minds",
       waiting_take(&waiting, &other.name.event, &failure) == 0 &&
           take(&waiting, ID_ACCOUNT, 7) == 1 && waiting.count == 4);
    name = waiting_next(&waiting, &order.event);
    OK("one comes before the event that uses it, at its time",
       name && ((const struct name *)(const void *)name)->id == 5 &&
           name->time == 77);
    OK("once", next(&waiting, &order) == 6 && next(&waiting, &order) == 0 &&
                   waiting.count == 2);
    header.sizes[EVENT_ORDER] = sizeof order.event;
    waiting_begin(&waiting, &header);
    order.account_id = 7;
    OK("a field that the tape does not have is not looked at",
       next(&waiting, &order) == 0);
    header.sizes[EVENT_ORDER] = sizeof order + 8;
    waiting_begin(&waiting, &header);
    OK("fields that are not known may be any id",
       next(&waiting, &order) == 5 && next(&waiting, &order) == 7 &&
           next(&waiting, &order) == 0);
    order.event.type = 0x8001;
    OK("a type that is not known may use all, in their order",
       take(&waiting, ID_TRADE, 9) == 1 && take(&waiting, ID_ORDER, 8) == 1 &&
           next(&waiting, &order) == 9 && next(&waiting, &order) == 8 &&
           next(&waiting, &order) == 0);
    header.sizes[EVENT_NAME] = sizeof order.event + 8;
    waiting_begin(&waiting, &header);
    OK("a name that cannot be read does not wait",
       take(&waiting, ID_ORDER, 5) == 0);
    waiting_free(&waiting);
}

static void
many(void)
{
    struct waiting waiting = {0};
    struct tape_header header = {0};
    struct order order;
    bool sound = true;

    waiting_begin(&waiting, &header);
    event_init(&order, EVENT_ORDER);
    for (uint64_t i = 1; i <= MANY; i++) {
        order.order_id = i;
        sound &= take(&waiting, ID_ORDER, i) == 1 &&
                 next(&waiting, &order) == i && next(&waiting, &order) == 0;
    }
    OK("names that are used at once take no memory for ever",
       sound && waiting.count == 0 && waiting.numbers.count < MANY / 2);
    waiting_clear(&waiting);
    for (uint64_t i = 1; i <= MANY; i++)
        sound &= take(&waiting, ID_ORDER, i) == 1;
    for (uint64_t i = MANY; i > 0; i--) {
        order.order_id = i;
        sound &= next(&waiting, &order) == i;
    }
    OK("those that wait are all found", sound && waiting.count == 0);
    waiting_free(&waiting);
}

int
main(void)
{
    used();
    many();
    return tap_done();
}
