// Runs SQL in DuckDB and prints the rows, tab-separated, NULL as "\N".
import { createRequire } from 'node:module';
const require = createRequire(process.env.XTAPE_ORACLES + '/');
const { DuckDBInstance } = require('@duckdb/node-api');
const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
const connection = await instance.connect();
for (const sql of process.argv.slice(2)) {
    const reader = await connection.runAndReadAll(sql);
    for (const row of reader.getRows())
        console.log(row.map((v) => (v === null ? '\\N' : String(v))).join('\t'));
}
