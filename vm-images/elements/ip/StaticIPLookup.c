/* StaticIPLookup: looks up routes that do not change. */
#include "net/route_table.h"

FS_ROUTE_TABLE(StaticIPLookup, FS_ROUTES_IN_PLACE, FS_ROUTE_TABLE_FIXED,
               "IP route look-up in a fixed table", "");
