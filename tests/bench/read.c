/* read - what reading alone costs: the bytes of a file, or of stdin, into the
 * same buffer again and again, as large as that of a tape reader.
 *
 *      read [FILE]
 */
#include <stdio.h>
#include <stdlib.h>

#include "io/input.h"

#define SIZE (1024 * 1024)

int
main(int argc, char **argv)
{
    struct failure failure = {0};
    struct input input;
    char *buffer = aligned_alloc(INPUT_ALIGNMENT, SIZE);
    ssize_t count = -1;

    if (buffer && input_open(&input, argc > 1 ? argv[1] : "-", &failure) == 0)
        do
            count = input_read(&input, buffer, SIZE, &failure);
        while (count > 0);
    if (count != 0)
        fprintf(stderr, "read: %s\n", failure.text);
    free(buffer);
    return count != 0;
}
