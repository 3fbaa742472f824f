// bars - one-minute bars of trades by DuckDB, to hold xohlcv against.
//
//      node bars.mjs CACHE TRADES.csv PARQUET
//
// CACHE is a directory with node_modules/@duckdb/node-api.  Writes the trades to
// PARQUET, then prints seconds, the median of five runs with one thread: for
// the query over the Parquet file, and over a table in memory.
import { createRequire } from 'node:module';

const [cache, csv, parquet] = process.argv.slice(2);
const require = createRequire(cache + '/');
const { DuckDBInstance } = require('@duckdb/node-api');
const instance = await DuckDBInstance.create(':memory:');
const connection = await instance.connect();

const bars = (source) => `
    SELECT instrument, time_bucket(INTERVAL '1 minute', time) AS start,
           arg_min(price, time) AS open, max(price) AS high,
           min(price) AS low, arg_max(price, time) AS close,
           sum(quantity) AS volume, sum(price::DECIMAL(19,8) * quantity::DECIMAL(19,8))
               AS notional,
           count(*) AS trade_count
    FROM ${source} GROUP BY ALL`;

async function median(query) {
    const seconds = [];
    for (let run = 0; run < 5; run++) {
        const begin = process.hrtime.bigint();
        await connection.run(`CREATE OR REPLACE TEMP TABLE bars AS ${query}`);
        seconds.push(Number(process.hrtime.bigint() - begin) / 1e9);
    }
    return seconds.sort((a, b) => a - b)[2];
}

await connection.run(`
    CREATE TABLE trades AS
    SELECT time::TIMESTAMP_NS AS time, instrument,
           price::DECIMAL(18,8) AS price, quantity::DECIMAL(18,8) AS quantity
    FROM read_csv('${csv}', all_varchar = true)`);
await connection.run(`COPY trades TO '${parquet}' (FORMAT parquet)`);
await connection.run('SET threads = 1');
console.log(await median(bars(`'${parquet}'`)), await median(bars('trades')));
