# The Parquet files of an archive, by engines that nobody here wrote: DuckDB,
# hyparquet and arrow-rs read ours, and we read theirs.
load common
load recorded

# archive NAME TAPE: puts it into the archive NAME, and its events into
# NAME.json, a line each.
archive() {
    xarchive -d "$1" put "$2"
    xexport -f json "$2" > "$1.json"
}

# same_values NAME FILE ...: each engine finds in the files every event of the
# archive, each value as xexport says it.
same_values() {
    local engine events
    events=$(wc -l < "$1.json")
    for engine in duckdb hyparquet; do
        node "$ROOT/tests/oracle/compare.mjs" $engine "$1.json" "${@:2}" \
            > compared || { echo "$engine, $1:"; cat compared; return 1; }
        [ "$(cut -f 1 compared)" -eq "$events" ] ||
            { echo "$engine: not $events rows:"; cat compared; return 1; }
    done
    echo "# $1: $(cut -f 1 compared) events, $(cut -f 2 compared) values" >&3
}

@test "DuckDB reads every file: the same rows, sums and answers" {
    needs_oracles
    trading 3000 > day.tape
    "$TOOLS/golden" > golden.tape
    xarchive -d a put day.tape golden.tape
    duckdb "select type, count(*), sum(seq) from read_parquet(
        'a/*/*/*.parquet', hive_partitioning=true, union_by_name=true)
        group by type order by type" > theirs
    for tape in day golden; do # seq is a line's number
        xexport -f json $tape.tape | jq -r .type | awk '{ print $1, NR }'
    done | awk '{ n[$1]++; s[$1] += $2 }
        END { for (t in n) print t "\t" n[t] "\t" s[t] }' |
        LC_ALL=C sort > ours
    cmp ours theirs
    duckdb "select symbol, count(*), sum(price), min(price),
        max(epoch_us(time)) from 'a/type=trade/*/*.parquet'
        where symbol like 'SYM%' group by symbol order by symbol" > theirs
    [ "$(wc -l < theirs)" -eq 2 ]
    ln -s a archive # what xarchive(1) asks
    duckdb "$(sed -n '/^select/,/;$/p' "$ROOT/man/xarchive.1")" > theirs.sums
    [ "$(wc -l < theirs.sums)" -eq 3 ]
    xexport -f csv -t trade -c instrument,price day.tape | tail -n +2 |
        tr , '\t' > prices
    [ "$(cut -f 2 theirs | paste -sd+ | bc)" -eq "$(wc -l < prices)" ]
    sum=$(cut -f 3 theirs | paste -sd+ | bc)
    [ "$(echo "$sum == $(cut -f 2 prices | paste -sd+)" | bc)" = 1 ]
    for symbol in SYM001 SYM002; do
        least=$(grep $symbol prices | cut -f 2 | sort -n | first 1)
        grep "^$symbol" theirs | cut -f 4 | sed -E 's/\.?0+$//' |
            contains -xF "$least"
    done
}

@test "every value of every type of event: DuckDB and hyparquet read the same" {
    needs_oracles
    "$TOOLS/golden" > golden.tape
    xgen --orders 5000 --symbols 5 | xmatch | xledger | xohlcv -i 1s,1m |
        xbook --depth 2 > day.tape
    for name in golden day; do
        archive $name $name.tape
        mapfile -t files < <(parts $name)
        same_values $name "${files[@]}"
    done
}

@test "every value of recorded data: DuckDB and hyparquet read the same" {
    needs_oracles
    needs_data
    for name in $RECORDED; do
        [ -n "${XTAPE_LONG-}" ] || [[ $name == bitstamp || $name == quandl ]] ||
            continue
        recorded "$name" > "$name.tape"
        archive "$name" "$name.tape"
        mapfile -t files < <(parts "$name")
        same_values "$name" "${files[@]}"
        rm -r "$name"
    done
}

