# Example for /etc/cron.d: an archive checked every night and compacted every
# week, by a user of its own.  A line on stderr becomes a mail.
MAILTO=operator
PATH=/usr/local/bin:/usr/bin:/bin
30 2 * * 1-6  xtape  xarchive -d /srv/xtape/archive verify > /dev/null
30 2 * * 0    xtape  xarchive -d /srv/xtape/archive compact && xrestore -d /srv/xtape/archive --test > /dev/null
