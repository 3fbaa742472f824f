/* Fuzzes the import of ITCH. */
#include "import_pieces.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    import_pieces(&itch_import, data, size);
    return 0;
}
