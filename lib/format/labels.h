/* labels.h - what a format writes for each instrument, made once.
 */
#ifndef FORMAT_LABELS_H
#define FORMAT_LABELS_H

#include "format/exporter.h"

/* A label is copied in steps: it is too short to be worth a call of memcpy,
 * which makes half of the whole cost on some machines. */
#define LABEL_STEP 16

struct label {
    char *bytes; /* size and LABEL_STEP bytes more */
    size_t size;
};

/* Set the first two; the rest zero. */
struct labels {
    struct exporter *exporter;
    /* Appends what the format writes for the plain label of an instrument. */
    void (*make)(struct cell plain, struct bytes *text);

    /* private */
    struct label *items; /* by index of the instrument, the same for ever */
    size_t capacity;
    struct bytes plain;
};

void labels_free(struct labels *labels);

/* The slow way of labels_find: makes the label if need be. */
const struct label *labels_make(struct labels *labels, uint32_t id);

/* The label of an instrument id that is not 0; NULL with the exporter's
 * failure set. */
static inline const struct label *
labels_find(struct labels *labels, uint32_t id)
{
    uint32_t index = instruments_find(labels->exporter->instruments, id);

    if (index < labels->capacity && labels->items[index].bytes)
        return &labels->items[index];
    return labels_make(labels, id);
}

/* Writes a label; at has size + LABEL_STEP bytes.  Returns the end. */
static inline char *
label_put(char *at, const struct label *label)
{
    for (size_t i = 0; i < label->size; i += LABEL_STEP)
        memcpy(at + i, label->bytes + i, LABEL_STEP);
    return at + label->size;
}

#endif
