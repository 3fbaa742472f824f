/* libpq.h - the functions of libpq, which is loaded when a server is named
 * first: with what it is linked with, it takes ten times as long to start as a
 * program that only opens files.
 *
 * PQexec is pq.exec, once libpq_load succeeded.
 */
#ifndef SQL_LIBPQ_H
#define SQL_LIBPQ_H

#include <libpq-fe.h>

#include "base/failure.h"

#define LIBPQ_FUNCTIONS(X)                                                     \
    X(clear)                                                                   \
    X(cmdStatus)                                                               \
    X(cmdTuples)                                                               \
    X(connectPoll)                                                             \
    X(connectStartParams)                                                      \
    X(conninfo)                                                                \
    X(conninfoFree)                                                            \
    X(conninfoParse)                                                           \
    X(enterPipelineMode)                                                       \
    X(errorMessage)                                                            \
    X(exec)                                                                    \
    X(exitPipelineMode)                                                        \
    X(finish)                                                                  \
    X(freemem)                                                                 \
    X(ftype)                                                                   \
    X(getisnull)                                                               \
    X(getlength)                                                               \
    X(getResult)                                                               \
    X(getvalue)                                                                \
    X(ntuples)                                                                 \
    X(parameterStatus)                                                         \
    X(pipelineSync)                                                            \
    X(resultErrorField)                                                        \
    X(resultStatus)                                                            \
    X(sendQueryParams)                                                         \
    X(serverVersion)                                                           \
    X(setNoticeReceiver)                                                       \
    X(socket)                                                                  \
    X(status)

struct libpq {
#define LIBPQ_POINTER(name) __typeof__(PQ##name) *name;
    LIBPQ_FUNCTIONS(LIBPQ_POINTER)
#undef LIBPQ_POINTER
};

extern struct libpq pq;

/* Loads it, unless it is there.  0, or -1: it is not installed, or too old. */
int libpq_load(struct failure *failure);

#endif
