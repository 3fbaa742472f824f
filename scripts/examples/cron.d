# /etc/cron.d/xtape: verify an archive every night, compact it every week, and
# follow its policy.conf (xtape-policy(5)) every night, as the user xtape; read
# some parts whole every month, which "drill 90d" in policy.conf asks for.  cron
# mails whatever is printed; the line that says that all is well is left out.
MAILTO=operator
PATH=/usr/local/bin:/usr/bin:/bin
30 2 * * 1-6  xtape  xarchive -d /srv/xtape/archive verify | sed '/ 0 bad, 0 gaps, 0 twice, 0 missing, 0 orphans, 0 breaks$/d'
30 2 * * 0    xtape  xarchive -d /srv/xtape/archive compact && xrestore -d /srv/xtape/archive --test > /dev/null
0 4 1 * *     xtape  xrestore -d /srv/xtape/archive --test --sample 20 --wait 1h | sed '/^ok/d'
30 4 * * *    xtape  xarchive -d /srv/xtape/archive sweep --wait 1h && xarchive -d /srv/xtape/archive audit | sed '/, 0 findings$/d'
