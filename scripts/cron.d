# Example for /etc/cron.d: an archive checked every night and compacted every
# week, by a user of its own.  What is printed becomes a mail: of verify all
# but the line that says that all is well.
MAILTO=operator
PATH=/usr/local/bin:/usr/bin:/bin
30 2 * * 1-6  xtape  xarchive -d /srv/xtape/archive verify | sed '/ 0 bad, 0 gaps, 0 seqs twice, 0 missing, 0 orphans$/d'
30 2 * * 0    xtape  xarchive -d /srv/xtape/archive compact && xrestore -d /srv/xtape/archive --test > /dev/null
