/* Whose turn it is, among any number of players, is who a look at all finds. */
#include "base/tournament.h"

#include "tap.h"

#define PLAYERS_MAX 40
#define TURNS       200

static uint64_t state = 1;

static int64_t
random_place(int64_t from)
{
    state = state * 6364136223846793005 + 1442695040888963407;
    return from + (int64_t)(state >> 33) % 5;
}

/* Each turn the winner moves on, or is out; until all are. */
static bool
plays(uint32_t count)
{
    struct failure failure = {0};
    struct tournament turns = {0};
    int64_t places[PLAYERS_MAX];
    unsigned left[PLAYERS_MAX];
    i128 keys[PLAYERS_MAX];
    bool same;

    for (uint32_t i = 0; i < count; i++) {
        places[i] = random_place(-2);
        left[i] = TURNS / count;
        keys[i] = tournament_key(places[i], i);
    }
    same = tournament_begin(&turns, keys, count, &failure) == 0;
    for (;;) {
        uint32_t want = UINT32_MAX;

        for (uint32_t i = 0; i < count; i++)
            if (left[i] && (want == UINT32_MAX || places[i] < places[want]))
                want = i;
        if (!same || tournament_winner(&turns) != want)
            same = false;
        if (!same || want == UINT32_MAX)
            break;
        places[want] = random_place(places[want]);
        tournament_play(&turns, want,
                        --left[want] ? tournament_key(places[want], want)
                                     : tournament_out(want));
    }
    tournament_free(&turns);
    return same;
}

int
main(void)
{
    bool all = true;

    for (uint32_t count = 1; count <= PLAYERS_MAX; count++)
        all &= plays(count);
    OK("the least place wins, of equal ones the first, until all are out", all);
    return tap_done();
}
