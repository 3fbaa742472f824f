/* powercut DIRECTORY - stops the file system that a directory is on as if the
 * power went: what is not on the disk is gone.  Needs root. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>

/* ext4 and xfs share the number; see linux/fs/ext4/ext4.h. */
#define SHUTDOWN         _IOR('X', 125, uint32_t)
#define WITHOUT_LOGFLUSH 2U

int
main(int argc, char **argv)
{
    uint32_t how = WITHOUT_LOGFLUSH;
    int fd = argc == 2 ? open(argv[1], O_RDONLY | O_DIRECTORY) : -1;

    if (fd < 0 || ioctl(fd, SHUTDOWN, &how) != 0) {
        perror("powercut");
        return 1;
    }
    return 0;
}
