#include "format/labels.h"

#include <assert.h>
#include <stdlib.h>

#include "base/array.h"

void
labels_free(struct labels *labels)
{
    for (size_t i = 0; i < labels->capacity; i++)
        free(labels->items[i].bytes);
    free(labels->items);
    bytes_free(&labels->plain);
    labels->items = NULL;
    labels->capacity = 0;
}

/* Makes room for the label of an index. */
static int
reach(struct labels *labels, uint32_t index)
{
    size_t before = labels->capacity;
    void *items;

    assert(index >= before);
    items = array_grow(labels->items, &labels->capacity, (size_t)index + 1,
                       sizeof *labels->items, labels->exporter->failure);

    if (!items)
        return -1;
    labels->items = items;
    memset(labels->items + before, 0,
           (labels->capacity - before) * sizeof *labels->items);
    return 0;
}

static int
make(struct labels *labels, struct label *label, uint32_t id)
{
    struct exporter *exporter = labels->exporter;
    struct bytes text = {0};

    assert(!label->bytes); /* made once */
    bytes_clear(&labels->plain);
    if (exporter_label(exporter, id, &labels->plain) != 0)
        return -1;
    labels->make(
        (struct cell){(const char *)labels->plain.bytes, labels->plain.size},
        &text);
    label->size = text.size;
    for (int i = 0; i < LABEL_STEP; i++)
        bytes_put_byte(&text, 0);
    if (bytes_ok(&text, exporter->failure) != 0) {
        bytes_free(&text);
        return -1;
    }
    label->bytes = (char *)text.bytes;
    return 0;
}

const struct label *
labels_make(struct labels *labels, uint32_t id)
{
    struct exporter *exporter = labels->exporter;
    uint32_t index = instruments_find(exporter->instruments, id);
    struct label *label;

    assert(id != 0);
    if (index == INSTRUMENT_NONE) {
        fail(exporter->failure, FAILURE_DATA, "instrument %u is not defined",
             id);
        return NULL;
    }
    if (index >= labels->capacity && reach(labels, index) != 0)
        return NULL;
    label = &labels->items[index];
    if (!label->bytes && make(labels, label, id) != 0)
        return NULL;
    return label;
}
