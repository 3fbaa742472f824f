/* short - preloaded into a program, lets every read and write do only half of
 * what was asked, as files on networks, pipes and full disks may. */
#include <sys/syscall.h>
#include <unistd.h>

static size_t
half(size_t size)
{
    return size - size / 2;
}

ssize_t
read(int fd, void *bytes, size_t size)
{
    return syscall(SYS_read, fd, bytes, half(size));
}

ssize_t
write(int fd, const void *bytes, size_t size)
{
    return syscall(SYS_write, fd, bytes, half(size));
}

ssize_t
pread(int fd, void *bytes, size_t size, off_t at)
{
    return syscall(SYS_pread64, fd, bytes, half(size), at);
}

ssize_t
pwrite(int fd, const void *bytes, size_t size, off_t at)
{
    return syscall(SYS_pwrite64, fd, bytes, half(size), at);
}

ssize_t pread64(int, void *, size_t, off_t) __attribute__((alias("pread")));
ssize_t pwrite64(int, const void *, size_t, off_t)
    __attribute__((alias("pwrite")));
