/* curves - demand and supply by price: the same as from plain sums, while
 * prices come and go.
 */
#include "match/curves.h"

#include "base/random.h"
#include "tap.h"

#define PRICES 40

static i128 wanted[2][PRICES], unpriced[2];

static struct curve_point
plain_at(int price)
{
    struct curve_point point = {true, price, unpriced[0], unpriced[1]};

    for (int i = 0; i < PRICES; i++) {
        point.demand += i >= price ? wanted[0][i] : 0;
        point.supply += i <= price ? wanted[1][i] : 0;
    }
    return point;
}

static bool
same(const struct curve_point *one, const struct curve_point *other)
{
    return one->exists == other->exists &&
           (!one->exists ||
            (one->price == other->price && one->demand == other->demand &&
             one->supply == other->supply));
}

static bool
cut_agrees(const struct curves *curves, uint32_t root, i128 excess)
{
    struct curve_point below = {0}, above = {0}, low, high;

    for (int i = 0; i < PRICES; i++) {
        struct curve_point here = plain_at(i);

        if (wanted[0][i] == 0 && wanted[1][i] == 0)
            continue;
        if (here.demand - here.supply > excess)
            below = here;
        else if (!above.exists)
            above = here;
    }
    curve_cut(curves, root, unpriced, excess, &low, &high);
    return same(&low, &below) && same(&high, &above);
}

/* One random addition, or what undoes earlier ones. */
static void
change(struct curves *curves, uint32_t *root, struct random *random)
{
    int side = (int)random_below(random, 2);
    int price = (int)random_below(random, PRICES);
    i128 quantity = 1 + random_below(random, 9);

    if (random_below(random, 2))
        quantity = -wanted[side][price];
    wanted[side][price] += quantity;
    curve_add(curves, root, side, price, quantity);
}

int
main(void)
{
    struct failure failure = {0};
    struct random random = {7};
    struct curves curves = {0};
    uint32_t root = 0;
    bool points = true, cuts = true;

    for (int step = 0; step < 20000; step++) {
        if (curves_reserve(&curves, &failure) != 0)
            break;
        change(&curves, &root, &random);
        unpriced[step % 2] = random_below(&random, 20);
        for (int price = -1; price <= PRICES; price++) {
            struct curve_point point = curve_at(&curves, root, unpriced, price);
            struct curve_point plain = plain_at(price);

            points &= same(&point, &plain);
        }
        cuts &= cut_agrees(&curves, root, (int)random_below(&random, 31) - 15);
    }
    OK("Demand and supply at a price are what plain sums say.", points);
    OK("Where one exceeds the other, too.", cuts);
    curve_clear(&curves, &root);
    OK("A curve that is cleared leaves nothing behind; prices at which nothing "
       "is wanted are forgotten.",
       root == 0 && curves.used <= PRICES + 1);
    curves_free(&curves);
    return tap_done();
}
