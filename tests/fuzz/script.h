/* script.h - a fuzzer's bytes as small choices, to make something sound of. */
#ifndef FUZZ_SCRIPT_H
#define FUZZ_SCRIPT_H

#include <stdint.h>

struct script {
    const uint8_t *at, *end;
};

static uint8_t
byte(struct script *script)
{
    return script->at < script->end ? *script->at++ : 0;
}

/* Small numbers mostly, and those at the ends. */
static int64_t
number(struct script *script)
{
    int64_t low = byte(script);

    switch (byte(script) % 16) {
    case 0: return INT64_MIN + low;
    case 1: return INT64_MAX - low;
    case 2: return -low;
    case 3: return low * INT64_C(1000000000000000);
    case 4: return low;
    default: return low * 1000000;
    }
}

#endif