@test "arrow-rs reads what we write, and we read what it writes of it" {
    needs_oracles
    "$TOOLS/golden" > golden.tape
    trading 3000 > day.tape
    archive day day.tape
    archive golden golden.tape
    mapfile -t files < <(parts day; parts golden)
    for compression in ZSTD SNAPPY GZIP; do
        mkdir $compression
        node "$ROOT/tests/oracle/rewrite.mjs" $compression $compression \
            "${files[@]}"
        for ((i = 0; i < ${#files[@]}; i++)); do
            "$TOOLS/columns" "${files[i]}" > ours
            "$TOOLS/columns" $compression/$i.parquet | cmp - ours
        done
    done
    mapfile -t theirs < <(ls -v ZSTD/*.parquet | first "$(parts day | wc -l)")
    same_values day "${theirs[@]}"
}

# Times are left out: DuckDB keeps them to the microsecond.
@test "files of the same columns written by DuckDB are read, v1 and v2" {
    needs_oracles
    "$TOOLS/golden" > golden.tape
    trading 3000 > day.tape
    xarchive -d a put golden.tape day.tape
    options=("parquet_version v1, compression snappy"
        "parquet_version v2, compression zstd"
        "parquet_version v1, compression gzip, row_group_size 2048"
        "parquet_version v2, compression uncompressed")
    mapfile -t files < <(parts a)
    for ((i = 0; i < ${#files[@]}; i++)); do
        for ((k = 0; k < ${#options[@]}; k++)); do
            echo "copy (select * from read_parquet('${files[i]}',
                hive_partitioning=false) order by seq)
                to '$i-$k.parquet' (format parquet, ${options[k]})"
        done
    done | tr -s '\n ' ' ' | sed 's/ copy (/\n&/g' > copies
    mapfile -t copies < copies
    duckdb "${copies[@]}" > /dev/null
    for ((i = 0; i < ${#files[@]}; i++)); do
        "$TOOLS/columns" "${files[i]}" | grep -v 'time$' > ours
        for ((k = 0; k < ${#options[@]}; k++)); do
            "$TOOLS/columns" $i-$k.parquet | grep -v 'time$' | cmp - ours ||
                { echo "${files[i]}, ${options[k]}"; false; }
        done
    done
    echo "# $((i * k)) files" >&3
}

@test "the files of parquet-testing are read, or refused with their names" {
    needs_data
    tar -xf "$XTAPE_DATA/parquet/apache_parquet-testing.tar.zst"
    while read -r file; do
        status=0
        "$TOOLS/columns" "$file" > out 2> err || status=$?
        [ $status -eq 0 ] || { [ $status -eq 1 ] && grep -qF "$file" err; } ||
            { echo "$file: $status"; cat err; false; }
        [ $status -ne 0 ] || echo "$file" >> read
    done < <(find . -name '*.parquet*' | sort)
    echo "# $(wc -l < read) read" >&3
    [ "$(wc -l < read)" -eq 55 ]
    # of those that were made to be bad only one that others read too
    [ "$(grep bad_data read)" = ./bad_data/ARROW-GH-43605.parquet ]
}

@test "of parquet-testing DuckDB reads the same values as we do" {
    needs_data
    needs_oracles
    tar -xf "$XTAPE_DATA/parquet/apache_parquet-testing.tar.zst"
    zstd -dc "$XTAPE_DATA/parquet/apache_parquet-testing.index.tsv.zst" |
        awk -F '\t' '$3 ~ /^[0-9]+$/ { print $1 }' > known
    # what DuckDB writes in another physical type than it is in, or cannot read
    odd='byte_array_decimal|fixed_length_decimal|float16|floating_orders_nan'
    grep -vE "$odd|int96_from_spark|byte_stream_split_extended" known > same
    while read -r file; do
        n=${#copies[@]}
        "$TOOLS/columns" "$file" > ours.$n 2> /dev/null || continue
        copies+=("copy (select * from read_parquet('$file',
            hive_partitioning=false)) to '$n.parquet' (format parquet)")
    done < same
    duckdb "${copies[@]}" > /dev/null
    for theirs in *.parquet; do
        # an INT96 is a time to DuckDB, which writes it as another type
        diff <("$TOOLS/columns" "$theirs" | grep -v ^timestamp_col) \
            <(grep -v ^timestamp_col "ours.${theirs%.parquet}") ||
            { echo "${copies[${theirs%.parquet}]}"; bad=1; }
    done
    [ -z "${bad-}" ]
    echo "# ${#copies[@]} files" >&3
    [ ${#copies[@]} -gt 25 ]
}

@test "DuckDB finds ids by our Bloom filters, and passes over row groups" {
    needs_oracles
    xgen -t trade --orders 300000 -o day.tape
    xarchive -d a --bloom trade_id put day.tape
    duckdb "select count(*) from parquet_metadata('a/type=trade/*/*.parquet')
        where path_in_schema = 'trade_id' and bloom_filter_offset > 0
        and bloom_filter_length > 0" > theirs
    [ "$(cat theirs)" -eq 3 ]
    duckdb "select count(*) from 'a/type=trade/*/*.parquet'
        where trade_id = 77" > theirs
    xgrep -i trade_id=77 -t trade day.tape | xexport -f csv -t trade |
        tail -n +2 | wc -l | cmp - theirs
    # a filter lets every id pass that is there, and few that are not
    duckdb "select count(*) from parquet_bloom_probe(
        'a/type=trade/*/*.parquet', 'trade_id', 77::ubigint)
        where row_group_id = 0 and bloom_filter_excludes" \
        "select count(*) from parquet_bloom_probe('a/type=trade/*/*.parquet',
        'trade_id', 123456789::ubigint) where bloom_filter_excludes" > theirs
    [ "$(head -n 1 theirs)" -eq 0 ]
    [ "$(tail -n 1 theirs)" -ge 2 ]
}
