/* match_script.h - files of cases: inputs, and all that they must cause.
 * testdata/matching/cases.txt has the grammar.
 *
 *      scripts_run(&engine)    each case is a sentence of the test
 */
#ifndef TESTS_MATCH_SCRIPT_H
#define TESTS_MATCH_SCRIPT_H

#include "match_text.h"
#include "tap.h"

/* What a script is run against. */
struct script_engine {
    void (*begin)(void);
    void (*feed)(const union input *input);
    size_t (*report_count)(void); /* what the last input caused */
    const void *(*report)(size_t number);
    void (*book)(char *text, size_t size);
    void (*end)(void);
};

struct script {
    const struct script_engine *engine;
    const char *path;
    FILE *file;
    char line[4096];
    int number;
    bool again; /* line is still to be used */
};

/* The next line that says something; false at the end. */
static bool
script_line(struct script *script)
{
    if (script->again) {
        script->again = false;
        return true;
    }
    while (fgets(script->line, sizeof script->line, script->file)) {
        script->number++;
        script->line[strcspn(script->line, "\n")] = '\0';
        if (script->line[0] && script->line[0] != '#')
            return true;
    }
    return false;
}

static bool
script_differs(const struct script *script, const char *got, const char *wanted)
{
    if (strcmp(got, wanted) == 0)
        return false;
    tap_note("%s:%d: wanted \"%s\", got \"%s\"", script->path, script->number,
             wanted, got);
    return true;
}

/* Takes one input and compares all that it causes with the lines after it. */
static bool
script_input(struct script *script)
{
    const struct script_engine *engine = script->engine;
    bool right = true;
    size_t seen = 0;
    char got[256];
    union input input;

    read_input(script->line + 2, &input);
    engine->feed(&input);
    while (script_line(script) && !strchr("=>b", script->line[0])) {
        if (seen == engine->report_count())
            snprintf(got, sizeof got, "nothing");
        else
            report_text(engine->report(seen++), got, sizeof got);
        if (script_differs(script, got, script->line))
            right = false;
    }
    script->again = !feof(script->file);
    if (seen < engine->report_count()) {
        report_text(engine->report(seen), got, sizeof got);
        right = !script_differs(script, got, "nothing more");
    }
    return right;
}

/* Runs the case whose head has been read, up to the head of the next. */
static bool
script_case(struct script *script)
{
    static char book[4096];
    bool right = true;

    script->engine->begin();
    while (script_line(script)) {
        if (strncmp(script->line, "> ", 2) == 0) {
            right &= script_input(script);
        } else if (strncmp(script->line, "book ", 5) == 0) {
            script->engine->book(book, sizeof book);
            right &= !script_differs(script, book, script->line + 5);
        } else {
            script->again = true;
            break;
        }
    }
    script->engine->end();
    return right;
}

static void
script_run(const struct script_engine *engine, const char *path)
{
    struct script script = {
        .engine = engine, .path = path, .file = fopen(path, "r")};
    int cases = 0;
    char sentence[256];

    while (script.file && script_line(&script)) {
        bool right;

        if (strncmp(script.line, "== ", 3) != 0) {
            script_differs(&script, script.line, "== and a sentence");
            cases = 0;
            break;
        }
        snprintf(sentence, sizeof sentence, "%.200s", script.line + 3);
        right = script_case(&script);
        OK(sentence, right);
        cases++;
    }
    if (script.file)
        fclose(script.file);
    OK("The cases of the file were found.", cases > 0);
}

static void
scripts_run(const struct script_engine *engine)
{
    static const char *const names[] = {
        "conformance", "cases",          "cases_orders",   "cases_stops",
        "cases_own",   "cases_auctions", "cases_sessions", "conventions",
    };
    char path[64];

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "testdata/matching/%s.txt", names[i]);
        script_run(engine, path);
    }
}

#endif
