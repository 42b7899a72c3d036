/** Figures for a monitoring system: what was counted since the daemon's start, and what the world tells when it is asked. */
@DependsOn({"event", "reconcile", "store", "health", "pool", "firstpacket"})
@NullMarked
package org.flowstream.metrics;

import org.flowstream.DependsOn;
import org.jspecify.annotations.NullMarked;
