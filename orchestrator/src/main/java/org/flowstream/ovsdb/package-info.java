/** Bridges and ports, by OVSDB (RFC 7047) over its Unix socket. */
@NullMarked
package org.flowstream.ovsdb;

import org.jspecify.annotations.NullMarked;
