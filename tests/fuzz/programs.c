/* Fuzzes whole programs with tapes whose HEADER gives every type any fixed
 * part (made_tape.h): what one program writes the next one reads, as in a pipe.
 *
 * A program may refuse any of it with status 1; it must not do anything a
 * sanitizer objects to, what it made of a whole tape is one, and an archive
 * gives back what it took. */
#include <stdbool.h>

#include "made_tape.h"
#include "place.h"

int xarchive_main(int argc, char **argv);
int xbacktest_main(int argc, char **argv);
int xbook_main(int argc, char **argv);
int xcheck_main(int argc, char **argv);
int xexport_main(int argc, char **argv);
int xgrep_main(int argc, char **argv);
int ximport_main(int argc, char **argv);
int xledger_main(int argc, char **argv);
int xmatch_main(int argc, char **argv);
int xmerge_main(int argc, char **argv);
int xohlcv_main(int argc, char **argv);
int xreport_main(int argc, char **argv);
int xrestore_main(int argc, char **argv);
int xsort_main(int argc, char **argv);
int xstat_main(int argc, char **argv);

enum output {
    OUTPUT_TAPE,
    OUTPUT_TEXT,
    OUTPUT_JSON, /* which is read back */
    OUTPUT_SAME  /* goes into an archive, and comes out again */
};

/* The input's path is added to the line.  New ones go to the end: a corpus
 * chooses by the number. */
struct stage {
    int (*main)(int argc, char **argv);
    const char *line;
    enum output output;
};

static const struct stage stages[] = {
    {xmatch_main, "xmatch", OUTPUT_TAPE},
    {xmatch_main, "xmatch --quotes", OUTPUT_TAPE},
    {xbook_main, "xbook --depth 3", OUTPUT_TAPE},
    {xohlcv_main, "xohlcv -i 1s,1m --keep", OUTPUT_TAPE},
    {xledger_main, "xledger --taker-fee 0.001", OUTPUT_TAPE},
    {xmerge_main, "xmerge", OUTPUT_TAPE},
    {xsort_main, "xsort", OUTPUT_TAPE},
    {xsort_main, "xsort -w 1s --late drop", OUTPUT_TAPE},
    {xcheck_main, "xcheck --dedupe event", OUTPUT_TAPE},
    {xgrep_main, "xgrep -t trade,order,quote,name", OUTPUT_TAPE},
    {xexport_main, "xexport -f json", OUTPUT_JSON},
    {xexport_main, "xexport -f table", OUTPUT_TEXT},
    {xstat_main, "xstat", OUTPUT_TEXT},
    {xarchive_main, "xarchive -d archive put", OUTPUT_SAME},
    {xreport_main, "xreport -f html", OUTPUT_TEXT},
    {xbacktest_main, "xbacktest --quotes -m flow", OUTPUT_TAPE},
    {xbacktest_main, "xbacktest -m facts --keep", OUTPUT_TAPE},
};
#define STAGES (sizeof stages / sizeof *stages)

static const char *const files[] = {"0.tape", "1.tape"}; /* read and written */

static int
run_stage(const struct stage *stage, int from)
{
    char line[128];

    snprintf(line, sizeof line, "%s %s", stage->line, files[from]);
    return place_run(stage->main, line, files[!from]);
}

/* The digest in the END of a whole tape. */
static uint64_t
digest_of(const char *path)
{
    struct frame end = {0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || lseek(fd, -(off_t)sizeof end, SEEK_END) < 0 ||
        read(fd, &end, sizeof end) != sizeof end)
        abort();
    close(fd);
    assert(end.kind == FRAME_END);
    return end.u.end.digest;
}

/* files[from] was archived: what is restored into the other is the same. */
static void
restore_same(int from)
{
    assert(place_run(xarchive_main, "xarchive -d archive verify", NULL) == 0);
    assert(place_run(xrestore_main, "xrestore -d archive", files[!from]) == 0);
    assert(digest_of(files[0]) == digest_of(files[1]));
}

static bool
is_whole(int file)
{
    return place_run(xstat_main, file ? "xstat 1.tape" : "xstat 0.tape",
                     NULL) == 0;
}

/* Goes on from files[from]; whether there is another tape. */
static bool
take_stage(const struct stage *stage, int from)
{
    int status = run_stage(stage, from);

    assert(status >= 0 && status <= 3);
    switch (stage->output) {
    case OUTPUT_SAME:
        if (status == 0)
            restore_same(from);
        place_clear("archive");
        break;
    case OUTPUT_JSON:
        if (status == 0 && rename(files[!from], "json") == 0)
            status =
                place_run(ximport_main, "ximport -f json json", files[!from]);
        break;
    case OUTPUT_TEXT: return false;
    case OUTPUT_TAPE: break;
    }
    if (status == 0) /* a bad definition that was passed on was bad before */
        assert(is_whole(!from) || !is_whole(from));
    return status == 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct script script = {bytes, bytes + size};
    uint8_t first = byte(&script), second = byte(&script);

    make_tape(&script, "s");
    place_enter();
    place_write(files[0], tape, tape_size);
    if (take_stage(&stages[first % STAGES], 0))
        take_stage(&stages[second % STAGES], 1);
    place_leave();
    return 0;
}
