/* sink.h - where the events that a model makes go.
 *
 * The rooms without I/O (match, feed) write through one; whoever drives them
 * decides what that is: a tape, a snapshot, a test's array.
 */
#ifndef TAPE_SINK_H
#define TAPE_SINK_H

#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "tape/event.h"

struct event_sink {
    /* Room for one event of size bytes, filled at once; never NULL. */
    void *(*put)(void *owner, size_t size);
    /* A local id for an instrument that this tape has not defined so far and
     * that an event caused by cause must name; 0 with the failure set when
     * there can be none. */
    uint32_t (*name)(void *owner, uint32_t index, const struct event *cause,
                     struct failure *failure);
    void *owner;
};

#endif
