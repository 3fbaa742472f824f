# ximport -f parquet: files that others wrote.
load common

# imports FILE [OPTION ...]: the events of a Parquet file as JSON, without
# definitions.
imports() {
    ximport -f parquet "$@" | xexport -f json |
        grep -vE '"type":"(instrument|name)"'
}

# table SQL FILE [OPTIONS]: a Parquet file by DuckDB.
table() {
    duckdb "copy ($1) to '$2' (format parquet${3:+, $3})" > written
}

@test "a part of an archive gives back what was put" {
    xgen -t trade -n 3000 --symbols 3 --accounts 5 > day.tape
    xarchive -d archive put day.tape
    imports "$(parts archive | grep type=trade)" -t trade -x '*' \
        -m instrument=symbol > again
    xexport -f json day.tape | grep '"type":"trade"' | cmp - again
    [ "$(wc -l < again)" -eq 3000 ]
}

@test "columns are mapped, left out and given defaults as those of CSV" {
    needs_oracles
    table "select make_timestamp_ns(1767882600000000000 + i) as ts,
           150.25 + i as px, i::DOUBLE / 4 + 1 as qty, 'x' as venue,
           i % 2 = 0 as maker, 'A' || (i % 2) as sym
           from range(3) t(i)" in.parquet
    imports in.parquet -t print -D exchange=N -x venue \
        -m time=ts,price=px,quantity=qty,side=maker,instrument=sym \
        --word side:true=sell,false=buy > out
    diff out - << 'END'
{"type":"print","time":"2026-01-08T14:30:00Z","instrument":"N:A0","side":"sell","price":"150.25","quantity":"1"}
{"type":"print","time":"2026-01-08T14:30:00.000000001Z","instrument":"N:A1","side":"buy","price":"151.25","quantity":"1.25"}
{"type":"print","time":"2026-01-08T14:30:00.000000002Z","instrument":"N:A0","side":"sell","price":"152.25","quantity":"1.5"}
END
    imports in.parquet -t print -x '*' -D price=1 -m time=ts \
        --where sym=A1 > one
    [ "$(wc -l < one)" -eq 1 ]
    run -1 --separate-stderr ximport -f parquet -t print in.parquet -o no.tape
    [[ $stderr == 'ximport: in.parquet: column "ts" is '*-m*-x* ]]
    [ ! -e no.tape ]
}

@test "every codec, page version and encoding gives the same" {
    needs_oracles
    sql="select make_timestamp(1767882600000000 + i) as time,
         (i * 7919 % 1000)::DECIMAL(18, 8) as price,
         case when i % 3 = 0 then null else (i % 100)::DECIMAL(9, 2) end
         as quantity, 'S' || (i % 50) as instrument, i + 1 as trade_id
         from range(20000) t(i)"
    table "$sql" in.parquet 'compression snappy'
    imports in.parquet -t print > expected
    [ "$(wc -l < expected)" -eq 20000 ]
    for codec in zstd gzip uncompressed lz4_raw; do
        for version in V1 V2; do
            table "$sql" in.parquet \
                "compression $codec, parquet_version $version,
                 row_group_size 6000"
            imports in.parquet -t print | cmp - expected
        done
    done
}

@test "values are what DuckDB reads, cell by cell" {
    needs_oracles
    table "select (i - 5)::TINYINT a, (i * 7)::USMALLINT b,
           (-i * 100000)::INTEGER c, (4294967295 - i)::UINTEGER d,
           -i::BIGINT e, (18446744073709551615 - i)::UBIGINT f,
           (i / 7)::FLOAT g, i / 7 h, (i - 3)::DECIMAL(4, 1) k,
           (i * 1000 - 7)::DECIMAL(18, 8) l,
           (i - 5)::DECIMAL(38, 10) / 7 m, i % 2 = 0 n,
           DATE '1969-12-28' + i::INTEGER o,
           TIME '00:00:00.000001' + to_microseconds(i * 86000000) p,
           make_timestamp(i * 1000001 - 3000000) q,
           make_timestamp_ns(i * 1000000001 - 3) r,
           make_timestamp(i)::TIMESTAMPTZ s, uuid() t,
           case when i = 3 then null else repeat('ä' || i, i::INTEGER) end u,
           null::INTEGER v
           from range(9) t(i)" in.parquet
    node "$ROOT/tests/oracle/cells.mjs" "$TOOLS/cells" in.parquet > out
    diff out <(printf 'in.parquet\tsame\t180\t\n')
}

@test "more than 64 columns, and nested ones that are left out" {
    needs_oracles
    columns=$(awk 'BEGIN { for (n = 1; n <= 200; n++)
        printf "i * %d as c%d,", n, n }')
    table "select $columns {'a': i, 'b': [i]} as s, [i, i] as l,
           DATE '2026-01-08' as time, i::DECIMAL(9, 2) as price
           from range(4) t(i)" in.parquet
    imports in.parquet -t print -x '*' -m quantity=c200 -D instrument=A > out
    [ "$(jq -r .quantity out | paste -sd' ')" = "0 200 400 600" ]
    run -1 --separate-stderr ximport -f parquet -t print -x '*' \
        -m quantity=l -D instrument=A in.parquet -o no.tape
    [[ $stderr == *'column l: it is nested, which this program cannot read'* ]]
}

@test "a time of no zone is of --tz, one of UTC is not" {
    needs_oracles
    table "select TIMESTAMP '2026-01-08 09:30:00' as time, 1 as price" l.parquet
    table "select TIMESTAMPTZ '2026-01-08 14:30:00+00' as time, 1 as price" \
        u.parquet
    for file in l u; do
        imports $file.parquet -t print -D instrument=A \
            --tz America/New_York | jq -r .time
    done | uniq | contains -x '2026-01-08T14:30:00Z'
}

@test "a value that does not fit is named with its row and column" {
    needs_oracles
    table "select DATE '2026-01-08' as time, 'A' as instrument,
           case when i = 2 then 1e12 else 1 end as price from range(4) t(i)" \
        in.parquet
    run -1 --separate-stderr ximport -f parquet -t print in.parquet -o no.tape
    [[ $stderr == *'in.parquet: row 3: column price: '*'too large'* ]]
}

@test "what is no file, or no Parquet, is refused" {
    xgen -t print -n 20 | xexport -f csv -t print > prints.csv
    run -1 --separate-stderr ximport -f parquet -t print prints.csv -o no.tape
    [[ $stderr == *"prints.csv: byte 0: it is no Parquet file"* ]]
    run -2 --separate-stderr bash -c \
        'cat prints.csv | ximport -f parquet -t print -o no.tape'
    [[ $stderr == *"parquet is read from a file, not from a pipe"* ]]
    refuses ximport -f parquet prints.csv
    refuses ximport -f parquet -t print --delimiter tab prints.csv
}

@test "recorded files of many writers: DuckDB reads the same cells" {
    needs_oracles
    needs_data
    for set in apache_parquet-testing hyparam_hyparquet; do
        mkdir $set
        zstd -dc "$XTAPE_DATA/parquet/$set.tar.zst" | tar xf - -C $set
    done
    # a twentieth of them, unless there is time
    find . -name '*.parquet' | sort | awk -v all="${XTAPE_LONG-}" \
        'all || NR % 20 == 1' > files
    # shellcheck disable=SC2046 # names without blanks
    node "$ROOT/tests/oracle/cells.mjs" "$TOOLS/cells" $(cat files) > out
    cut -f 2 out | sort | uniq -c >&3
    excludes -P "\tdiffers\t" out
}
