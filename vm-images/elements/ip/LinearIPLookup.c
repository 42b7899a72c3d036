/* LinearIPLookup: looks up routes. */
#include "net/route_table.h"

FS_ROUTE_TABLE(LinearIPLookup, FS_ROUTES_IN_PLACE, FS_ROUTE_TABLE_CHANGING,
               "IP route look-up", "Click's tries one route after the other; here it is as fast as the others.\n\n");
