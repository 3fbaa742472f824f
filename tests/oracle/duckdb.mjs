// Runs SQL in DuckDB and prints the rows, tab-separated, NULL as "\N".
import { duckdb } from './load.mjs';

const run = await duckdb();
for (const sql of process.argv.slice(2))
    for (const row of (await run(sql)).getRows())
        console.log(row.map((v) => v === null ? '\\N' : String(v)).join('\t'));
