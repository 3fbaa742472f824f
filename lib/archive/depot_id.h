/* depot_id.h - whose a tier is.
 *
 * An archive has an id, random and for good, in its file "tier-id"; the file
 * "xtape-tier" in the directory of a tier has that of the archive whose parts
 * lie there.  Earlier versions left the latter empty.
 */
#ifndef ARCHIVE_DEPOT_ID_H
#define ARCHIVE_DEPOT_ID_H

#include "archive/archive.h"

/* The id in a file below a root; "": it is empty.  1; 0 when there is no file;
 * -1. */
int depot_id_read(const struct root *root, const char *path,
                  char id[DEPOT_ID_TEXT], struct failure *failure);

/* Writes it, durably.  0 or -1. */
int depot_id_write(const struct root *root, const char *path, const char *id,
                   struct failure *failure);

/* The archive's own; "": it has none yet.  0 or -1. */
int depot_id_own(const struct archive *archive, char id[DEPOT_ID_TEXT],
                 struct failure *failure);

/* The same; makes one if it has none.  For the holder of the lock. */
int depot_id_make(const struct archive *archive, char id[DEPOT_ID_TEXT],
                  struct failure *failure);

#endif
