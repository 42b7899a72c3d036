/** Bridges and ports, by OVSDB (RFC 7047) over its Unix socket. */
@DependsOn("stream")
@NullMarked
package org.flowstream.ovsdb;

import org.flowstream.DependsOn;
import org.jspecify.annotations.NullMarked;
