#include "wire/capture.h"

#include <assert.h>

enum { LINK_ETHERNET = 1, LINK_RAW = 101, LINK_COOKED = 113, LINK_IPV4 = 228 };

#define PCAP_HEAD   24
#define PACKET_HEAD 16
#define BLOCK_HEAD  12 /* type, length, and the length again at the end */

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
take_frame(struct capture *capture, const unsigned char *at, size_t size,
           struct failure *failure)
{
    size_t offset = ip_offset(capture->link, at, size), head, length;

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

/* A packet of which size bytes were captured. */
static int
take_packet(struct capture *capture, const unsigned char *at, size_t size,
            size_t original, struct failure *failure)
{
    if (size < original) {
        capture->cut++;
        return 0;
    }
    return take_frame(capture, at, size, failure);
}

/* ---- files --------------------------------------------------------------- */

static int
set_link(struct capture *capture, unsigned link, struct failure *failure)
{
    capture->link = link;
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
    if (taken && take_packet(capture, at + PACKET_HEAD, length,
                             word_at(capture, at + 12), failure) != 0)
        return -1;
    return taken;
}

/* What is in a block, without its head and end. */
static int
take_block(struct capture *capture, uint32_t type, const unsigned char *at,
           size_t size, struct failure *failure)
{
    size_t length;

    if (type == INTERFACE && size >= 8)
        return set_link(capture, capture->swapped ? be16(at) : le16(at),
                        failure);
    if (type == SIMPLE && size >= 4) {
        length = word_at(capture, at);
        return take_packet(capture, at + 4,
                           length < size - 4 ? length : size - 4, length,
                           failure);
    }
    if (type != ENHANCED)
        return 0;
    length = size >= 20 ? word_at(capture, at + 12) : SIZE_MAX;
    if (length > size - 20)
        return fail(failure, FAILURE_DATA,
                    "a packet that is longer than its block");
    return take_packet(capture, at + 20, length, word_at(capture, at + 16),
                       failure);
}

static ssize_t
take_next(struct capture *capture, const unsigned char *at, size_t size,
          size_t *wanted, struct failure *failure)
{
    uint32_t type, length;
    ssize_t taken;

    if (size < BLOCK_HEAD)
        return binary_whole(BLOCK_HEAD, size, wanted);
    if (le32(at) == SECTION)
        capture->swapped = be32(at + 8) == 0x1a2b3c4d;
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
    capture->swapped = magic == 0xd4c3b2a1 || magic == 0x4d3cb2a1;
    if (!capture->swapped && magic != 0xa1b2c3d4 && magic != 0xa1b23c4d)
        return fail(failure, FAILURE_DATA, "neither pcap nor pcapng");
    if (set_link(capture, word_at(capture, at + 20) & 0xffff, failure) != 0)
        return -1;
    return PCAP_HEAD;
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
