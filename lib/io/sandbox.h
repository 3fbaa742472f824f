/* sandbox.h - gives up what a program that only reads and writes open files
 * does not need, so that a hostile input which got hold of it gains nothing.
 *
 * From sandbox_enter on the process, with the threads it starts, cannot
 *      open any file but those it names, and these only to read;
 *      create, rename, link or remove anything;
 *      make a socket, start a process or run a program, or trace another one.
 * A call that would do so fails with EACCES or EPERM.
 *
 * The kernel does it, as far as it can: Landlock (Linux 5.13) keeps files from
 * being opened, a filter of system calls (seccomp) does the rest.  Where one of
 * them is missing or forbidden, as in some containers, the other one stands
 * alone; without both nothing is done, in silence.  Never under a sanitizer or
 * valgrind, whose reports need more, nor with XTAPE_SANDBOX=none in the
 * environment.
 */
#ifndef IO_SANDBOX_H
#define IO_SANDBOX_H

/* What this kernel lets a program do, found without doing it: "none",
 * "landlock", "seccomp" or "landlock+seccomp". */
const char *sandbox_kind(void);

/* Enters it, before any thread is started; there is no way back.  paths: the
 * files that may still be opened to read; "-" and those that are not there are
 * passed over. */
void sandbox_enter(const char *const *paths, int count);

#endif
