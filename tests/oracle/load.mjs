// The engines that nobody here wrote, from the directory XTAPE_ORACLES.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

export const require = createRequire(process.env.XTAPE_ORACLES + '/');

export function load(name) {
    return import(pathToFileURL(require.resolve(name)).href);
}

// A function that runs SQL in a separate DuckDB: rows of values, by name.
export async function duckdb() {
    const { DuckDBInstance } = require('@duckdb/node-api');
    const instance =
        await DuckDBInstance.create(':memory:', { threads: '1' });
    const connection = await instance.connect();
    return (sql) => connection.runAndReadAll(sql);
}
