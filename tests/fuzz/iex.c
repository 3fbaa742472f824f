/* Fuzzes the import of captures of IEX. */
#include "import_pieces.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    import_pieces(&iex_import, data, size);
    return 0;
}
