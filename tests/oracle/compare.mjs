// compare ENGINE LINES FILE ...: reads Parquet files of one stream with an
// engine that nobody here wrote, duckdb or hyparquet, and compares every value
// of every row with what xexport -f json says of the event, the line with the
// number seq.  Prints rows and values compared; ends with 1 at a difference.
import { readFileSync } from 'node:fs';
import { duckdb, load } from './load.mjs';

const [engine, lines, ...files] = process.argv.slice(2);

// ---- the one form that values are compared in -------------------------------

// 10^-scale units as the shortest decimal.
function decimal(units, scale) {
    const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0');
    const point = digits.length - scale;
    const text = (digits.slice(0, point) + '.' + digits.slice(point))
        .replace(/\.?0+$/, '');
    return units < 0n ? '-' + text : text;
}

// Nanoseconds since 1970 in RFC 3339, with as many digits as needed.
function time(ns) {
    const second = ns - ((ns % 1000000000n) + 1000000000n) % 1000000000n;
    const whole = new Date(Number(second / 1000000n)).toISOString();
    const fraction = String(ns - second).padStart(9, '0').replace(/0+$/, '');
    return whole.slice(0, 19) + (fraction && '.' + fraction) + 'Z';
}

// A row whose times are in one column again: NAME in microseconds, NAME_nanos
// what is left of them.
function join(row) {
    for (const name of Object.keys(row).filter((n) => `${n}_nanos` in row)) {
        const rest = row[`${name}_nanos`];
        delete row[`${name}_nanos`];
        if (row[name] !== null)
            row[name] = time(row[name] * 1000n + BigInt(rest ?? 0));
    }
    return row;
}

const UNITS = [['w', 604800n * 10n ** 9n], ['d', 86400n * 10n ** 9n],
    ['h', 3600n * 10n ** 9n], ['m', 60n * 10n ** 9n], ['s', 10n ** 9n],
    ['ms', 10n ** 6n], ['us', 1000n], ['ns', 1n]];

// Nanoseconds of a duration such as 1m30s.
function duration(text) {
    const parts = [...text.matchAll(/(\d+)([a-z]+)/g)];
    return String(parts.reduce((sum, [, n, unit]) =>
        sum + BigInt(n) * UNITS.find(([name]) => name === unit)[1], 0n));
}

// ---- what xexport says ------------------------------------------------------

// Integers as they stand, not as doubles.
function parse(line) {
    return JSON.parse(line.replace(/"(?:[^"\\]|\\.)*"|-?\d+/g,
        (token) => token[0] === '"' ? token : `"${token}"`));
}

// The columns that an event has, with their values.
function expect(line) {
    const { type, data, instrument, id, ...fields } = parse(line);
    if (type === 'instrument')
        return { ...fields, instrument: id };
    if (id !== undefined)
        fields.id = id;
    if (instrument !== undefined)
        [, fields.exchange, fields.symbol] =
            /^(?:([^:]*):)?(.*)$/s.exec(instrument);
    if (data !== undefined)
        fields.raw = data;
    return fields;
}

// What ids are called, by the definitions: xexport says the names.
function names(events) {
    const named = new Map();
    for (const line of events) {
        const { type, id, text, exchange, symbol } = parse(line || '{}');
        const name = type === 'name' ? text : `${exchange}:${symbol}`;
        if (type === 'name' || type === 'instrument')
            named.set(id, (named.get(id) ?? new Set()).add(name));
    }
    return named;
}

// ---- the engines: rows as objects of texts ----------------------------------

async function* duckdbRows() {
    const run = await duckdb();
    for (const file of files) {
        const result = await run(`select * from read_parquet('${file}',
            hive_partitioning=false)`);
        for (const row of result.getRowObjects())
            yield join(Object.fromEntries(Object.entries(row)
                .map(([name, v]) => [name, duckdbText(v)])));
    }
}

function duckdbText(value) {
    if (value === null)
        return null;
    if (value.micros !== undefined)
        return value.micros;
    if (value.scale !== undefined)
        return decimal(value.value, value.scale);
    if (value.bytes !== undefined)
        return Buffer.from(value.bytes).toString('hex');
    return String(value);
}

// hyparquet makes doubles of decimals and milliseconds of times; told that
// the columns are plain, it gives what lies in them.
async function* hyparquetRows() {
    const { parquetReadObjects, parquetMetadata } = await load('hyparquet');
    const { compressors } = await load('hyparquet-compressors');
    for (const path of files) {
        const bytes = readFileSync(path);
        const file = bytes.buffer.slice(bytes.byteOffset,
            bytes.byteOffset + bytes.length);
        const metadata = parquetMetadata(file);
        const texts = {};
        for (const column of metadata.schema)
            texts[column.name] = plain(column);
        for (const row of await parquetReadObjects(
            { file, metadata, compressors, utf8: false }))
            yield join(Object.fromEntries(Object.entries(row).map(
                ([name, v]) => [name, v == null ? null : texts[name](v)])));
    }
}

// Makes the column plain, and says how its values are to be read.
function plain(column) {
    const { type, logical_type: logical, converted_type: old } = column;
    const { scale } = column;
    if (!['STRING', 'UTF8'].includes(logical?.type ?? old)) {
        delete column.logical_type;
        delete column.converted_type;
    }
    if (logical?.type === 'DECIMAL' || old === 'DECIMAL')
        return (v) => decimal(type === 'INT64' ? v : wide(v), scale);
    if (logical?.type === 'TIMESTAMP' && logical.unit === 'MICROS')
        return BigInt;
    if (logical?.type === 'INTEGER' && !logical.isSigned || /^UINT/.test(old))
        return (v) => String(BigInt.asUintN(64, BigInt(v)));
    return (v) => v instanceof Uint8Array ?
        Buffer.from(v).toString('hex') : String(v);
}

// The number in 16 bytes, the highest first.
function wide(bytes) {
    return BigInt.asIntN(128,
        bytes.reduce((sum, byte) => sum << 8n | BigInt(byte), 0n));
}

// ---- comparing --------------------------------------------------------------

let rows = 0, values = 0, different = 0;

function complain(seq, name, want, got) {
    if (++different <= 10)
        console.log(`seq ${seq}: ${name}: ${got}, and not ${want}`);
}

function same(want, got) {
    if (want === got || Array.isArray(want) && want.join('|') === got)
        return true;
    if (named.get(got)?.has(want))
        return true;
    return /^(\d+[a-z]+)+$/.test(want) && duration(want) === got;
}

// raw has the head of the event too; the id of an instrument may follow.
function compare(seq, want, got) {
    if (want.raw !== undefined && got.raw?.slice(32) === want.raw)
        delete want.raw;
    else if (got.raw !== null)
        return; // not distinguished by columns
    delete got.raw;
    if (want.instrument === undefined)
        delete got.instrument;
    for (const name of new Set([...Object.keys(want), ...Object.keys(got)])) {
        const a = want[name] ?? null, b = got[name] ?? null;
        values++;
        if (a === null || b === null ? a !== b : !same(a, b))
            complain(seq, name, a, b);
    }
}

const events = readFileSync(lines, 'utf8').split('\n');
const named = names(events);
for await (const { seq, ...row } of
    engine === 'duckdb' ? duckdbRows() : hyparquetRows()) {
    rows++;
    compare(seq, expect(events[Number(seq) - 1]), row);
}
console.log(`${rows}\t${values}`);
process.exit(different ? 1 : 0);
