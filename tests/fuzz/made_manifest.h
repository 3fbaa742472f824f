/* made_manifest.h - manifests out of a fuzzer's bytes, as a hostile person
 * would write them: the lines are the fuzzer's, checksums, names and the chain
 * are right.
 *
 * A fuzzer cannot guess hashes, so some control characters stand for them: see
 * put_word. */
#ifndef FUZZ_MADE_MANIFEST_H
#define FUZZ_MADE_MANIFEST_H

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/manifest.h"
#include "tape/frame.h"

#define MADE_STREAM "s"

struct made_manifest {
    char name[MANIFEST_NAME_MAX];
    char sha256[SHA256_TEXT];
    struct bytes text;
};

static void
put_text(struct bytes *out, const char *text)
{
    bytes_put(out, text, strlen(text));
}

/* What a control character stands for; false: for itself. */
static bool
put_word(struct bytes *out, unsigned char code,
         const struct made_manifest *before)
{
    char hash[17], sha256[SHA256_TEXT];

    snprintf(hash, sizeof hash, "%016" PRIx64,
             manifest_stream_hash(MADE_STREAM));
    memset(sha256, 'a', sizeof sha256 - 1);
    sha256[sizeof sha256 - 1] = '\0';
    switch (code) {
    case 1: put_text(out, hash); break;
    case 2: put_text(out, before ? before->sha256 : "-"); break;
    case 3: put_text(out, before ? before->name : "-"); break;
    case 4: put_text(out, sha256); break;
    case 5:
        put_text(out, "type=trade/date=2026-01-08/part-");
        put_text(out, hash);
        break;
    default: return false;
    }
    return true;
}

static void
put_header_line(struct bytes *out)
{
    static unsigned char frame[FRAME_MAX];
    struct tape_header header;
    struct failure failure = {0};
    char digits[3];
    long size;

    tape_header_init(&header, MADE_STREAM);
    size = tape_header_format(&header, frame, &failure);
    assert(size > 0);
    put_text(out, "header ");
    for (long i = 0; i < size; i++) {
        snprintf(digits, sizeof digits, "%02x", frame[i]);
        put_text(out, digits);
    }
    put_text(out, "\n");
    tape_header_free(&header);
}

/* The name that its ranges ask for. */
static void
name_manifest(struct made_manifest *made, unsigned generation)
{
    struct seq_range range, all = {0, 0};
    char suffix[16] = "";

    for (const char *at = (const char *)made->text.bytes; at;
         at = strchr(at, '\n')) {
        at += *at == '\n';
        if (sscanf(at, "range %20" SCNu64 " %20" SCNu64, &range.first,
                   &range.last) == 2) {
            all.first = all.first ? all.first : range.first;
            all.last = range.last;
        }
    }
    if (generation)
        snprintf(suffix, sizeof suffix, "-c%u", generation);
    snprintf(made->name, sizeof made->name,
             "%016" PRIx64 "-%" PRIu64 "-%" PRIu64 "%s",
             manifest_stream_hash(MADE_STREAM), all.first, all.last, suffix);
}

/* The number-th of a chain, from 1; before: the one before it, or NULL. */
static void
make_manifest(struct made_manifest *made, const char *raw, size_t size,
              unsigned number, const struct made_manifest *before)
{
    struct sha256 sha256 = {0};
    struct failure failure = {0};
    char line[128];

    *made = (struct made_manifest){0};
    put_text(&made->text, "xtape-archive 3\nstream " MADE_STREAM "\n");
    put_header_line(&made->text);
    snprintf(line, sizeof line, "link %u %s\n", number,
             before ? before->sha256 : "-");
    put_text(&made->text, line);
    for (size_t i = 0; i < size; i++)
        if (!put_word(&made->text, (unsigned char)raw[i], before))
            bytes_put_byte(&made->text, (unsigned char)raw[i]);
    put_text(&made->text, "\n");
    bytes_put_byte(&made->text, '\0');
    made->text.size--;
    name_manifest(made, memmem(raw, size, "replaces", 8) ? number : 0);
    snprintf(line, sizeof line, "end %016" PRIx64 "\n",
             frame_hash(made->text.bytes, made->text.size));
    put_text(&made->text, line);
    assert(bytes_ok(&made->text, &failure) == 0 &&
           sha256_begin(&sha256, &failure) == 0);
    sha256_add(&sha256, made->text.bytes, made->text.size);
    sha256_end(&sha256, made->sha256);
}

#endif
