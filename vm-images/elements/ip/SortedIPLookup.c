/* SortedIPLookup: looks up routes. */
#include "net/route_table.h"

FS_ROUTE_TABLE(SortedIPLookup, FS_ROUTES_SORTED, FS_ROUTE_TABLE_CHANGING,
               "IP route look-up, its table listed by length", "");
