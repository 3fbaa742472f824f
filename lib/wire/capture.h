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
#define CAPTURE_INTERFACES 32 /* of a section of pcapng, at most */

/* What its counts are of, for people. */
#define CAPTURE_OTHERS "left out, not whole UDP over IPv4"
#define CAPTURE_CUT    "left out, not captured whole"

/* Where packets were captured. */
struct capture_interface {
    unsigned link;
    int64_t ticks; /* a second has; 0: times are not known */
};

struct capture {
    /* Set these, the rest zero. */
    int (*payload)(void *owner, const unsigned char *at, size_t size,
                   struct failure *failure);
    void *owner;

    int64_t time;    /* when the current packet was captured; or null */
    uint64_t others; /* packets that are no UDP over IPv4, or fragments */
    uint64_t cut;    /* packets that were not captured whole */

    /* private */
    struct binary binary;
    bool begun, next, swapped; /* next: it is pcapng */
    struct capture_interface interfaces[CAPTURE_INTERFACES];
    unsigned interface_count;
};

/* Whether four bytes begin a capture. */
bool capture_begins(const unsigned char *at);

/* Return 0, or -1 with the failure set. */
int capture_push(struct capture *capture, const char *bytes, size_t size,
                 struct failure *failure);
int capture_end(struct capture *capture, struct failure *failure);
void capture_free(struct capture *capture);

#endif
