// Compares what tools/cells prints of Parquet files with what DuckDB reads,
// cell by cell.  A line for each file: same, differs, refused, or unread (by
// DuckDB), with the number of cells and what is wrong.
//
//     node cells.mjs CELLS FILE ...
import { spawnSync } from 'node:child_process';
import { duckdb } from './load.mjs';

const run = await duckdb();
const [tool, ...files] = process.argv.slice(2);

const escape = (text) => text.replace(/[\t\n\r\\]/g,
    (c) => ({ '\t': '\\t', '\n': '\\n', '\r': '\\r', '\\': '\\\\' })[c]);
const quote = (name) => '"' + name.replaceAll('"', '""') + '"';

// What DuckDB is asked for, so that it gives the text that an import takes.
function ask(name, type) {
    const column = quote(name);
    if (/^DECIMAL/.test(type) || type === 'DATE' || type === 'UUID' ||
        type === 'TIME' || /INT/.test(type))
        return `${column}::VARCHAR`;
    if (/^TIMESTAMP/.test(type)) // nanoseconds have a cast of their own
        return `${column}::TIMESTAMP_NS::VARCHAR`;
    if (type === 'BLOB')
        return `hex(${column})`;
    return `${column}::VARCHAR`;
}

const sameNumber = (a, b) => Number(a) === Number(b) ||
    (Number.isNaN(Number(a)) && Number.isNaN(Number(b)));

// Whether two texts are the same value of a type.
function same(ours, theirs, type) {
    if (ours === theirs)
        return true;
    if (ours === '\\N' || theirs === '\\N')
        return false;
    if (type === 'DOUBLE')
        return sameNumber(ours, theirs);
    if (type === 'FLOAT')
        return sameNumber(Math.fround(Number(ours)), Math.fround(Number(theirs)));
    if (/^DECIMAL/.test(type) || type === 'TIME')
        return ours === theirs.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '');
    if (/^TIMESTAMP/.test(type))
        return ours.replace('T', ' ').replace(/Z$/, '') ===
            theirs.replace(/\+00$/, '').replace(/(\.\d*?)0+$/, '$1')
                .replace(/\.$/, '');
    if (type === 'BLOB')
        return Buffer.from(ours, 'latin1').toString('hex').toUpperCase() ===
            theirs;
    return false;
}

const nested = (type) => /\[|STRUCT|MAP|VARIANT|GEOMETRY/.test(type);

async function compare(file) {
    const path = file.replaceAll("'", "''");
    let rows, columns;
    try {
        const described = await run(`describe select * from read_parquet(
            '${path}', hive_partitioning=false, binary_as_string=true)`);
        columns = described.getRows().filter((r) => !nested(r[1]));
        rows = columns.length === 0 ? [] : (await run(
            `select ${columns.map((r) => ask(r[0], r[1])).join(', ')}
             from read_parquet('${path}', hive_partitioning=false,
                 binary_as_string=true)`)).getRows();
    } catch (error) {
        const out = spawnSync(tool, [file]);
        return `unread\t0\t${out.status === 0 ? 'we read it' :
            String(out.stderr).trim()}\t${String(error).split('\n')[0]}`;
    }
    const out = spawnSync(tool, [file], { maxBuffer: 1 << 30 });
    if (out.status !== 0)
        return `refused\t0\t${String(out.stderr).trim()}${out.signal ?? ''}`;
    const lines = out.stdout.toString('utf8').split('\n').slice(1, -1);
    if (lines.length !== rows.length && columns.length)
        return `differs\t0\t${lines.length} rows, not ${rows.length}`;
    let cells = 0;
    for (const [i, row] of rows.entries()) {
        const ours = lines[i].split('\t');
        for (const [j, value] of row.entries()) {
            const theirs = value === null ? '\\N' : escape(String(value));
            if (!same(ours[j], theirs, columns[j][1]))
                return `differs\t${cells}\trow ${i + 1}, ${columns[j]
                    .slice(0, 2)}: "${ours[j]}", not "${theirs}"`;
            cells++;
        }
    }
    return `same\t${cells}\t`;
}

for (const file of files)
    console.log(`${file}\t${await compare(file)}`);
