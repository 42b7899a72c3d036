/** The daemon: its life cycle, its sockets and the wiring of all parts. */
@DependsOn({"api"})
@NullMarked
package org.flowstream.daemon;

import org.flowstream.DependsOn;
import org.jspecify.annotations.NullMarked;
