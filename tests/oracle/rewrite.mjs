// rewrite COMPRESSION DIRECTORY FILE ...: reads each Parquet file with arrow-rs and
// writes its rows as arrow-rs does, into the directory as 0.parquet, 1.parquet ...
import { readFileSync, writeFileSync } from 'node:fs';
import { require } from './load.mjs';

const [compression, directory, ...files] = process.argv.slice(2);
const wasm = require('parquet-wasm/node');
files.forEach((file, i) => {
    const properties = new wasm.WriterPropertiesBuilder()
        .setCompression(wasm.Compression[compression])
        .build();
    const table = wasm.readParquet(new Uint8Array(readFileSync(file)));
    writeFileSync(`${directory}/${i}.parquet`,
        wasm.writeParquet(table, properties));
});
