#include "wire/capture.h"

#include <assert.h>

#include "base/clock.h"

enum { LINK_ETHERNET = 1, LINK_RAW = 101, LINK_COOKED = 113, LINK_IPV4 = 228 };

#define PCAP_HEAD   24
#define PACKET_HEAD 16
#define BLOCK_HEAD  12 /* type, length, and the length again at the end */

#define RESOLUTION 9 /* the option of an interface: its unit of time */

enum { SECTION = 0x0a0d0d0a, INTERFACE = 1, SIMPLE = 3, ENHANCED = 6 };

static uint32_t
word_at(const struct capture *capture, const unsigned char *at)
{
    return capture->swapped ? be32(at) : le32(at);
}

/* ---- packets ------------------------------------------------------------- */

/* Where IPv4 begins in a frame; 0: it does not. */
static size_t
ip_offset(unsigned link, const unsigned char *at, size_t size)
{
    size_t offset = 14;

    if (link == LINK_RAW || link == LINK_IPV4)
        return size > 0 && at[0] >> 4 == 4 ? SIZE_MAX : 0;
    if (link == LINK_COOKED)
        return size >= 16 && be16(at + 14) == 0x0800 ? 16 : 0;
    while (size >= offset + 4 && be16(at + offset - 2) == 0x8100)
        offset += 4;
    return size > offset && be16(at + offset - 2) == 0x0800 ? offset : 0;
}

static int
take_frame(struct capture *capture, unsigned link, const unsigned char *at,
           size_t size, struct failure *failure)
{
    size_t offset = ip_offset(link, at, size), head, length;

    assert(offset == SIZE_MAX || offset <= size);
    if (offset == SIZE_MAX) /* there is nothing before it */
        offset = 0;
    else if (offset == 0)
        goto other;
    at += offset;
    size -= offset;
    if (size < 20 || at[9] != 17 || (be16(at + 6) & 0x3fff) != 0)
        goto other;
    head = (at[0] & 15) * 4UL;
    if (head < 20 || size < head + 8)
        goto other;
    length = be16(at + head + 4);
    if (length < 8)
        goto other;
    if (length > size - head) {
        capture->cut++;
        return 0;
    }
    return capture->payload(capture->owner, at + head + 8, length - 8, failure);
other:
    capture->others++;
    return 0;
}

/* A packet, of which size bytes were captured. */
struct packet {
    const struct capture_interface *interface;
    const unsigned char *at;
    size_t size, original;
    uint64_t time; /* in ticks */
};

/* A time in nanoseconds since 1970; null if it is none. */
static int64_t
time_of(const struct packet *packet)
{
    uint64_t ticks = (uint64_t)packet->interface->ticks;
    uint64_t seconds = ticks ? packet->time / ticks : UINT64_MAX;

    if (seconds >= INT64_MAX / NS_PER_SECOND)
        return TIME_NULL;
    return (int64_t)(seconds * NS_PER_SECOND +
                     packet->time % ticks * NS_PER_SECOND / ticks);
}

static int
take_packet(struct capture *capture, const struct packet *packet,
            struct failure *failure)
{
    if (packet->size < packet->original) {
        capture->cut++;
        return 0;
    }
    assert(packet->interface < capture->interfaces + capture->interface_count);
    capture->time = time_of(packet);
    return take_frame(capture, packet->interface->link, packet->at,
                      packet->size, failure);
}

/* ---- files --------------------------------------------------------------- */

static int
add_interface(struct capture *capture, unsigned link, int64_t ticks,
              struct failure *failure)
{
    if (capture->interface_count == CAPTURE_INTERFACES)
        return fail(failure, FAILURE_DATA, "more than %d interfaces",
                    CAPTURE_INTERFACES);
    capture->interfaces[capture->interface_count++] =
        (struct capture_interface){link, ticks};
    if (link == LINK_ETHERNET || link == LINK_RAW || link == LINK_COOKED ||
        link == LINK_IPV4)
        return 0;
    return fail(failure, FAILURE_DATA,
                "link type %u is not known (Ethernet, Linux cooked or raw IP)",
                link);
}

static ssize_t
take_pcap(struct capture *capture, const unsigned char *at, size_t size,
          size_t *wanted, struct failure *failure)
{
    size_t length;
    ssize_t taken;

    if (size < PACKET_HEAD)
        return binary_whole(PACKET_HEAD, size, wanted);
    length = word_at(capture, at + 8);
    if (length > CAPTURE_PACKET_MAX - PACKET_HEAD)
        return fail(failure, FAILURE_DATA, "a packet of %zu bytes", length);
    assert(!capture->next);
    taken = binary_whole(PACKET_HEAD + length, size, wanted);
    if (taken == 0)
        return 0;
    const struct packet packet = {
        .interface = capture->interfaces,
        .at = at + PACKET_HEAD,
        .size = length,
        .original = word_at(capture, at + 12),
        .time = word_at(capture, at) * (uint64_t)capture->interfaces->ticks +
                word_at(capture, at + 4),
    };

    return take_packet(capture, &packet, failure) == 0 ? taken : -1;
}

static uint16_t
half_at(const struct capture *capture, const unsigned char *at)
{
    return capture->swapped ? be16(at) : le16(at);
}

/* How many ticks a second has, of the options of an interface; 0: more than
 * can be told in nanoseconds. */
