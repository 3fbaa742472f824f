# Bars as pictures: in the terminal, and with gnuplot.
load common

# bars ROW ...: a tape of bars "start,instrument,open,high,low,close,volume".
bars() {
    printf '%s\n' start,instrument,open,high,low,close,volume "$@" |
        ximport -f csv -t bar -D interval=1m --stream made
}

three() {
    bars 2026-01-08T10:00:00Z,A,10,12,9,11,4 2026-01-08T10:01:00Z,A,11,13,11,13,8 \
        2026-01-08T10:02:00Z,A,13,13,10,10.5,2 2026-01-08T10:03:00Z,A,,,,,
}

@test "a candle is drawn from open to close, its wick from low to high" {
    three | COLUMNS=60 xexport -f candles > got
    diff - got << 'END'
A 1m  2026-01-08T10:00:00Z to 2026-01-08T10:03:00Z
 ┃█  13
 ┃█
 ┃█
 ┃█
 ┃█  12
│┃█
│┃█
│┃█
│┃█
│┃█  11
┃╹█
┃ █
┃ █
┃ │
┃ │  10
╿ ╵
│
│
│
│    9
 █
 █
██
███
END
}

@test "the line has as many bars as it has room for, the last ones" {
    xgen -t trade -n 20000 --symbols 1 --rate 2 | xohlcv -i 1m > b.tape
    for columns in 70 80 200; do
        COLUMNS=$columns xexport -f candles b.tape > got
        [ "$(python3 -c 'print(max(len(x) for x in open("got", encoding="utf8")))' \
            )" -le $((columns + 1)) ]
    done
    [ "$(xexport -f csv -t bar b.tape | wc -l)" -gt 60 ]
    COLUMNS=50 xexport -f candles b.tape | head -n 1 |
        contains "to $(xexport -f csv -t bar -c start b.tape | tail -n 1)"
}

@test "of a bar the last revision is drawn, and each instrument has its chart" {
    printf '%s\n' time,start,instrument,open,high,low,close,volume,revision \
        2026-01-08T10:01:00Z,2026-01-08T10:00:00Z,A,1,99,1,1,1, \
        2026-01-08T10:02:00Z,2026-01-08T10:00:00Z,A,1,2,1,1,1,1 \
        2026-01-08T10:02:00Z,2026-01-08T10:01:00Z,B,5,6,5,6,1, |
        ximport -f csv -t bar -D interval=1m --stream made | xexport -f candles > got
    [ "$(grep -c '^[AB] 1m' got)" -eq 2 ]
    excludes 99 < got
}

@test "no colour where there is no terminal, and a tape without bars is remarked on" {
    three | xexport -f candles > got
    excludes $'\033' < got
    xgen -n 10 | xexport -f candles 2> err > none
    [ ! -s none ]
    grep -q "no event of type bar" err
    run -2 xexport -f candles -t trade none.tape
}

@test "xtape-plot draws SVG and PNG" {
    command -v gnuplot > /dev/null || skip "gnuplot is not installed"
    three > b.tape
    PATH=$ROOT/scripts:$PATH
    xtape-plot b.tape picture.svg
    contains '</svg>' < picture.svg
    contains -F '1m of A' < picture.svg
    xtape-plot -i 1m -s A -g 300x200 - picture.png < b.tape
    head -c 8 picture.png | contains -a PNG
    [ "$(find . -name '.xtape-plot*' | wc -l)" -eq 0 ]
}

@test "xtape-plot says what it cannot draw" {
    PATH=$ROOT/scripts:$PATH
    run -2 xtape-plot b.tape
    run -2 xtape-plot b.tape picture.gif
    run -2 xtape-plot -g big b.tape picture.svg
    command -v gnuplot > /dev/null || skip "gnuplot is not installed"
    three > b.tape
    run -1 xtape-plot -s B b.tape picture.svg
    head -c 100 b.tape > cut.tape
    run -1 xtape-plot cut.tape picture.svg
    [ ! -e picture.svg ]
}
