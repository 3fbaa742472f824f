// Reads each Parquet file named with two engines that nobody here wrote,
// hyparquet and arrow-rs (parquet-wasm), and prints rows, the sum of seq and
// the number of columns as each sees them.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
const root = process.env.XTAPE_ORACLES + '/';
const require = createRequire(root);
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
const { parquetReadObjects, parquetMetadata } = await load('hyparquet');
const { compressors } = await load('hyparquet-compressors');
const wasm = require('parquet-wasm/node');
for (const path of process.argv.slice(2)) {
    const bytes = readFileSync(path);
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
    const meta = parquetMetadata(file);
    const rows = await parquetReadObjects({ file, compressors });
    const sum = rows.reduce((n, row) => n + row.seq, 0n);
    const table = wasm.readParquet(new Uint8Array(bytes));
    const batches = table.recordBatches();
    const arrow = batches.reduce((n, batch) => n + batch.numRows, 0);
    console.log([rows.length, arrow, sum, meta.schema.length - 1,
        batches.length ? batches[0].numColumns : meta.schema.length - 1].join('\t'));
}
