/** Machines that wait, started ahead of the flows that they will serve. */
@DependsOn({"reconcile", "event"})
@NullMarked
package org.flowstream.pool;

import org.flowstream.DependsOn;
import org.jspecify.annotations.NullMarked;
