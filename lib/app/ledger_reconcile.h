/* ledger_reconcile.h - xledger --reconcile. */
#ifndef APP_LEDGER_RECONCILE_H
#define APP_LEDGER_RECONCILE_H

#include "app/ledger_session.h"

/* Compares the state of a session that was just read from its database with
 * the statement of its options, and prints the breaks.  0 when there is none;
 * -1 of class data when there is any. */
int ledger_reconcile(struct ledger_session *session, struct run *run);

#endif
