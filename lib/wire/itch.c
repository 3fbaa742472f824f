/* itch.c - NASDAQ TotalView-ITCH 5.0, in what carries it.
 *
 * Four framings, told apart by the first bytes of a file:
 *
 *      the length of each message before it, as in the files of a day; a
 *      length of 0 is that of its type
 *      SoupBinTCP: packets of a length and a type, of which S are messages
 *      MoldUDP64: packets with a sequence and a count of messages; a hole in
 *      the sequence is a gap event, what comes again is passed over
 *      a capture of a network, pcap or pcapng, of UDP with MoldUDP64; when a
 *      packet was captured is when its messages were received
 *
 * Sources: the specifications of ITCH 5.0, SoupBinTCP 4.0 and MoldUDP64 1.0.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "format/import_format.h"
#include "wire/capture.h"
#include "wire/facts.h"
#include "wire/itch.h"

#define MOLD_HEAD 20
#define MOLD_END  0xffff /* as a count: the session is over */

enum framing {
    FRAMING_UNKNOWN = 0,
    FRAMING_LENGTH,
    FRAMING_SOUP,
    FRAMING_MOLD
};

struct itch_import {
    struct itch itch;
    struct binary binary;
    struct capture capture;
    unsigned char head[4]; /* the first bytes of the file */
    uint8_t head_size;
    bool captured; /* the file is a capture */
    enum framing framing;
    bool any;
    uint64_t foreign; /* payloads of a capture that are no MoldUDP64 */

    /* MoldUDP64 */
    unsigned left;     /* messages of the packet */
    uint64_t sequence; /* of the next one of it */
    uint64_t expected; /* the first that was not seen; 0: none was */
    uint64_t missing;  /* a gap event to write when its time is known */
    uint64_t passed;   /* messages that came again, or after their gap */
    unsigned char session[10];
};

/* ---- messages ------------------------------------------------------------ */

/* A message of which the framing says how long it is. */
static int
take_message(struct itch_import *import, const unsigned char *at, size_t size)
{
    struct itch *itch = &import->itch;
    unsigned wanted = size ? itch_size(*at) : 0;

    import->any = true;
    if (wanted == 0) {
        itch->unknown_types++;
        return 0;
    }
    if (size != wanted)
        return fail(itch->failure, FAILURE_DATA,
                    "a message of type %c and %zu bytes, but it has %u", *at,
                    size, wanted);
    if (import->missing) {
        int64_t time = itch->midnight + (int64_t)be48(at + ITCH_TIME);

        if (fact_gap(itch->importer, 0, time, import->missing, "MoldUDP64") !=
            0)
            return -1;
        import->missing = 0;
    }
    return itch_take(itch, at);
}

/* A length and a message. */
static ssize_t
take_lengthened(struct itch_import *import, const unsigned char *at,
                size_t size, size_t *wanted)
{
    size_t length;
    ssize_t taken;

    if (size < 3)
        return binary_whole(3, size, wanted);
    length = be16(at);
    if (length == 0)
        length = itch_size(at[2]);
    if (length == 0)
        return fail(import->itch.failure, FAILURE_DATA,
                    "a message without length, of a type (byte %u) without "
                    "one",
                    at[2]);
    taken = binary_whole(2 + length, size, wanted);
    if (taken && take_message(import, at + 2, length) != 0)
        return -1;
    return taken;
}

static ssize_t
take_soup(struct itch_import *import, const unsigned char *at, size_t size,
          size_t *wanted)
{
    size_t length;
    ssize_t taken;

    if (size < 3)
        return binary_whole(3, size, wanted);
    length = be16(at);
    if (length == 0)
        return fail(import->itch.failure, FAILURE_DATA,
                    "a SoupBinTCP packet of no bytes");
    taken = binary_whole(2 + length, size, wanted);
    if (taken && at[2] == 'S' && length > 1 &&
        take_message(import, at + 3, length - 1) != 0)
        return -1;
    return taken;
}

static bool
is_message(unsigned length, unsigned type)
{
    return itch_size(type) && length == itch_size(type);
}

/* Whether a session has a name, as in MoldUDP64. */
static bool
is_session(const unsigned char *at)
{
    for (int i = 0; i < 10; i++)
        if (at[i] < ' ' || at[i] > '~')
            return false;
    return true;
}

