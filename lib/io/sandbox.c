#include "io/sandbox.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#define ARCHITECTURE 0 /* no filter */
#endif

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer) ||     \
    __has_feature(thread_sanitizer)
#define SANITIZED true
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED true
#endif
#ifndef SANITIZED
#define SANITIZED false
#endif

static bool
is_wanted(void)
{
    const char *said = getenv("XTAPE_SANDBOX");
    const char *preload = getenv("LD_PRELOAD");

    if (preload && strstr(preload, "/vgpreload_")) /* valgrind's own */
        return false;
    return !SANITIZED && !(said && strcmp(said, "none") == 0);
}

/* ---- Landlock: files ----------------------------------------------------- */

/* All rights of the first version of Landlock, which any kernel with it knows:
 * what is listed is forbidden unless a rule allows it. */
#define ALL_RIGHTS ((LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1)

static int
landlock_version(void)
{
    return (int)syscall(SYS_landlock_create_ruleset, NULL, 0,
                        LANDLOCK_CREATE_RULESET_VERSION);
}

/* The right to read one file; to open a directory, of which whoever does it
 * then says that it is one. */
static void
allow_path(int rules, const char *path)
{
    struct landlock_path_beneath_attr rule = {0};
    struct stat status;

    rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
    if (rule.parent_fd < 0)
        return; /* whoever opens it says why */
    rule.allowed_access =
        fstat(rule.parent_fd, &status) == 0 && S_ISDIR(status.st_mode)
            ? LANDLOCK_ACCESS_FS_READ_DIR
            : LANDLOCK_ACCESS_FS_READ_FILE;
    (void)syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH,
                  &rule, 0);
    close(rule.parent_fd);
}

static void
forbid_files(const char *const *paths, int count)
{
    const struct landlock_ruleset_attr all = {.handled_access_fs = ALL_RIGHTS};
    int rules;

    if (landlock_version() < 1)
        return;
    rules = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof all, 0);
    if (rules < 0)
        return;
    for (int i = 0; i < count; i++)
        if (strcmp(paths[i], "-") != 0)
            allow_path(rules, paths[i]);
    (void)syscall(SYS_landlock_restrict_self, rules, 0);
    close(rules);
}

/* ---- seccomp: system calls ----------------------------------------------- */

/* What programs that read and write need, with threads and memory; the most
 * frequent first. */
static const int allowed[] = {
    SYS_read,
    SYS_write,
    SYS_pread64,
    SYS_futex,
    SYS_madvise,
    SYS_mmap,
    SYS_munmap,
    SYS_mremap,
    SYS_mprotect,
    SYS_brk,
    SYS_ppoll,
    SYS_readv,
    SYS_writev,
    SYS_close,
    SYS_lseek,
    SYS_fstat,
    SYS_newfstatat,
    SYS_fadvise64,
    SYS_fcntl,
    SYS_fsync,
    SYS_fdatasync,
    SYS_set_robust_list,
    SYS_rseq,
    SYS_sched_yield,
    SYS_sched_getaffinity,
    SYS_rt_sigaction,
    SYS_rt_sigprocmask,
    SYS_rt_sigreturn,
    SYS_sigaltstack,
    SYS_restart_syscall,
    SYS_tgkill, /* raise, abort */
    SYS_exit,
    SYS_exit_group,
    SYS_getpid,
    SYS_gettid,
    SYS_getrandom,
    SYS_getrusage,
    SYS_sysinfo,
    SYS_clock_gettime,
    SYS_clock_nanosleep,
#ifdef SYS_poll
    SYS_poll,
#endif
};

/* Opening for anything but to read; flags as the kernel has them. */
#define O_WRITES (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)

/* What is allowed if an argument has a bit, has none, or is a value; of several
 * rows for a call one suffices. */
