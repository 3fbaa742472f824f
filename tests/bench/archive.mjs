// archive - trades as DuckDB keeps them, to hold xarchive and xrestore against.
//
//      node archive.mjs CACHE TRADES.csv DIRECTORY
//
// CACHE is a directory with node_modules/@duckdb/node-api.  Takes the trades into
// a table with the columns that xarchive writes, then writes that to Parquet
// with one thread, zstd and each of DuckDB's settings, and asks the smallest
// file what xrestore is asked.  Prints a line for each: name, seconds, seconds
// of the processor, bytes.  The last lines say what was asked for.
import { createRequire } from 'node:module';
import { statSync } from 'node:fs';

const [cache, csv, directory] = process.argv.slice(2);
const require = createRequire(cache + '/');
const { DuckDBInstance } = require('@duckdb/node-api');
const instance = await DuckDBInstance.create(':memory:');
const connection = await instance.connect();

// Medians of three runs: seconds, seconds of the processor.
async function median(query) {
    const runs = [];
    for (let run = 0; run < 3; run++) {
        const before = process.cpuUsage();
        const begin = process.hrtime.bigint();
        await connection.run(query);
        const { user, system } = process.cpuUsage(before);
        runs.push([Number(process.hrtime.bigint() - begin) / 1e9,
            (user + system) / 1e6]);
    }
    return [0, 1].map((i) => runs.map((run) => run[i]).sort((a, b) => a - b)[1]);
}

await connection.run('SET preserve_insertion_order = true');
await connection.run(`
    CREATE TABLE trades AS
    SELECT row_number() OVER () AS seq, time::TIMESTAMP_NS AS time,
           split_part(instrument, ':', 2) AS symbol,
           split_part(instrument, ':', 1) AS exchange, side, flags,
           price::DECIMAL(18,8) AS price, quantity::DECIMAL(18,8) AS quantity,
           trade_id::UBIGINT AS trade_id, buy_order_id::UBIGINT AS buy_order_id,
           sell_order_id::UBIGINT AS sell_order_id,
           buyer_id::UBIGINT AS buyer_id, seller_id::UBIGINT AS seller_id
    FROM read_csv('${csv}', all_varchar = true)`);
await connection.run('SET threads = 1');

let least = Infinity, best;
for (const version of ['v1', 'v2'])
    for (const level of [1, 3]) {
        const path = `${directory}/${version}-${level}.parquet`;
        const seconds = await median(`
            COPY trades TO '${path}' (FORMAT parquet, COMPRESSION zstd,
                COMPRESSION_LEVEL ${level}, PARQUET_VERSION ${version},
                WRITE_BLOOM_FILTER false)`);
        const { size } = statSync(path);
        console.log(`write-${version}-zstd${level}`, ...seconds, size);
        if (size < least)
            [least, best] = [size, path];
    }

// Everything of the rows that match goes into a table, as all of an event goes
// onto a tape.
const rows = async (sql) => (await connection.runAndReadAll(sql)).getRows();
const [[first]] = await rows(`SELECT epoch_ns(min(time)) FROM '${best}'`);
const from = (BigInt(first) / 60000000000n + 30n) * 60000000000n;
const [[id]] = await rows(`SELECT trade_id FROM '${best}' LIMIT 1 OFFSET 500000`);
const [[hot], [rare]] = await rows(`
    (SELECT symbol FROM trades GROUP BY symbol ORDER BY count(*) DESC LIMIT 1)
    UNION ALL
    (SELECT symbol FROM trades GROUP BY symbol ORDER BY count(*) LIMIT 1)`);
const where = {
    all: 'true',
    minute: `time >= make_timestamp_ns(${from}) AND
             time < make_timestamp_ns(${from + 60000000000n})`,
    hot: `symbol = '${hot}'`,
    rare: `symbol = '${rare}'`,
    id: `trade_id = ${id}`,
};
for (const [name, condition] of Object.entries(where))
    console.log(name, ...await median(`
        CREATE OR REPLACE TEMP TABLE chosen AS
        SELECT * FROM '${best}' WHERE ${condition}`), 0);
// No table of it all: a look at every value.
console.log('scan', ...await median(`
    SELECT sum(seq), sum(epoch_ns(time)), max(symbol), max(exchange), max(side),
           max(flags), sum(price), sum(quantity), sum(trade_id),
           sum(buy_order_id), sum(sell_order_id), sum(buyer_id), sum(seller_id)
    FROM '${best}'`), 0);
const text = (ns) => new Date(Number(ns / 1000000n)).toISOString();
console.log('asked', text(from), text(from + 60000000000n), hot, rare, id);
