#include "tape/join.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "tape/schema.h"

#define MORE      "+%u more" /* streams for which there is no room */
#define NAMES_MAX (TAPE_STREAM_MAX - sizeof "+4294967295 more")

/* The others are for what becomes of the merged tape. */
#define PROGRAMS_KEPT (TAPE_PROGRAMS_MAX / 2)
_Static_assert(
    PROGRAMS_KEPT + 2 <= TAPE_PROGRAMS_MAX,
    "there is room for \"and more\" and for the program that merges");

void
tape_join_init(struct tape_join *join)
{
    memset(join, 0, sizeof *join);
    tape_header_init(&join->header, "");
}

void
tape_join_free(struct tape_join *join)
{
    tape_header_free(&join->header);
    strtab_free(&join->streams);
}

/* ---- lengths ------------------------------------------------------------- */

/* Bytes of the fixed part of a type once a reader has completed it; 0: not
 * known. */
static uint16_t
completed_size(const struct tape_header *header, unsigned type)
{
    const struct schema_type *schema = schema_find(type);
    uint16_t own = schema ? schema->size : 0;

    return header->sizes[type] > own ? header->sizes[type] : own;
}

int
tape_join_check(const struct tape_join *join, const struct tape_header *header,
                struct failure *failure)
{
    for (unsigned type = 0; type < EVENT_TYPES; type++) {
        uint16_t size = completed_size(header, type);

        if (size && size != join->header.sizes[type])
            return fail(failure, FAILURE_DATA,
                        "events of type %u have %u bytes, in the inputs "
                        "before %u: a newer version of this program can merge "
                        "them",
                        type, size, join->header.sizes[type]);
    }
    return 0;
}

/* ---- names and provenance ------------------------------------------------ */

static int
add_stream(struct tape_join *join, const char *stream, struct failure *failure)
{
    char *name = join->header.stream;
    size_t used = strlen(name), size = strlen(stream);
    bool added;

    if (strtab_add(&join->streams, stream, size, &added) == STRTAB_NONE)
        return fail_memory(failure);
    if (!added)
        return 0;
    if (used == 0 && size > NAMES_MAX) {
        stream = tape_stream_end(stream, NAMES_MAX);
    } else if (used && used + 1 + size > NAMES_MAX) {
        join->streams_left_out++;
        return 0;
    }
    snprintf(name + used, TAPE_STREAM_MAX + 1 - used, "%s%s", used ? "+" : "",
             stream);
    return 0;
}

static bool
has_program(const struct tape_header *header,
            const struct tape_program *program)
{
    for (unsigned i = 0; i < header->program_count; i++)
        if (strcmp(header->programs[i].name, program->name) == 0 &&
            strcmp(header->programs[i].version, program->version) == 0 &&
            strcmp(header->programs[i].options, program->options) == 0)
            return true;
    return false;
}

static int
add_program(struct tape_header *header, const struct tape_program *program,
            struct failure *failure)
{
    return tape_header_add_program(header, program->name, program->version,
                                   program->options, failure);
}

int
tape_join_add(struct tape_join *join, const struct tape_header *header,
              struct failure *failure)
{
    for (unsigned type = 0; type < EVENT_TYPES; type++)
        if (join->header.sizes[type] == 0 || join->streams.count == 0)
            join->header.sizes[type] = completed_size(header, type);
    if (tape_join_check(join, header, failure) != 0 ||
        add_stream(join, header->stream, failure) != 0)
        return -1;
    for (unsigned i = 0; i < header->program_count; i++) {
        const struct tape_program *program = &header->programs[i];

        if (has_program(&join->header, program))
            continue;
        if (join->header.program_count == PROGRAMS_KEPT)
            join->programs_left_out++;
        else if (add_program(&join->header, program, failure) != 0)
            return -1;
    }
    return 0;
}

int
tape_join_finish(struct tape_join *join, const char *stream,
                 const struct tape_program *program, struct failure *failure)
{
    char *name = join->header.stream;
    size_t used = strlen(name);
    char text[32];

    assert(join->streams.count > 0); /* an input was added */
    assert(used <= NAMES_MAX && join->header.program_count <= PROGRAMS_KEPT);
    if (stream) /* cut at the front, as tape_header_init does */
        snprintf(name, TAPE_STREAM_MAX + 1, "%s",
                 tape_stream_end(stream, TAPE_STREAM_MAX));
    else if (join->streams_left_out)
        snprintf(name + used, TAPE_STREAM_MAX + 1 - used, MORE,
                 join->streams_left_out);
    else if (join->streams.count == 1)
        tape_header_rename(&join->header, program->name);
    snprintf(text, sizeof text, "and %u more", join->programs_left_out);
    if (join->programs_left_out &&
        tape_header_add_program(&join->header, "...", "", text, failure) != 0)
        return -1;
    return add_program(&join->header, program, failure);
}
