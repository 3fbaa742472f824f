/* Fuzzes the import of DBN. */
#include "import_pieces.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    import_pieces(&dbn_import, data, size);
    return 0;
}
