/* depot.h - where the parts of an archive lie: its own directory, and one for
 * each other tier that its policy.conf names.
 *
 * A part has the same path below each of them, so that engines read a tier as
 * they read the archive.  What is below a tier's directory is opened as what is
 * below the archive's is (io/root.h).
 *
 * A tier's directory has a file "xtape-tier" from the first part on, so that an
 * empty mount point is not taken for a tier that has lost everything.  It names
 * the archive (depot_id.h), since no two may share a tier.
 */
#ifndef ARCHIVE_DEPOT_H
#define ARCHIVE_DEPOT_H

#include "archive/part.h"
#include "archive/policy.h"
#include "io/sync.h"

#define DEPOT_ID_TEXT 33 /* 128 bits in hex, with a NUL */

struct depot {
    char name[TIER_MAX];
    char *directory; /* as messages show it; owned */
    struct root root;
    bool fresh; /* there is no "xtape-tier": nothing was ever put here */
    char id[DEPOT_ID_TEXT]; /* of the archive it is of; "": nobody said */
    bool foreign;           /* that is another */
    struct failure wrong;   /* why nothing may be moved or removed here */
};

struct depots {
    struct depot *list; /* without hot; owned */
    unsigned count;
    struct failure broken; /* why policy.conf could not be read */
};

/* Reads the policy in the archive's directory: 1; 0 when there is none; -1, of
 * class usage if it is wrong or no regular file of at most POLICY_SIZE_MAX
 * bytes.  Free it in any case. */
int depots_policy(struct policy *policy, const struct archive *archive,
                  struct failure *failure);

/* Opens what policy.conf names, if there is one.  A tier that is not there, or
 * a policy.conf that is wrong, is a failure of whoever needs it.  0; -1 when
 * out of memory. */
int depots_open(struct depots *depots, const struct archive *archive,
                struct failure *failure);
void depots_close(struct depots *depots);

/* Whether the tiers are fit to move parts to and fro: 0; -1 when one is the
 * archive's own directory, lies in it, or is that of another tier or archive.
 * Nothing is removed from such an archive, nor stored on such a tier. */
int depots_check(const struct depots *depots, struct failure *failure);

/* The same; those that have parts but do not say of which archive are this
 * one's from now on. */
int depots_claim(const struct archive *archive, struct failure *failure);

/* The root that a tier ("": hot) lies below, and the path there of a relative
 * one, to be freed in any case.  0; -1, also when the tier is not there. */
int depot_find(const struct archive *archive, const char *tier,
               const char *relative, const struct root **root, char **path,
               struct failure *failure);

/* Whether what was put on a tier can be there: 0, or -1 of class environment,
 * or of class usage if it is another archive's. */
int depot_check(const struct archive *archive, const char *tier,
                struct failure *failure);

/* Head: whether the part is there, under its name or (hidden) the other.  1; 0;
 * -1. */
int depot_has(const struct archive *archive, const struct part *part,
              bool hidden, struct failure *failure);

/* Get: opens a part to read under that name, to be read in ranges
 * (io/input.h).  input->name is *path, which the caller frees in any case.  1;
 * 0; -1. */
int depot_get(const struct archive *archive, const struct part *part,
              bool hidden, struct input *input, char **path,
              struct failure *failure);

/* Put anew: copies a part to another tier, where it is durable, was read back
 * and found equal when this returns.  One that is there already is left.
 * 1 copied; 0 was there; -1. */
int depot_copy(const struct archive *archive, const struct part *part,
               const char *tier, struct failure *failure);

/* Publish: gives a hidden part its name; durable after root_sync.  1; 0 when
 * there is none; -1. */
int depot_publish(const struct archive *archive, const struct part *part,
                  struct failure *failure);

/* Remove: under either name; fine when there is none.  Refused when a tier is
 * not fit (depots_check): it might be the only copy. */
int depot_remove(const struct archive *archive, const struct part *part,
                 struct failure *failure);

/* Whether a file is that part, by its SHA-256: 1; 0 when it is missing or
 * another; -1. */
int depot_is_part(const struct archive *archive, const struct part *part,
                  bool hidden, struct failure *failure);

#endif
