/* Snapshots in a directory, and how far a program is in its input. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/directory.h"
#include "tap.h"
#include "tape/resume_point.h"
#include "tape/schema.h"

#define EVENTS 3000

static char directory[] = "/tmp/xtape-snapshot-XXXXXX";
static struct failure failure;

/* ---- the directory ----------------------------------------------------------
 */

static bool
says(enum failure_class kind, const char *words)
{
    bool right = failure.kind == kind && strstr(failure.text, words);

    if (!right)
        tap_note("it says: %s", failure.text);
    failure.kind = FAILURE_NONE;
    return right;
}

/* Two tapes, the second as far as seq. */
static bool
set_tapes(struct snapshot_tapes *tapes, uint64_t seq)
{
    struct snapshot_tape *first = snapshot_tapes_add(tapes, &failure);
    struct snapshot_tape *second = snapshot_tapes_add(tapes, &failure);

    if (!first || !second)
        return false;
    strncpy(tapes->all[0].input_stream, "day1", TAPE_STREAM_MAX);
    strncpy(tapes->all[0].output_stream, "day1/x", TAPE_STREAM_MAX);
    tapes->all[0].input_seq = 70;
    memset(tapes->all[1].input_stream, 'y', TAPE_STREAM_MAX);
    memset(tapes->all[1].output_stream, 'z', TAPE_STREAM_MAX);
    tapes->all[1].input_seq = seq;
    tapes->all[1].input_digest = seq * 3;
    tapes->all[1].output_seq = seq * 5;
    tapes->all[1].output_digest = seq * 7;
    return true;
}

/* A snapshot of count clocks; not committed: it is given up. */
static bool
write_one(struct snapshots *snapshots, uint64_t seq, int count, bool commit)
{
    struct snapshot_tapes tapes = {0};
    struct tape_header header;
    bool well;

    tape_header_init(&header, "out");
    well = set_tapes(&tapes, seq) &&
           snapshot_begin(snapshots, &header, &tapes, 99, &failure) == 0;
    for (int i = 0; well && i < count; i++) {
        struct event *event =
            tape_writer_put(&snapshots->writer, sizeof *event);

        *event = (struct event){sizeof *event / 8, EVENT_CLOCK, 0, i};
    }
    if (well && commit)
        well = snapshot_commit(snapshots, &failure) == 0;
    else
        snapshot_abandon(snapshots);
    snapshot_tapes_free(&tapes);
    return well;
}

static int
count_events(void *owner, const struct event *event, struct failure *out)
{
    int *count = owner;

    if (event->time == 5000)
        return fail(out, FAILURE_DATA, "it is late");
    *count += event->type == EVENT_CLOCK;
    return 0;
}

static int
read_one(struct snapshots *snapshots, size_t i,
         struct snapshot_content *content, int *count)
{
    *count = 0;
    return snapshot_read(snapshots, i, content, count ? count_events : NULL,
                         count, &failure);
}

static void
keeps_three(void)
{
    struct snapshots snapshots, other;
    struct snapshot_content content;
    int count;
    bool well = true;

    OK("A directory without snapshots is a start.",
       snapshots_open(&snapshots, directory, &failure) == 0 &&
           snapshots.count == 0);
    OK("It is for one program at a time.",
       snapshots_open(&other, directory, &failure) == -1 &&
           says(FAILURE_ENVIRONMENT, "another program keeps its snapshots"));
    snapshots_close(&other);
    for (uint64_t i = 1; i <= 5; i++)
        well &= write_one(&snapshots, i, 4000, true);
    OK("The last three stay.", well && snapshots.count == 3 &&
                                   snapshots.numbers[0] == 3 &&
                                   snapshots.numbers[2] == 5);
    OK("One that is given up leaves nothing.",
       write_one(&snapshots, 6, 9, false) && snapshots.count == 3);
    snapshots_close(&snapshots);
    snapshots_open(&snapshots, directory, &failure);
    OK("They are found again.",
       snapshots.count == 3 && snapshots.numbers[2] == 5);
    OK("A snapshot has the places, names of any length, and all its events.",
       read_one(&snapshots, 1, &content, &count) == 0 && count == 4000 &&
           content.tapes.count == 2 && content.tapes.all[1].input_seq == 4 &&
           content.tapes.all[1].input_digest == 12 &&
           content.tapes.all[1].output_seq == 20 &&
           content.tapes.all[1].output_digest == 28 &&
           strlen(content.tapes.all[1].output_stream) == TAPE_STREAM_MAX &&
           strcmp(content.tapes.all[0].input_stream, "day1") == 0 &&
           strcmp(content.header.stream, "out/snapshot") == 0);
    snapshot_content_free(&content);
    snapshots_close(&snapshots);
}

static void
put_file(const char *name, size_t size, const void *bytes)
{
    char path[100];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", directory, name);
    file = fopen(path, "wb");
    if (!file || fwrite(bytes, 1, size, file) != size || fclose(file) != 0)
        abort();
}

