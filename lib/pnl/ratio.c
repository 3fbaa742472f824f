/* Ratios in whole numbers: squares are compared, and one root is taken of a
 * number with eight places more.  W. F. Sharpe, "The Sharpe Ratio", Journal of
 * Portfolio Management, 1994; F. A. Sortino and L. N. Price, "Performance
 * Measurement in a Downside Risk Framework", Journal of Investing, 1994. */
#include <assert.h>

#include "pnl/pnl.h"

#define SESSIONS_A_YEAR 252
#define RETURN_MAX      (10000 * DECIMAL_ONE) /* of a day */

/* The largest number whose square is not above n. */
static u128
root(u128 n)
{
    u128 at = 0;

    for (u128 bit = (u128)1 << 62; bit; bit >>= 1)
        if ((at + bit) * (at + bit) <= n)
            at += bit;
    return at;
}

/* sum * sqrt(times / below), with sum in 10^-8 and below in 10^-16: in 10^-8,
 * cut; null if it is beyond the range. */
static int64_t
scaled(i128 sum, i128 times, i128 below)
{
    static const i128 places = (i128)DECIMAL_ONE * DECIMAL_ONE;
    i128 square, ratio;
    u128 result;

    assert(times > 0 && below >= 0);
    if (below == 0 || __builtin_mul_overflow(sum, sum, &square) ||
        __builtin_mul_overflow(square, times, &square) ||
        !amount_mul_div(square, places, below, &ratio))
        return DECIMAL_NULL;
    result = root((u128)ratio);
    if (result > DECIMAL_MAX)
        return DECIMAL_NULL;
    return sum < 0 ? -(int64_t)result : (int64_t)result;
}

/* The return of a day in 10^-8, on the equity before it and what was paid in
 * on it; false: there was nothing to earn on. */
static bool
return_of(const struct pnl_account *account, uint32_t day, i128 *earned)
{
    const struct pnl_day *now = &account->days[day];
    i128 before = day ? account->days[day - 1].equity : account->opening;
    i128 paid = day ? now->funds - account->days[day - 1].funds : 0;
    i128 base = before + paid;

    assert(day < account->day_count);
    return base > 0 &&
           amount_mul_div(now->equity - base, DECIMAL_ONE, base, earned);
}

/* With n returns r: the mean over the sample's deviation is
 * sum r * sqrt((n - 1) / (n * (n * sum r^2 - (sum r)^2))), and over the
 * downside deviation, sqrt(sum min(r, 0)^2 / n), sum r / sqrt(n * sum min(r,
 * 0)^2). */
struct pnl_ratios
pnl_ratios(const struct pnl_account *account)
{
    struct pnl_ratios ratios = {DECIMAL_NULL, DECIMAL_NULL, 0};
    i128 n = account->day_count;
    i128 sum = 0, squares = 0, losses = 0, earned, spread;

    for (uint32_t day = 0; day < account->day_count; day++) {
        if (!return_of(account, day, &earned) || earned > RETURN_MAX ||
            earned < -RETURN_MAX)
            return ratios;
        sum += earned;
        squares += earned * earned;
        losses += earned < 0 ? earned * earned : 0;
    }
    ratios.days = account->day_count;
    if (n < 2)
        return ratios;
    spread = n * squares - sum * sum;
    ratios.sharpe = scaled(sum, SESSIONS_A_YEAR * (n - 1), n * spread);
    ratios.sortino = scaled(sum, SESSIONS_A_YEAR, n * losses);
    return ratios;
}