/* Whether at least MOLD_HEAD bytes begin a packet of MoldUDP64. */
static bool
is_packet(const unsigned char *at, size_t size)
{
    unsigned count = be16(at + 18);

    if (!is_session(at))
        return false;
    return count == 0 || count == MOLD_END ||
           (size >= MOLD_HEAD + 3 && is_message(be16(at + 20), at[22]));
}

/* The head of a packet: where in the sequence its messages are. */
static int
take_packet(struct itch_import *import, const unsigned char *at)
{
    uint64_t sequence = be64(at + 10);
    unsigned count = be16(at + 18);

    if (memcmp(at, import->session, sizeof import->session) != 0) {
        memcpy(import->session, at, sizeof import->session);
        import->expected = 0;
    }
    if (sequence > INT64_MAX)
        return fail(import->itch.failure, FAILURE_DATA,
                    "a sequence number above 2^63 - 1");
    if (import->expected && sequence > import->expected)
        import->missing += sequence - import->expected;
    if (sequence > import->expected)
        import->expected = sequence;
    import->sequence = sequence;
    import->left = count == MOLD_END ? 0 : count;
    return 0;
}

static ssize_t
take_mold(struct itch_import *import, const unsigned char *at, size_t size,
          size_t *wanted)
{
    ssize_t taken;

    if (import->left == 0) {
        taken = binary_whole(MOLD_HEAD, size, wanted);
        if (taken && take_packet(import, at) != 0)
            return -1;
        return taken;
    }
    if (size < 2)
        return binary_whole(2, size, wanted);
    taken = binary_whole(2U + be16(at), size, wanted);
    if (taken == 0)
        return 0;
    assert(import->sequence <= import->expected);
    import->left--;
    if (import->sequence++ < import->expected) {
        import->any = true;
        import->passed++;
        return taken;
    }
    import->expected = import->sequence;
    return take_message(import, at + 2, be16(at)) == 0 ? taken : -1;
}

/* A UDP payload, which is a whole packet. */
static int
take_payload(void *owner, const unsigned char *at, size_t size,
             struct failure *failure)
{
    struct itch_import *import = owner;
    size_t wanted, used = MOLD_HEAD;

    if (size < MOLD_HEAD || !is_packet(at, size)) {
        import->foreign++;
        return 0;
    }
    import->itch.received = import->capture.time;
    if (take_packet(import, at) != 0)
        return -1;
    while (import->left > 0) {
        ssize_t taken = take_mold(import, at + used, size - used, &wanted);

        if (taken < 0)
            return -1;
        if (taken == 0)
            return fail(failure, FAILURE_DATA,
                        "a packet of MoldUDP64 that is shorter than its "
                        "messages");
        used += (size_t)taken;
        assert(used <= size);
    }
    return 0;
}

/* ---- framing ------------------------------------------------------------- */

/* Which framing a file of at least MOLD_HEAD + 3 bytes has, or of fewer. */
static enum framing
framing_of(const unsigned char *at, size_t size)
{
    unsigned length = be16(at);

    if (is_message(length, at[2]) || (length == 0 && itch_size(at[2])))
        return FRAMING_LENGTH;
    if ((at[2] == 'S' && size > 3 && is_message(length - 1, at[3])) ||
        (at[2] == 'A' && length == 31) || (at[2] == '+' && length > 0) ||
        (at[2] == 'H' && length == 1))
        return FRAMING_SOUP;
    if (size >= MOLD_HEAD + 3 && is_packet(at, size))
        return FRAMING_MOLD;
    return FRAMING_UNKNOWN;
}

static ssize_t
take_record(void *owner, const unsigned char *at, size_t size, size_t *wanted,
            struct failure *failure)
{
    struct itch_import *import = owner;

    switch (import->framing) {
    case FRAMING_LENGTH: return take_lengthened(import, at, size, wanted);
    case FRAMING_SOUP: return take_soup(import, at, size, wanted);
    case FRAMING_MOLD: return take_mold(import, at, size, wanted);
    case FRAMING_UNKNOWN: break;
    }
    if (size < 4)
        return binary_whole(4, size, wanted);
    import->framing = framing_of(at, size);
    if (import->framing == FRAMING_UNKNOWN && size < MOLD_HEAD + 3)
        return binary_whole(MOLD_HEAD + 3, size, wanted);
    if (import->framing == FRAMING_UNKNOWN)
        return fail(failure, FAILURE_DATA,
                    "no messages of ITCH 5.0: neither with their length "
                    "before, nor in SoupBinTCP, MoldUDP64 or a capture");
    return take_record(owner, at, size, wanted, failure);
}

