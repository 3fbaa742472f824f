/* report.h - what xstat reports about a tape, for people and as JSON. */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include <stdbool.h>

#include "io/output.h"
#include "tape/reader.h"
#include "tape/stats.h"

/* Both report on the tape that reader stands at the end of, or, when it could
 * not be read to its end, what came before.  The text is a paragraph of lines;
 * the JSON is one object on one line.  Failures stick to the output. */
void report_text(struct output *output, const struct tape_reader *reader,
                 const struct tape_stats *stats);
void report_json(struct output *output, const struct tape_reader *reader,
                 const struct tape_stats *stats);

/* The digest of the events that reader has read, on a separate line. */
void report_digest(struct output *output, const struct tape_reader *reader);

/* One line: a word and a text, with control characters made harmless. */
void report_line(struct output *output, const char *word, const char *text);

#endif
