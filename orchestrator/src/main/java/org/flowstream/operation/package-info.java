/** Operations: what was asked for and changes the world over time, as objects that can be shown, awaited and cancelled. */
@DependsOn({"store", "reconcile", "event"})
@NullMarked
package org.flowstream.operation;

import org.flowstream.DependsOn;
import org.jspecify.annotations.NullMarked;