/* ---- the format ---------------------------------------------------------- */

static int
init(void *state, const struct import_options *options,
     struct importer *importer, struct failure *failure)
{
    struct itch_import *import = state;

    if (options->midnight == TIME_NULL)
        return fail(failure, FAILURE_USAGE,
                    "--date is required for itch: it is not in the file");
    import->itch.importer = importer;
    import->itch.failure = failure;
    import->itch.midnight = options->midnight;
    import->itch.received = TIME_NULL;
    import->capture.payload = take_payload;
    import->capture.owner = import;
    import->binary.record = take_record;
    import->binary.owner = import;
    import->binary.max = 2 + UINT16_MAX;
    import->itch.stocks =
        allocate(failure, ITCH_STOCKS, sizeof *import->itch.stocks);
    return import->itch.stocks ? 0 : -1;
}

static int
feed(struct itch_import *import, const void *bytes, size_t size,
     struct failure *failure)
{
    if (import->captured)
        return capture_push(&import->capture, bytes, size, failure);
    return binary_push(&import->binary, bytes, size, failure);
}

static int
push(void *state, const char *bytes, size_t size, struct failure *failure)
{
    struct itch_import *import = state;
    const size_t wanted = sizeof import->head;

    if (import->head_size < wanted) {
        size_t more = wanted - import->head_size;

        if (more > size)
            more = size;
        memcpy(import->head + import->head_size, bytes, more);
        import->head_size = (uint8_t)(import->head_size + more);
        bytes += more;
        size -= more;
        if (import->head_size < wanted)
            return 0;
        assert(import->framing == FRAMING_UNKNOWN);
        import->captured = capture_begins(import->head);
        if (feed(import, import->head, wanted, failure) != 0)
            return -1;
    }
    return feed(import, bytes, size, failure);
}

/* What the carrier of the messages says at its end. */
static int
end_carrier(struct itch_import *import, struct failure *failure)
{
    if (import->captured)
        return capture_end(&import->capture, failure);
    if (import->head_size < sizeof import->head &&
        feed(import, import->head, import->head_size, failure) != 0)
        return -1;
    if (binary_end(&import->binary, failure) != 0)
        return -1;
    if (import->left)
        return fail(failure, FAILURE_DATA,
                    "the file ends within a packet: %u messages are missing",
                    import->left);
    return 0;
}

static int
end(void *state, struct failure *failure)
{
    struct itch_import *import = state;

    if (end_carrier(import, failure) != 0)
        return -1;
    if (!import->any)
        return fail(failure, FAILURE_DATA, "no message of ITCH 5.0 in it");
    import->any = import->captured = false;
    import->head_size = 0;
    import->framing = FRAMING_UNKNOWN;
    import->itch.received = TIME_NULL;
    return 0;
}

static bool
remark(const void *state, unsigned number, char *text, size_t size)
{
    const struct itch_import *import = state;
    const struct itch *itch = &import->itch;
    const struct fact_count counts[] = {
        {itch->unknown_types, "message",
         "of types that ITCH 5.0 does not have"},
        {itch->unknown_stocks, "message",
         "left out, of stocks that the directory does not have"},
        {itch->unknown_orders, "message",
         "about orders that were never announced, without price"},
        {import->passed, "message",
         "left out, repeated or later than what follows them"},
        {import->foreign, "payload", "left out, not MoldUDP64"},
        {import->capture.others, "packet", CAPTURE_OTHERS},
        {import->capture.cut, "packet", CAPTURE_CUT},
    };

    return fact_remark(counts, sizeof counts / sizeof *counts, number, text,
                       size);
}

static void
release(void *state)
{
    struct itch_import *import = state;

    binary_free(&import->binary);
    capture_free(&import->capture);
    itch_orders_free(&import->itch.orders);
    free(import->itch.stocks);
}

const struct import_format itch_import = {
    .name = "itch",
    .summary = "NASDAQ TotalView-ITCH 5.0",
    .zone = "America/New_York",
    .state_size = sizeof(struct itch_import),
    .init = init,
    .push = push,
    .end = end,
    .remark = remark,
    .free = release,
};