static int64_t
ticks_of(const struct capture *capture, const unsigned char *at, size_t size)
{
    int64_t ticks = 1;

    assert(capture->next);
    while (size >= 4 && half_at(capture, at) != 0) {
        size_t length = (half_at(capture, at + 2) + 3UL) & ~3UL;

        if (half_at(capture, at) == RESOLUTION && size > 4) {
            unsigned places = at[4] & 127, base = at[4] >> 7 ? 2 : 10;

            if (places > (base == 2 ? 30U : 9U))
                return 0;
            while (places-- > 0)
                ticks *= base;
            return ticks;
        }
        if (length > size - 4)
            break;
        at += 4 + length;
        size -= 4 + length;
    }
    return 1000000;
}

/* What is in a block, without its head and end. */
static int
take_block(struct capture *capture, uint32_t type, const unsigned char *at,
           size_t size, struct failure *failure)
{
    struct packet packet = {.interface = capture->interfaces};
    uint32_t number = 0;
    size_t head = 4;

    if (type == INTERFACE && size >= 8)
        return add_interface(capture, half_at(capture, at),
                             ticks_of(capture, at + 8, size - 8), failure);
    if (type != ENHANCED && (type != SIMPLE || size < head))
        return 0;
    if (type == SIMPLE) {
        packet.original = word_at(capture, at);
        packet.size =
            packet.original < size - head ? packet.original : size - head;
        packet.time = UINT64_MAX;
    } else {
        head = 20;
        packet.size = size >= head ? word_at(capture, at + 12) : SIZE_MAX;
        if (packet.size > size - head)
            return fail(failure, FAILURE_DATA,
                        "a packet that is longer than its block");
        number = word_at(capture, at);
        packet.original = word_at(capture, at + 16);
        packet.time =
            (uint64_t)word_at(capture, at + 4) << 32 | word_at(capture, at + 8);
    }
    if (number >= capture->interface_count)
        return fail(failure, FAILURE_DATA,
                    "a packet of an interface that was not described");
    packet.interface += number;
    packet.at = at + head;
    return take_packet(capture, &packet, failure);
}

static ssize_t
take_next(struct capture *capture, const unsigned char *at, size_t size,
          size_t *wanted, struct failure *failure)
{
    uint32_t type, length;
    ssize_t taken;

    if (size < BLOCK_HEAD)
        return binary_whole(BLOCK_HEAD, size, wanted);
    if (le32(at) == SECTION) {
        capture->swapped = be32(at + 8) == 0x1a2b3c4d;
        capture->interface_count = 0;
    }
    type = word_at(capture, at);
    length = word_at(capture, at + 4);
    if (length < BLOCK_HEAD || length % 4 != 0 || length > CAPTURE_PACKET_MAX)
        return fail(failure, FAILURE_DATA, "a block of %u bytes", length);
    taken = binary_whole(length, size, wanted);
    if (taken == 0)
        return 0;
    if (word_at(capture, at + length - 4) != length)
        return fail(failure, FAILURE_DATA, "a block whose two lengths differ");
    return take_block(capture, type, at + 8, length - BLOCK_HEAD, failure) == 0
               ? taken
               : -1;
}

static ssize_t
take_record(void *owner, const unsigned char *at, size_t size, size_t *wanted,
            struct failure *failure)
{
    struct capture *capture = owner;
    uint32_t magic;
    bool nano;

    if (capture->begun)
        return capture->next ? take_next(capture, at, size, wanted, failure)
                             : take_pcap(capture, at, size, wanted, failure);
    if (size < PCAP_HEAD)
        return binary_whole(PCAP_HEAD, size, wanted);
    magic = le32(at);
    capture->begun = true;
    capture->next = magic == SECTION;
    if (capture->next)
        return take_next(capture, at, size, wanted, failure);
    nano = magic == 0x4d3cb2a1 || magic == 0xa1b23c4d;
    capture->swapped = magic == 0xd4c3b2a1 || magic == 0x4d3cb2a1;
    if (!capture->swapped && magic != 0xa1b2c3d4 && magic != 0xa1b23c4d)
        return fail(failure, FAILURE_DATA, "neither pcap nor pcapng");
    capture->interface_count = 0;
    if (add_interface(capture, word_at(capture, at + 20) & 0xffff,
                      nano ? NS_PER_SECOND : 1000000, failure) != 0)
        return -1;
    return PCAP_HEAD;
}

bool
capture_begins(const unsigned char *at)
{
    uint32_t magic = le32(at);

    return magic == SECTION || magic == 0xd4c3b2a1 || magic == 0x4d3cb2a1 ||
           magic == 0xa1b2c3d4 || magic == 0xa1b23c4d;
}

int
capture_push(struct capture *capture, const char *bytes, size_t size,
             struct failure *failure)
{
    assert(capture->payload);
    capture->binary.record = take_record;
    capture->binary.owner = capture;
    capture->binary.max = CAPTURE_PACKET_MAX;
    return binary_push(&capture->binary, bytes, size, failure);
}

int
capture_end(struct capture *capture, struct failure *failure)
{
    if (binary_end(&capture->binary, failure) != 0)
        return -1;
    if (!capture->begun)
        return fail(failure, FAILURE_DATA, "no packet (the file is empty)");
    capture->begun = capture->swapped = false;
    return 0;
}

void
capture_free(struct capture *capture)
{
    binary_free(&capture->binary);
}
