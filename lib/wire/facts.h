/* facts.h - what the formats of exchanges share: events made without a schema,
 * and counts of what an import left out.
 */
#ifndef WIRE_FACTS_H
#define WIRE_FACTS_H

#include "format/importer.h"

/* Defines an instrument with the fields of event (event_init and what is
 * known; texts from here): its local id, or 0 with the failure set. */
uint32_t fact_instrument(struct importer *importer,
                         const struct instrument *event, struct cell exchange,
                         struct cell symbol, struct cell underlying);

/* An audit event; document is JSON, together below 900 bytes. */
int fact_audit(struct importer *importer, uint32_t instrument, int64_t time,
               const char *name, const char *document);

/* A gap event: so many messages are missing. */
int fact_gap(struct importer *importer, uint32_t instrument, int64_t time,
             uint64_t missing, const char *reason);

/* A session event; instrument 0: all. */
int fact_session(struct importer *importer, uint32_t instrument, int64_t time,
                 enum session_state state);

/* A trade as reported; trade_id 0, side 0, received null: not known. */
struct fact_print {
    uint32_t instrument;
    int64_t time, price, quantity;
    uint64_t trade_id;
    int64_t received;
    uint8_t side, conditions;
};
int fact_print(struct importer *importer, const struct fact_print *print);

/* What was counted: "record" for "1 record" and "2 records"; what of it. */
struct fact_count {
    uint64_t count;
    const char *noun, *what;
};

/* Says one of size counts, as remark of struct import_format: "" for 0, false
 * if there is no such number. */
bool fact_remark(const struct fact_count *counts, unsigned size,
                 unsigned number, char *text, size_t room);

#endif
