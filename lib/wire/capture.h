/* capture.h - the UDP payloads of a network capture, pcap or pcapng.
 *
 *      capture_push ... capture_push, capture_end, and so on
 *      capture_free
 *
 * Ethernet (with VLAN tags), Linux cooked and raw IP; IPv4.  What is no UDP,
 * a fragment, or was not captured whole is passed over and counted.  Failures
 * name the byte.  Memory: the longest packet, CAPTURE_PACKET_MAX at most.
 *
 * Source: the file formats as of the IETF drafts on PCAP and pcapng.
 */
#ifndef WIRE_CAPTURE_H
#define WIRE_CAPTURE_H

#include <stdbool.h>

#include "wire/binary.h"

#define CAPTURE_PACKET_MAX (1024 * 1024)

struct capture {
    /* Set these, the rest zero. */
    int (*payload)(void *owner, const unsigned char *at, size_t size,
                   struct failure *failure);
    void *owner;

    uint64_t others; /* packets that are no UDP over IPv4, or fragments */
    uint64_t cut;    /* packets that were not captured whole */

    /* private */
    struct binary binary;
    bool begun, next, swapped; /* next: it is pcapng */
    unsigned link;
};

/* Return 0, or -1 with the failure set. */
int capture_push(struct capture *capture, const char *bytes, size_t size,
                 struct failure *failure);
int capture_end(struct capture *capture, struct failure *failure);
void capture_free(struct capture *capture);

#endif
