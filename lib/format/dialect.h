/* dialect.h - how vendors write their files, as data.
 *
 * A dialect is a small text: a line "# what it is", then a line for each
 * option of ximport that it stands for, its long name and its value:
 *
 *      # Kraken: trades, the files to download (time, price, volume)
 *      format csv
 *      map time=1,price=2,quantity=3
 *      needs -D instrument=SYMBOL
 *
 * "needs" says which options the user must add.  Those that come with the
 * program are the files of lib/format/dialects, made part of it by
 * scripts/embed.
 */
#ifndef FORMAT_DIALECT_H
#define FORMAT_DIALECT_H

struct dialect {
    const char *name, *text;
};

extern const struct dialect dialects[];   /* by name; ends with {0} */
extern const char *const dialect_names[]; /* of them; ends with NULL */

#endif
