/** Flows whose machines come with their first packet: set-up, hand-over, and the end when they are idle. */
@DependsOn({"pool", "reconcile", "event"})
@NullMarked
package org.flowstream.firstpacket;

import org.flowstream.DependsOn;
import org.jspecify.annotations.NullMarked;
