/* zygote.h - what zygote.c and who gives it orders agree on. */
#ifndef ZYGOTE_H
#define ZYGOTE_H

#define ZYGOTE_FD    "XTAPE_ZYGOTE"
#define ZYGOTE_RUN   'r'
#define ZYGOTE_QUICK 'q'

#endif
