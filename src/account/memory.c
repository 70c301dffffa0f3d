// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/memory.h"

#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

void
coex_memory_give_back(void)
{
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}
