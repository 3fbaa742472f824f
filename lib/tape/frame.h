/* frame.h - the bytes of a tape: header, block and end frames; tape(5).
 *
 * A frame is 64 bytes of head and a body, together a multiple of 8.  The head
 * ends with a check of itself and holds the hash of the body, so every byte
 * of a tape is covered.
 */
#ifndef TAPE_FRAME_H
#define TAPE_FRAME_H

#include <stddef.h>
#include <stdint.h>

#define TAPE_VERSION   1
#define FRAME_MAX      65536 /* bytes, head and body */
#define FRAME_HEAD     64
#define BLOCK_BODY_MAX (FRAME_MAX - FRAME_HEAD)
#define EVENT_MAX      BLOCK_BODY_MAX /* bytes of the longest event */
/* A full block, which is a chunk of the digest; see digest.h.  A block is
 * gone over several times: hashed, checked, used, copied.  At 30 KiB it stays
 * in a core's first cache meanwhile; twice that costs a third more. */
#define CHUNK_SIZE 30720

/* As they read in a hexdump. */
#define FRAME_HEADER UINT32_C(0x45504154) /* "TAPE" */
#define FRAME_BLOCK  UINT32_C(0x434f4c42) /* "BLOC" */
#define FRAME_END    UINT32_C(0x53444e45) /* "ENDS" */

struct frame {
    uint32_t kind;
    uint32_t size; /* of the whole frame, bytes */
    uint64_t body; /* XXH3-64 of the bytes after the head */
    union {
        struct {
            uint16_t version, types, programs, reserved;
            uint64_t first_seq;
            uint64_t unused[3];
        } header;
        struct {
            uint32_t count, reserved; /* events */
            uint64_t first_seq;
            int64_t time_min, time_max;
            uint64_t unused;
        } block;
        struct {
            uint32_t status, exit_class;
            uint64_t count, digest; /* of the events since the header */
            uint64_t unused[2];
        } end;
    } u;
    uint64_t check; /* XXH3-64 of the 56 bytes before */
};
_Static_assert(sizeof(struct frame) == FRAME_HEAD, "wire size of a frame head");
_Static_assert(offsetof(struct frame, check) == FRAME_HEAD - 8,
               "the check covers all of the head before it");
_Static_assert(FRAME_MAX % 8 == 0 && EVENT_MAX / 8 <= UINT16_MAX,
               "the longest event can state its length");

enum tape_status {
    TAPE_COMPLETE = 0,
    TAPE_LIMITED = 1, /* the reader asked for no more */
    TAPE_STOPPED = 2, /* SIGTERM or SIGINT */
    TAPE_FAILED = 3,  /* exit_class is why */
};

/* The hash over size bytes that a tape uses: XXH3-64, seed 0. */
uint64_t frame_hash(const void *bytes, size_t size);

/* Sets frame->body (from the body's hash) and frame->check. */
void frame_seal(struct frame *frame, uint64_t body);

#endif