static const struct look {
    int call;
    unsigned argument;
    enum { HAS, LACKS, IS } how;
    uint32_t value;
} looks[] = {
    {SYS_openat, 2, LACKS, O_WRITES},
    {SYS_clone, 0, HAS, CLONE_THREAD}, /* no other process */
    {SYS_ioctl, 1, IS, TCGETS},        /* isatty */
    {SYS_ioctl, 1, IS, TIOCGWINSZ},
    {SYS_prlimit64, 2, IS, 0}, /* limits may be read, not set */
};

enum {
    ALLOWED = sizeof allowed / sizeof *allowed,
    LOOKS = sizeof looks / sizeof *looks,
    LOOK_SIZE = 5, /* instructions of each */
    FILTER_SIZE = 4 + 2 * ALLOWED + LOOK_SIZE * LOOKS + 3
};
_Static_assert(FILTER_SIZE <= BPF_MAXINSNS, "the kernel takes so many");

#define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(offset))
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, (what))
#define IF(kind, value, yes, no)                                               \
    BPF_JUMP(BPF_JMP | (kind) | BPF_K, (uint32_t)(value), (uint8_t)(yes),      \
             (uint8_t)(no))
#define OF(field) offsetof(struct seccomp_data, field)

/* The low half of an argument: the kernel takes these as 32 bits. */
static struct sock_filter *
put_look(struct sock_filter *to, const struct look *look)
{
    const struct sock_filter these[LOOK_SIZE] = {
        IF(BPF_JEQ, look->call, 0, LOOK_SIZE - 1),
        LOAD(OF(args) + look->argument * sizeof(uint64_t)),
        IF(look->how == IS ? BPF_JEQ : BPF_JSET, look->value,
           look->how == LACKS, look->how != LACKS),
        RETURN(SECCOMP_RET_ALLOW),
        LOAD(OF(nr)),
    };

    memcpy(to, these, sizeof these);
    return to + LOOK_SIZE;
}

/* Of another architecture's calls, such as those of 32 bits, none is allowed.
 * clone3, whose flags lie in memory, fails as on an older kernel: glibc then
 * takes clone. */
static void
make_filter(struct sock_filter filter[FILTER_SIZE])
{
    struct sock_filter *to = filter;

#define PUT(instruction) (*to++ = (struct sock_filter)instruction)
    PUT(LOAD(OF(arch)));
    PUT(IF(BPF_JEQ, ARCHITECTURE, 1, 0));
    PUT(RETURN(SECCOMP_RET_ERRNO | EPERM));
    PUT(LOAD(OF(nr)));
    for (int i = 0; i < ALLOWED; i++) {
        PUT(IF(BPF_JEQ, allowed[i], 0, 1));
        PUT(RETURN(SECCOMP_RET_ALLOW));
    }
    for (int i = 0; i < LOOKS; i++)
        to = put_look(to, &looks[i]);
    PUT(IF(BPF_JEQ, SYS_clone3, 0, 1));
    PUT(RETURN(SECCOMP_RET_ERRNO | ENOSYS));
    PUT(RETURN(SECCOMP_RET_ERRNO | EPERM));
#undef PUT
    assert(to == filter + FILTER_SIZE);
}

static bool
has_seccomp(void)
{
    uint32_t action = SECCOMP_RET_ERRNO;

    return ARCHITECTURE != 0 &&
           syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

static void
forbid_calls(void)
{
    struct sock_filter filter[FILTER_SIZE];
    const struct sock_fprog program = {FILTER_SIZE, filter};

    if (!has_seccomp())
        return;
    make_filter(filter);
    /* else an older kernel makes the whole program slower */
    (void)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                  SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program);
}

/* ---- both ---------------------------------------------------------------- */

const char *
sandbox_kind(void)
{
    bool files = is_wanted() && landlock_version() >= 1;
    bool calls = is_wanted() && has_seccomp();

    if (files && calls)
        return "landlock+seccomp";
    return files ? "landlock" : calls ? "seccomp" : "none";
}

void
sandbox_enter(const char *const *paths, int count)
{
    assert(count >= 0);
    if (!is_wanted() || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return;
    forbid_files(paths, count);
    forbid_calls();
}