static void
foreign_files(void)
{
    struct snapshots snapshots;
    struct snapshot_content content;
    struct directory list;
    int count;

    put_file(".0000000000000006.tape.123.tmp", 4, "half");
    put_file("0000000000000009.tape", 4, "none");
    put_file("notes", 4, "mine");
    put_file("12.tape", 4, "mine");
    snapshots_open(&snapshots, directory, &failure);
    directory_list(&list, directory, &failure);
    OK("What a killed program left goes; what is no snapshot stays.",
       snapshots.count == 4 && list.count == 7);
    directory_free(&list);
    OK("A file that is no tape is damage, with its name.",
       read_one(&snapshots, 3, &content, &count) == -1 &&
           says(FAILURE_DATA, "0000000000000009.tape"));
    snapshot_content_free(&content);
    OK("What the program refuses is reported with the event.",
       write_one(&snapshots, 7, 5001, true) &&
           read_one(&snapshots, 2, &content, &count) == -1 &&
           says(FAILURE_DATA, "0000000000000010.tape: event 5003: it is late"));
    snapshot_content_free(&content);
    snapshots_close(&snapshots);
}

/* ---- point ------------------------------------------------------------ */

static char bytes[EVENTS * 64];
static const struct event *places[EVENTS + 1];

static void
make_events(void)
{
    char *at = bytes;

    for (int i = 0; i <= EVENTS; i++) {
        struct event *event = (struct event *)(void *)at;

        places[i] = event;
        if (i == EVENTS)
            break;
        *event = (struct event){(uint16_t)(2 + i % 7), EVENT_USER, 0, i};
        at += event->words * 8;
    }
}

/* Goes through the events in blocks of so many, stopping at each stop-th. */
static int
go(struct resume_point *point, struct tape_header *output, unsigned block,
   unsigned stop, unsigned events)
{
    struct tape_reader reader = {0};
    struct tape_header input;

    tape_header_init(&input, "in");
    tape_header_init(output, "in/x");
    if (resume_point_begin(point, &input, output, &failure) != 0)
        return -1;
    for (unsigned first = 0; first < events; first += block) {
        unsigned end = first + block < events ? first + block : events;

        reader.first = places[first];
        reader.end = places[end];
        reader.first_seq = first + 1;
        reader.count = end - first;
        for (unsigned i = first; i < end; i++)
            if ((i + 1) % stop == 0 &&
                resume_point_to(point, &reader, places[i + 1], i + 1,
                                &failure) != 0)
                return -1;
        if (resume_point_leave(point, &reader, &failure) != 0)
            return -1;
    }
    return resume_point_end(point, &failure);
}

/* Where a run was that took so many events. */
static void
place_after(unsigned events, struct snapshot_tapes *then)
{
    struct resume_point point = {0};
    struct tape_header output;

    go(&point, &output, 100, 7, events);
    *then = point.tapes;
    then->all[0].output_seq = 555;
    point.tapes = (struct snapshot_tapes){0};
    resume_point_free(&point);
}

/* Goes on from there, over the same events, of which one may be another. */
static int
resume_after(unsigned place, unsigned block, unsigned events, int other)
{
    struct resume_point point = {0};
    struct snapshot_tapes then;
    struct tape_header output;
    int result;

    place_after(place, &then);
    resume_point_resume(&point, &then);
    if (other >= 0)
        ((struct event *)(uintptr_t)places[other])->time++;
    result = go(&point, &output, block, place, events);
    if (other >= 0)
        ((struct event *)(uintptr_t)places[other])->time--;
    if (result == 0 && (point.resuming || output.first_seq != 556))
        result = -2;
    resume_point_free(&point);
    return result;
}

static void
compares(void)
{
    bool same = true;

    make_events();
    for (unsigned block = 1; block <= EVENTS; block = block * 3 + 1)
        for (unsigned place = 1; place <= EVENTS; place = place * 5 + 2)
            same &= resume_after(place, block, EVENTS, -1) == 0;
    OK("The same events are known whatever blocks they come in.", same);
    OK("At the end of the input, too.",
       resume_after(EVENTS, 64, EVENTS, -1) == 0);
    OK("An event that is another is found out, the first and the last.",
       resume_after(1000, 64, EVENTS, 0) == -1 &&
           says(FAILURE_DATA, "up to seq 1000 are not those") &&
           resume_after(1000, 64, EVENTS, 999) == -1 &&
           says(FAILURE_DATA, "up to seq 1000 are not those"));
    OK("What comes after it is free.",
       resume_after(1000, 64, EVENTS, 1000) == 0);
    OK("An input that ends before is told.",
       resume_after(1000, 64, 999, -1) == -1 &&
           says(FAILURE_DATA,
                "in ends at seq 999, before the snapshot's place, "
                "1000"));
}

int
main(void)
{
    char command[100];

    if (!mkdtemp(directory))
        return 1;
    keeps_three();
    foreign_files();
    compares();
    snprintf(command, sizeof command, "rm -r %s", directory);
    return system(command) != 0 || tap_done();
}
