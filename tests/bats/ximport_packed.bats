# Compressed input is read as it lies, and damage to it is named.
load common

digest() {
    xstat --digest | cut -d ' ' -f 1
}

# refused TEXT FILE: it is refused with one line that holds TEXT.
refused() {
    local status=0
    ximport -f csv -t print "$2" > out.tape 2> err || status=$?
    [ $status -eq 1 ] || { echo "status $status: $*"; cat err; return 1; }
    one_line err
    grep -qF -- "$1" err || { echo "wanted: $1"; cat err; return 1; }
}

# prints N: CSV of N prints.
prints() {
    awk -v n="$1" 'BEGIN {
        print "time,instrument,price,quantity"
        for (i = 0; i < n; i++)
            printf "2026-01-08T00:%02d:%02dZ,A,%d.%d,%d\n",
                i / 60 % 60, i % 60, i % 977, i % 10, i % 13 + 1
    }'
}

@test "gzip, zstd and zip are seen by their first bytes and give the same events" {
    prints 30000 > a.csv
    wanted=$(ximport -f csv -t print a.csv | digest)
    gzip -k a.csv
    zstd -q a.csv -o a.csv.zst
    python3 -c 'import zipfile
with zipfile.ZipFile("a.zip", "w", zipfile.ZIP_DEFLATED) as z: z.write("a.csv")
with zipfile.ZipFile(open("piped.zip", "wb"), "w", zipfile.ZIP_DEFLATED) as z:
    with z.open("b.csv", "w") as f: f.write(open("a.csv", "rb").read())'
    for file in a.csv.gz a.csv.zst a.zip piped.zip; do
        [ "$(ximport -f csv -t print $file | digest)" = "$wanted" ]
        # by their bytes, not their names; in pieces of any size
        [ "$(dd if=$file bs=333 status=none | ximport -f csv -t print | digest)" = "$wanted" ]
        ximport -f csv -t print "$file" > out.tape
        [ "$(xstat -j out.tape | jq -r .stream)" = "${file%%.*}" ]
    done
}

@test "members and frames one after the other are one file; several files one stream" {
    prints 500 > a.csv
    wanted=$(ximport -f csv -t print a.csv | digest)
    head -n 100 a.csv > 1.csv
    tail -n +101 a.csv > 2.csv
    cat <(gzip -c 1.csv) <(gzip -c 2.csv) > a.gz
    cat <(zstd -qc 1.csv) <(zstd -qc 2.csv) > a.zst
    [ "$(ximport -f csv -t print a.gz | digest)" = "$wanted" ]
    [ "$(ximport -f csv -t print a.zst | digest)" = "$wanted" ]
    { head -n 1 a.csv; cat 2.csv; } | zstd -q > 2.zst
    [ "$(ximport -f csv -t print 1.csv 2.zst | digest)" = "$wanted" ]
    gzip -c 1.csv > 1.gz
    [ "$(ximport -f csv -t print 1.gz 2.zst | digest)" = "$wanted" ]
}

@test "a compressed file that is cut or damaged is exit 1, after the good events" {
    prints 30000 > a.csv
    gzip -k a.csv
    zstd -q --check a.csv
    for file in a.csv.gz a.csv.zst; do
        head -c -1 $file > cut
        refused "cut: the ${kind:=gzip} data ends too early: the file is cut off" cut
        head -c 20000 $file > cut
        refused "data ends too early" cut
        python3 - $file <<'END'
import sys
data = bytearray(open(sys.argv[1], 'rb').read())
data[len(data) // 2] ^= 16
open('flipped', 'wb').write(data)
END
        refused "flipped: " flipped
        kind=zstd
    done
    # a checksum that is wrong
    python3 -c 'd = bytearray(open("a.csv.gz", "rb").read()); d[-6] ^= 1; open("sum.gz", "wb").write(d)'
    refused "the gzip data is damaged: incorrect data check" sum.gz
    [ "$(xexport -q -f json -t print out.tape 2> /dev/null | wc -l)" -gt 20000 ]
}

@test "what is no text is named: UTF-16, xz, bzip2, zip of many" {
    prints 3 > a.csv
    iconv -f UTF-8 -t UTF-16 a.csv > u.csv
    refused "u.csv: the file is UTF-16 (iconv -f UTF-16 -t UTF-8 makes it text)" u.csv
    printf '\xfd7zXZ\0' > a.xz
    refused "a.xz: the file is xz (xz -dc unpacks it)" a.xz
    printf 'BZh9' > a.bz2
    refused "a.bz2: the file is bzip2" a.bz2
    python3 -c 'import zipfile
with zipfile.ZipFile("two.zip", "w", zipfile.ZIP_DEFLATED) as z: z.write("a.csv"); z.write("a.csv", "b.csv")'
    refused "two.zip: the zip file has more than one member" two.zip
}

@test "a bomb of a million to one takes its time, and no memory" {
    head -c 100000000 /dev/zero | zstd -q > bomb.zst
    refused "bomb.zst: line 1: longer than 1048576 bytes" bomb.zst
    (
        ulimit -v 400000
        refused "bomb.zst: line 1: longer than 1048576 bytes" bomb.zst
    )
}
